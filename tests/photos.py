"""Makes photographs of digits on paper: a few, of every kind that is common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from digits_widget.drawing import Drawing, Stroke
from digits_widget.raster import rasterize
from digits_widget.samples import sample

Colour = tuple[int, int, int]
Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class Scene:
    """A sheet, what is written on it with, and the light."""

    size: tuple[int, int] = (480, 480)
    """Columns and rows."""

    pen: float = 12
    """Pixels."""

    ink: Colour = (40, 45, 60)
    paper: Colour = (222, 219, 212)
    fall: tuple[float, float] = (1.0, 0.6)
    """Brightness at the left and right end."""

    shadow: float = 1.0
    """Brightness in the shadow of a hand, which lies over the lower right half."""

    rules: Colour | None = None
    """Of lines across the sheet."""

    squares: Colour | None = None
    """Of lines across and down the sheet."""

    table: Colour | None = None
    noise: float = 3
    blur: float = 0.8
    digit: float = 0.7
    """Side of the digit, of the shorter side of the picture."""


SCENES: Mapping[str, Scene] = {
    "pen": Scene(),
    "thin blue pen": Scene(pen=3, ink=(50, 70, 170)),
    "light felt pen": Scene(pen=22, ink=(150, 160, 175)),
    "orange felt pen": Scene(pen=18, ink=(240, 150, 50)),
    "pencil": Scene(pen=4, ink=(130, 130, 132)),
    "nearly white paper": Scene(paper=(250, 250, 248), fall=(1, 0.97), noise=1),
    "blurred scan": Scene(blur=4, noise=6, fall=(0.95, 0.95)),
    "shadow": Scene(shadow=0.55),
    "dim and noisy": Scene(fall=(0.5, 0.3), noise=8),
    "ruled": Scene(pen=8, rules=(150, 180, 220)),
    "squared": Scene(pen=8, squares=(165, 190, 225)),
    "grey squares": Scene(pen=10, squares=(185, 185, 185), fall=(0.9, 0.7)),
    "dark table": Scene(table=(70, 50, 35), digit=0.5),
    "brown table": Scene(table=(140, 105, 75), digit=0.5),
    "tall": Scene(size=(420, 746), pen=5, digit=0.4),
    "chalk": Scene(ink=(215, 215, 205), paper=(45, 70, 55)),
    "yellow on a dark screen": Scene(
        ink=(230, 230, 90), paper=(40, 42, 54), fall=(1, 1), noise=0, blur=0
    ),
}
"""By what one would call them."""


def photograph(digit: int, scene: Scene) -> Bytes:
    """Return (rows, cols, 3) uint8: the sample of this digit in a scene."""
    cols, rows = scene.size
    picture = Image.new("RGB", scene.size, scene.paper)
    if colour := scene.rules or scene.squares:
        _rule(picture, colour, squared=scene.squares is not None)
    side = int(scene.digit * min(cols, rows))
    ink = Image.fromarray(np.uint8(255 * _drawn(digit, scene.pen / side, side)))
    place = ((cols - side) // 2, (rows - side) // 2)
    picture.paste(scene.ink, (*place, place[0] + side, place[1] + side), ink)
    if scene.table:
        picture = _on_table(picture, scene.table)
    lit = np.asarray(picture, np.float32) * _light(scene)[..., None]
    taken = Image.fromarray(lit.clip(0, 255).astype(np.uint8))
    taken = taken.filter(ImageFilter.GaussianBlur(scene.blur))
    random = np.random.default_rng(digit)
    noisy = np.asarray(taken) + random.normal(0, scene.noise, (rows, cols, 1))
    return np.asarray(noisy.clip(0, 255), np.uint8)


def _drawn(digit: int, width: float, side: int) -> NDArray[np.float32]:
    strokes = [Stroke(stroke.points, width=width) for stroke in sample(digit)]
    return rasterize(Drawing(strokes), side=side)


def _rule(picture: Image.Image, colour: Colour, *, squared: bool) -> None:
    draw = ImageDraw.Draw(picture)
    for row in range(15, picture.height, 30):
        draw.line((0, row, picture.width, row), colour, 1)
    for col in range(15, picture.width, 30) if squared else ():
        draw.line((col, 0, col, picture.height), colour, 1)


def _on_table(sheet: Image.Image, table: Colour) -> Image.Image:
    cols, rows = sheet.size
    near, far = (0.05, 0.1), (0.93, 0.9)
    corners = [
        (cols * near[0], rows * near[1]),
        (cols * far[0], rows * near[0]),
        (cols * far[1], rows * far[0]),
        (cols * near[1], rows * far[1]),
    ]
    shape = Image.new("L", sheet.size)
    ImageDraw.Draw(shape).polygon(corners, 255)
    return Image.composite(sheet, Image.new("RGB", sheet.size, table), shape)


def _light(scene: Scene) -> NDArray[np.float64]:
    cols, rows = scene.size
    across, down = np.linspace(0, 1, cols), np.linspace(0, 1, rows)[:, None]
    slope = scene.fall[0] + (scene.fall[1] - scene.fall[0]) * across
    edge = 1 / (1 + np.exp(-(across + down - 1.1) * 60))
    shadowed: NDArray[np.float64] = slope * (1 - (1 - scene.shadow) * edge)
    return shadowed
