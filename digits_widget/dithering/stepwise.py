"""Error diffusion pixel by pixel: to look at, and to check the fast paths against.

This is the slow loop that says what error diffusion is. The other paths only reorder
it, and tests hold them to it bit for bit.
"""

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
from digits_widget.dithering.option import Value
from digits_widget.errors import ImageError, OptionError


class Share(NamedTuple):
    """A part of an error, and the pixel that receives it."""

    x: int
    y: int
    amount: float
    """In shares of white."""


@dataclass(frozen=True, eq=False)
class DiffusionStep:
    """What happened at one pixel. Greys are in [0, 1], 1 as in the input."""

    x: int
    """Column of the pixel."""

    y: int
    """Row of the pixel."""

    value: float
    """Its grey and all errors that it has received."""

    printed: float
    """The level that is printed."""

    error: float
    """What is passed on, before it is shared out."""

    shares: tuple[Share, ...]
    """Where the error goes next: the pixels inside the picture."""

    dropped: float
    """What nobody receives: at the edge, by the kernel, by clamping or by rounding."""

    picture: NDArray[np.float64]
    """(rows, cols) so far, read-only: levels where printed, values where not."""


class Visit(NamedTuple):
    """One pixel of the slow loop, in working values."""

    x: int
    y: int
    before: float
    level: int
    error: float
    paid: tuple[Share, ...]


def diffuse_stepwise(
    image: ArrayLike, method: str = "floyd-steinberg", **options: Value
) -> Iterator[DiffusionStep]:
    """Diffuse errors through one picture and stop at every pixel.

    After the last step the picture is what `dither` gives. At any time the sum of the
    input is the sum of the picture and of all that was dropped.

    Parameters
    ----------
    image : array_like
        (rows, cols) floats in [0, 1].
    method : str
        A method of the family "error diffusion".
    **options
        Of the method, as for `dither`.

    Yields
    ------
    DiffusionStep
        One a pixel, in the order of the scan.

    Raises
    ------
    ImageError, UnknownMethodError, OptionError
        As `dither`, at once; also for a batch, or a method without a fixed kernel.
    """
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


def _steps(
    diffuser: Diffuser, pixels: Values, steps: Sequence[int]
) -> Iterator[DiffusionStep]:
    rule = diffuser.arithmetic
    greys = rule.greys or (0.0, float(rule.white))
    picture = pixels / rule.white
    for visit in visits(diffuser, pixels, steps):
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


def visits(diffuser: Diffuser, pixels: Values, steps: Sequence[int]) -> Iterator[Visit]:
    """Walk through a picture pixel by pixel, tap by tap.

    Parameters
    ----------
    diffuser : Diffuser
        The operations on a pixel.
    pixels : array
        (rows, cols) working values.
    steps : sequence of int
        One a row: 1 scans it from left to right, -1 from right to left.
    """
    rows, cols = pixels.shape
    cells = diffuser.start(pixels.copy())
    for y, step in enumerate(steps):
        for x in range(cols)[::step]:
            # Slices of one pixel, since the operations work on arrays.
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
            yield Visit(x, y, before, int(level[0]), float(error[0]), tuple(paid))


def slow_loop(
    diffuser: Diffuser, pixels: Values, steps: Sequence[int]
) -> NDArray[np.uint8]:
    """Diffuse errors as `sweep` does, one pixel of one picture at a time."""
    levels = np.empty(pixels.shape, dtype=np.uint8)
    for visit in visits(diffuser, pixels, steps):
        levels[visit.y, visit.x] = visit.level
    return levels
