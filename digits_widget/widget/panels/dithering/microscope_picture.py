"""The microscope's pictures: the print so far, the carried errors, and the balance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from digits_widget.dithering import Kernel
from digits_widget.dithering.diffusion import scan_steps
from digits_widget.insight.microscope import Frame
from digits_widget.steps import Dither
from digits_widget.steps.step import Image
from digits_widget.tile import tile_png
from digits_widget.widget import html

LACKS = np.array([232, 112, 26]) / 255
"""Colour where ink is missing."""

OWED = np.array([55, 120, 204]) / 255
"""Colour where there is too much."""

NOW = np.array([200, 0, 90]) / 255
"""Colour of the mark on the pixel in work, as in the style sheet."""

FULL = 0.5
"""Error with the full colour; plain diffusion never carries more at once."""

_CELL = 42
"""Side of a cell under the lens, in the units of the drawing."""


def draw_frame(frame: Frame, dither: Dither, shape: tuple[int, ...]) -> str:
    """Draw the printing of one pixel.

    Parameters
    ----------
    frame : Frame
        The pixel.
    dither : Dither
        The dither that prints it.
    shape : tuple of int
        Rows and columns of the picture.
    """
    step = frame.step
    here = (
        f'<rect x="{step.x - 0.1}" y="{step.y - 0.1}" width="1.2" height="1.2" '
        'class="digits-now"/>'
    )
    so_far = _picture(np.clip(step.picture, 0, 1), "The picture so far.", here)
    carried = _picture(_coloured(frame.carried), "The error that is carried.", here)
    return (
        f'<div class="digits-lenses">{_figure("Picture so far", so_far)}'
        f"{_figure('Error carried', carried, _LEGEND)}"
        f"{_figure('Where it goes next', _account(frame, dither, shape))}</div>"
    )


def draw_thresholds(image: Image, grid: NDArray[np.float64], printed: Image) -> str:
    """Draw a method in which every pixel is compared with a threshold of its own.

    Parameters
    ----------
    image, grid, printed : ndarray
        (rows, cols) each: the input, the thresholds, the output.
    """
    return (
        '<div class="digits-lenses">'
        f"{_figure('Before', _picture(image, 'Before.'))}"
        f"{_figure('Threshold of each pixel', _picture(grid, 'The thresholds.'))}"
        f"{_figure('After', _picture(printed, 'After.'))}</div>"
        "<p>Each pixel stands alone: it gets ink where its grey is above its "
        "threshold. A dark threshold is hard to reach.</p>"
    )


def draw_whole(image: Image, printed: Image, words: str) -> str:
    """Draw only the input and the output, and say why there are no steps.

    Parameters
    ----------
    image, printed : ndarray
        (rows, cols) each: the input, the output.
    words : str
        Why there are no steps.
    """
    return (
        f'<div class="digits-lenses">{_figure("Before", _picture(image, "Before."))}'
        f"{_figure('After', _picture(printed, 'After.'))}</div><p>{words}</p>"
    )


_LEGEND = (
    '<div class="digits-legend"><i></i><span>too much printed</span>'
    "<span>too little</span></div>"
)


def _figure(title: str, content: str, legend: str = "") -> str:
    return f"<figure><b>{title}</b>{content}{legend}</figure>"


def _picture(pixels: NDArray[np.floating], words: str, marks: str = "") -> str:
    rows, cols = pixels.shape[:2]
    picture = html.picture(tile_png(pixels, side=max(rows, cols)), words)
    return (
        f'<div class="digits-lens">{picture}'
        f'<svg viewBox="0 0 {cols} {rows}" aria-hidden="true">{marks}</svg></div>'
    )


def _coloured(error: NDArray[np.float64]) -> NDArray[np.float64]:
    """Colour errors: orange where ink is missing, blue where there is too much."""
    share = np.clip(np.abs(error) / FULL, 0, 1)[:, :, None]
    end = np.where(error[:, :, None] > 0, LACKS, OWED)
    return np.asarray(1 + share * (end - 1))


def _lens(frame: Frame, dither: Dither, shape: tuple[int, ...]) -> str:
    """Draw the pixel and the neighbours that receive its error, with their shares."""
    kernel = dither.printer.kernel
    assert kernel is not None  # noqa: S101 - only kernels have frames
    step = frame.step
    onward = _direction(dither, shape[0], step.y)
    paid = {(share.x, share.y): share.amount for share in step.shares}
    cells = [_cell(kernel, 0, 0, "digits-now", (_number(step.error), "error"))]
    for dx, dy, weight in kernel.taps:
        place = (step.x + onward * dx, step.y + dy)
        amount = _number(paid[place], 3) if place in paid else "dropped"
        words = (f"{weight}/{kernel.divisor}", amount)
        kind = "digits-paid" if place in paid else "digits-lost"
        cells.append(_cell(kernel, onward * dx, dy, kind, words))
    width = (2 * kernel.reach + 1) * _CELL + 2
    height = (kernel.depth + 1) * _CELL + 2
    return (
        f'<svg class="digits-shares" viewBox="-1 -1 {width} {height}" role="img" '
        f'aria-label="Shares of the error" style="max-width:{width * 1.3:.0f}px">'
        f"{''.join(cells)}</svg>"
    )


def _cell(kernel: Kernel, dx: int, dy: int, kind: str, words: tuple[str, str]) -> str:
    x, y = (dx + kernel.reach) * _CELL, dy * _CELL
    middle = x + _CELL / 2
    return (
        f'<g class="{kind}"><rect x="{x}" y="{y}" width="{_CELL}" height="{_CELL}"/>'
        f'<text x="{middle}" y="{y + 18}">{words[0]}</text>'
        f'<text x="{middle}" y="{y + 33}">{words[1]}</text></g>'
    )


def _account(frame: Frame, dither: Dither, shape: tuple[int, ...]) -> str:
    lens = _lens(frame, dither, shape)
    return f"{lens}<p>{_happened(frame, dither)}</p>{_books(frame)}"


def _direction(dither: Dither, rows: int, y: int) -> int:
    values = dither.values()
    scan, first = values.get("scan", "raster"), values.get("first", "ltr")
    return scan_steps(rows, scan=str(scan), first=str(first))[y]


def _happened(frame: Frame, dither: Dither) -> str:
    """Say in words what happened at the pixel."""
    step, values = frame.step, dither.values()
    got = step.value - frame.grey
    levels = values.get("levels", 2)
    if levels == 2:
        at = float(str(values.get("threshold", 0.5)))
        side = "reaches" if step.printed else "stays below"
        printed = "ink is printed" if step.printed else "paper stays"
        decided = f"It {side} {at:.2f}, so {printed}"
    else:
        decided = f"The nearest level that can be printed is {step.printed:.2f}"
    as_other = (
        f" As the catalogue does it; {dither.like} computes otherwise."
        if dither.like
        else ""
    )
    return (
        f"Row {step.y}, column {step.x}: grey {frame.grey:.2f} and {_number(got)} from "
        f"earlier pixels make {_sum(step.value)}. {decided}, and {_number(step.error)} "
        f"is left to pass on.{as_other}"
    )


def _books(frame: Frame) -> str:
    """Show the balance of ink: none is lost."""
    parts = (
        ("ink of the pixels so far", frame.taken),
        ("= printed", frame.printed),
        ("+ carried", frame.waiting),
        ("+ dropped", frame.dropped),
    )
    cells = "".join(
        f"<span>{name} <b>{_sum(value)}</b></span>" for name, value in parts
    )
    return f'<p class="digits-books">{cells}</p>'


def _number(value: float, digits: int = 2) -> str:
    return f"{value:+.{digits}f}".replace("-", "\N{MINUS SIGN}")


def _sum(value: float) -> str:
    # Round first and add 0: otherwise a tiny negative number would read -0.00.
    return f"{round(value, 2) + 0:.2f}".replace("-", "\N{MINUS SIGN}")
