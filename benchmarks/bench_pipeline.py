"""From strokes to the tensor: one trace, each part of it, and 10,000 drawings at once.

The peer is what most demos do with Pillow alone: draw the lines, shrink the canvas to
28x28, take the array. It frames nothing, explains nothing and keeps nothing.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path
from statistics import median

import numpy as np
from PIL import Image, ImageDraw

from digits_widget.datasets import read_pen_digits
from digits_widget.drawing import Drawing
from digits_widget.likeness import likeness
from digits_widget.pipeline import PRESETS
from digits_widget.raster import rasterize
from digits_widget.samples import samples

DRAWINGS = 10_000
ROUNDS = 5


def main() -> None:
    """Print times and what they are of the peer's and of their allowances."""
    drawings = _drawings()
    few = drawings[:: len(drawings) // 50][:50]
    _one_by_one(few)
    start = time.perf_counter()
    PRESETS["mnist"].batch(islice(cycle(drawings), DRAWINGS))
    taken = time.perf_counter() - start
    start = time.perf_counter()
    for drawing in islice(cycle(drawings), DRAWINGS):
        _pillow_alone(drawing)
    peer = time.perf_counter() - start
    print(
        f"{DRAWINGS:,} drawings through mnist: {taken:.1f} s (at most 10 s), "
        f"{taken / peer:.1f} times Pillow alone"
    )


def _drawings() -> list[Drawing]:
    """Return pen digits where there are any, else the ten samples."""
    folder = os.environ.get("DIGITS_DATA")
    if folder is None:
        print("DIGITS_DATA is not set: measuring with the ten samples.")
        return list(samples()) * 20
    path = Path(folder) / "pen-digits" / "pen-digits.jsonl.gz"
    return list(read_pen_digits(path).drawings)


def _one_by_one(drawings: list[Drawing]) -> None:
    mnist = PRESETS["mnist"]
    tensors = [mnist(drawing).tensor for drawing in drawings]
    times = _rounds(
        {
            "Pillow alone": lambda: [_pillow_alone(d) for d in drawings],
            "raster": lambda: [rasterize(d) for d in drawings],
            **{f"trace, {name}": _tracing(name, drawings) for name in PRESETS},
            "likeness": lambda: [likeness(tensor) for tensor in tensors],
            "filmstrip as HTML": lambda: [
                mnist(d)._repr_html_() for d in drawings[:20]
            ],
        }
    )
    peer = times["Pillow alone"] / len(drawings)
    for name, taken in times.items():
        one = taken / (20 if "HTML" in name else len(drawings))
        allowed = "  (at most 2 ms)" if name == "trace, mnist" else ""
        print(f"{name:24} {one:7.3f} ms  {one / peer:5.1f} times Pillow alone{allowed}")


def _tracing(name: str, drawings: list[Drawing]) -> Callable[[], object]:
    return lambda: [PRESETS[name](drawing) for drawing in drawings]


def _pillow_alone(drawing: Drawing) -> object:
    canvas = Image.new("L", (280, 280))
    draw = ImageDraw.Draw(canvas)
    for stroke in drawing:
        points = (stroke.points * 280).ravel().tolist()
        draw.line(points, 255, round(stroke.width * 280), joint="curve")
    small = canvas.resize((28, 28), Image.Resampling.BOX)
    return np.asarray(small, np.float32) / 255


def _rounds(tasks: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Run all tasks in turn, several rounds; return the median of each, in ms."""
    taken: dict[str, list[float]] = {name: [] for name in tasks}
    for task in tasks.values():
        task()
    for _ in range(ROUNDS):
        for name, task in tasks.items():
            start = time.perf_counter()
            task()
            taken[name].append((time.perf_counter() - start) * 1000)
    return {name: median(values) for name, values in taken.items()}


if __name__ == "__main__":
    main()
