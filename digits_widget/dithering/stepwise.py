"""Error diffusion step by step: it stops at every pixel and reports what happens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digits_widget.dithering.catalogue import find_method
from digits_widget.dithering.diffuser import Diffuser, Values
from digits_widget.dithering.diffusion import arithmetic_for, scan_steps
from digits_widget.dithering.images import as_batch
from digits_widget.dithering.linear_light import to_linear
from digits_widget.dithering.method import Method
from digits_widget.errors import ImageError, ImageTooLargeError, OptionError
from digits_widget.option import Value

MAX_PIXELS = 10_000
"""The most pixels of a picture, since every step carries the whole picture so far."""


class Share(NamedTuple):
    """A part of an error, and the pixel that receives it."""

    x: int
    y: int
    amount: float
    """Amount as a share of white."""


@dataclass(frozen=True, eq=False)
class DiffusionStep:
    """What happened at one pixel. Greys are in [0, 1], 1 as in the input."""

    x: int
    """Column of the pixel."""

    y: int
    """Row of the pixel."""

    value: float
    """Its grey plus all errors that it has received."""

    printed: float
    """The printed level."""

    error: float
    """The error, before it is divided among the neighbours."""

    shares: tuple[Share, ...]
    """The shares for pixels inside the picture."""

    dropped: float
    """Error that no pixel receives: lost at the edge, in the kernel or by rounding."""

    picture: NDArray[np.float64]
    """(rows, cols) so far, read-only: printed levels, and values of pixels to come."""


class _Visit(NamedTuple):
    """What happened at one pixel, in working values."""

    x: int
    y: int
    before: float
    level: int
    error: float
    paid: tuple[Share, ...]


def diffuse_stepwise(
    image: ArrayLike, method: str | Method = "floyd-steinberg", **options: Value
) -> Iterator[DiffusionStep]:
    """Diffuse errors through one picture and stop at every pixel.

    After the last step the picture equals the result of `dither`. At any time the sum
    of the input is the sum of the picture and of all dropped errors.

    Parameters
    ----------
    image : array_like
        (rows, cols) floats in [0, 1].
    method : str or Method
        A method of the family "error diffusion", as for `dither`.
    **options
        Options of the method, as for `dither`.

    Yields
    ------
    DiffusionStep
        One for each pixel, in the order of the scan.

    Raises
    ------
    ImageError, UnknownMethodError, OptionError
        As for `dither`, before the first step; also for a batch, or for a method
        without a fixed kernel.
    ImageTooLargeError
        The picture has more than `MAX_PIXELS`.
    """
    _check_size(np.shape(image))
    batch = as_batch(image)
    if len(batch) != 1:
        msg = f"Got a batch of shape {batch.shape}, expected one picture, (rows, cols)."
        raise ImageError(msg)
    found = find_method(method)
    if found.kernel is None:
        msg = (
            f"Got {found.name}, which has no fixed kernel, expected a method of the "
            'family "error diffusion".'
        )
        raise OptionError(msg)
    chosen = found.check(options)
    scan, first = str(chosen.pop("scan")), str(chosen.pop("first"))
    light = to_linear(batch[0]) if chosen["linear"] else batch[0]
    diffuser = Diffuser(found.kernel, arithmetic_for(**chosen))  # type: ignore[arg-type]
    steps = scan_steps(len(light), scan=scan, first=first)
    return _steps(diffuser, diffuser.arithmetic.start(light), steps)


def _check_size(shape: tuple[int, ...]) -> None:
    if len(shape) == 2 and shape[0] * shape[1] > MAX_PIXELS:
        msg = (
            f"Got a picture of {shape[1]:,}x{shape[0]:,} pixels, expected at most "
            f"{MAX_PIXELS:,} in all to stop at each. Cut out a part, or dither it in "
            "one go with dither."
        )
        raise ImageTooLargeError(msg)


def _steps(
    diffuser: Diffuser, pixels: Values, steps: Sequence[int]
) -> Iterator[DiffusionStep]:
    rule = diffuser.arithmetic
    greys = rule.greys or (0.0, float(rule.white))
    picture = pixels / rule.white
    for visit in _visits(diffuser, pixels, steps):
        printed = greys[visit.level] / rule.white
        value = visit.before / rule.white
        shares = tuple(Share(x, y, amount / rule.white) for x, y, amount in visit.paid)
        picture[visit.y, visit.x] = printed
        for share in shares:
            picture[share.y, share.x] += share.amount
        so_far = picture.copy()
        so_far.flags.writeable = False
        yield DiffusionStep(
            x=visit.x,
            y=visit.y,
            value=value,
            printed=printed,
            error=visit.error / rule.white,
            shares=shares,
            dropped=value - printed - sum(share.amount for share in shares),
            picture=so_far,
        )


def _visits(
    diffuser: Diffuser, pixels: Values, steps: Sequence[int]
) -> Iterator[_Visit]:
    """Walk through a picture pixel by pixel, and tap by tap.

    Parameters
    ----------
    diffuser : Diffuser
        The operations on a pixel.
    pixels : array
        (rows, cols) working values.
    steps : sequence of int
        One for each row: 1 scans it from left to right, -1 from right to left.
    """
    rows, cols = pixels.shape
    cells = diffuser.start(pixels.copy())
    for y, step in enumerate(steps):
        for x in range(cols)[::step]:
            # Take slices of one pixel, since the operations work on arrays.
            cell, pixel = cells[y, x : x + 1], pixels[y, x : x + 1]
            before = diffuser.exact(cell, pixel)
            value = diffuser.read(cell, pixel)
            level = diffuser.decide(value)
            error = diffuser.error(value, pixel, level)
            paid = []
            for dx, dy, weight in diffuser.kernel.taps:
                to_x, to_y = x + step * dx, y + dy
                if 0 <= to_x < cols and to_y < rows:
                    target = cells[to_y, to_x : to_x + 1]
                    was = diffuser.exact(target, pixels[to_y, to_x : to_x + 1])
                    diffuser.pay(target, error, weight)
                    now = diffuser.exact(target, pixels[to_y, to_x : to_x + 1])
                    paid.append(Share(to_x, to_y, now - was))
            yield _Visit(x, y, before, int(level[0]), float(error[0]), tuple(paid))
