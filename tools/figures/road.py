"""The road of the ink: a figure for the README and the site.

Everything in it is real: a bundled drawing, and what the steps make of it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from digits_widget.drawing import Drawing
from digits_widget.pipeline import PRESETS
from digits_widget.samples import sample
from tools.figures.vectors import ACCENT, arrow, arrow_left, box, figure, words

SIDE = 112
STEP = 160
TOP = 34
LOWER = 250

ANSWER = (0.0, 0.0, 0.0, 0.99, 0.0, 0.0, 0.0, 0.0, 0.01, 0.0)
"""Roughly what the shipped models answer about this drawing."""


def road(theme: str) -> str:
    """Return the figure as SVG."""
    drawing = sample(3)
    trace = {shot.name: shot for shot in PRESETS["mnist"](drawing)}
    ink = np.array(trace["crop"].decided["box"]) / trace["raster"].image.shape[0]
    stations = (
        (_strokes(drawing), "Drawing", "strokes, not pixels"),
        (_strokes(drawing) + _frame(ink), "Crop", "to the ink"),
        (_pixels(_padded(trace["fit"].image)), "Fit", "in 20x20 pixels"),
        (_pixels(trace["centre"].image, cross=True), "Centre", "by its mass"),
        (_pixels(trace["tensor"].image, grid=True), "Tensor", "28x28 numbers, 0 to 1"),
    )
    parts = [
        _tile(24 + place * STEP, TOP, *station)
        for place, station in enumerate(stations)
    ]
    parts += [
        arrow(24 + place * STEP + SIDE + 8, TOP + SIDE / 2, STEP - SIDE - 16)
        for place in range(len(stations) - 1)
    ]
    parts += _lower_row()
    title = (
        "The road of the ink: drawing, crop, fit, centre, tensor, request, model "
        "server, response, confidences"
    )
    return figure(theme, height=404, title=title, parts=parts)


def _tile(x: float, y: float, picture: str, title: str, text: str) -> str:
    """Return a picture on paper, and two lines beneath."""
    return (
        f'<rect class="paper" x="{x}" y="{y}" width="{SIDE}" height="{SIDE}"/>'
        f'<g transform="translate({x} {y}) scale({SIDE})">{picture}</g>'
        f"{words(x + SIDE / 2, y + SIDE + 19, title, text)}"
    )


def _strokes(drawing: Drawing) -> str:
    lines = (
        '<polyline fill="none" stroke="#000" stroke-linecap="round" '
        f'stroke-linejoin="round" stroke-width="{stroke.width:.4g}" points="'
        + " ".join(f"{x:.4g},{y:.4g}" for x, y in stroke.points)
        + '"/>'
        for stroke in drawing
    )
    return "".join(lines)


def _frame(ink: NDArray[np.floating]) -> str:
    left, top, right, bottom = (float(each) for each in ink)
    return (
        f'<rect x="{left:.4g}" y="{top:.4g}" width="{right - left:.4g}" '
        f'height="{bottom - top:.4g}" fill="none" stroke="{ACCENT}" '
        'stroke-width="0.012" stroke-dasharray="0.04 0.025"/>'
    )


def _padded(image: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return the image in the corner of 28x28 pixels, where the fit leaves it."""
    paper = np.zeros((28, 28))
    rows, cols = image.shape
    paper[:rows, :cols] = image
    return paper


def _pixels(
    image: NDArray[np.floating], *, grid: bool = False, cross: bool = False
) -> str:
    parts = [*_runs(image)]
    if grid:
        lines = "".join(f"M{n} 0V28M0 {n}H28" for n in range(1, 28))
        parts.append(f'<path d="{lines}" stroke="#d0d7de" stroke-width="0.06"/>')
    if cross:
        way = "M14 0V28M0 14H28"
        parts.append(
            f'<path d="{way}" stroke="{ACCENT}" stroke-width="0.35" '
            'stroke-dasharray="1.1 0.8"/>'
        )
    inside = "".join(parts)
    return (
        f'<g transform="scale({1 / 28:.8f})" shape-rendering="crispEdges">{inside}</g>'
    )


def _runs(image: NDArray[np.floating]) -> Iterator[str]:
    """Yield one path for each of sixteen greys."""
    greys = np.rint(image * 15).astype(int)
    for grey in range(1, 16):
        spots = np.argwhere(greys == grey).tolist()
        if spots:
            shade = f"{15 - grey:x}" * 3
            path = "".join(f"M{x} {y}h1v1h-1z" for y, x in spots)
            yield f'<path fill="#{shade}" d="{path}"/>'


def _lower_row() -> Iterator[str]:
    """Yield the wire, the server and the bars."""
    middle = LOWER + SIDE / 2
    # From the tensor, at the right, down and along to the server.
    yield (
        f'<path class="a" d="M720 {TOP + SIDE + 46}V{LOWER - 4}"/>'
        f'<path class="h" d="M720 {LOWER + 4}l-4.5 -8h9z"/>'
    )
    yield box(646, LOWER + 6, 148, 100)
    yield words(
        720, middle - 9, "PredictRequest", "one protobuf message", "gRPC or REST"
    )
    yield arrow_left(638, middle, 50)
    yield box(416, LOWER + 6, 164, 100)
    yield words(
        498, middle - 9, "Model server", "TensorFlow Serving,", "or the embedded one"
    )
    yield arrow_left(408, middle, 54)
    yield box(206, LOWER + 6, 140, 100)
    yield words(276, middle - 9, "PredictResponse", "ten numbers,", "and who answered")
    yield arrow_left(198, middle, 50)
    for digit, confidence in enumerate(ANSWER):
        y = LOWER + 2 + digit * 10.8
        kind = "best" if confidence == max(ANSWER) else "bar"
        yield (
            f'<text class="s" x="34" y="{y + 9:g}">{digit}</text>'
            f'<rect class="{kind}" x="44" y="{y + 1:g}" height="7.4" '
            f'width="{2 + 88 * confidence:g}"/>'
        )
    yield words(92, LOWER + 130, "Ten confidences", "they sum to 1, right or wrong")
