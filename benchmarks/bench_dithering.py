"""Dithering against Pillow, the Rust package ``dithering``, and fixed allowances."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

import numpy as np
from dithering import dither as rust_dither
from PIL import Image

from digits_widget.dithering import CATALOGUE, dither
from digits_widget.raster import rasterize
from digits_widget.samples import sample

PICTURES = 10_000
ROUNDS = 5


def main() -> None:
    """Print how long Floyd-Steinberg and the whole catalogue take."""
    _batch()
    _alone()


def _batch() -> None:
    rng = np.random.default_rng(0)
    eight = rng.integers(0, 256, size=(PICTURES, 28, 28), dtype=np.uint8)
    floats = eight.astype(np.float32) / np.float32(255)
    images = [Image.fromarray(picture) for picture in eight]
    times = _rounds(
        {
            "ours": lambda: dither(floats),
            'Pillow convert("1"), arrays in and out': lambda: [
                np.asarray(Image.fromarray(picture).convert("1")) for picture in eight
            ],
            'Pillow convert("1"), arrays in': lambda: [
                Image.fromarray(picture).convert("1") for picture in eight
            ],
            'Pillow convert("1") alone, images ready': lambda: [
                image.convert("1") for image in images
            ],
            "dithering (Rust)": lambda: [
                rust_dither(picture, "floyd_steinberg") for picture in eight
            ],
        }
    )
    ours = times.pop("ours")
    print(f"Floyd-Steinberg, {PICTURES:,} pictures of 28x28: {ours:.0f} ms")
    for name, peer in times.items():
        print(f"  {name:<40} {peer:6.0f} ms   {peer / ours:5.2f} times ours")


def _alone() -> None:
    digit = rasterize(sample(3), side=28)
    large = np.random.default_rng(0).random((512, 512))
    tasks: dict[str, Callable[[], object]] = {
        f"the whole catalogue, {len(CATALOGUE)} methods, on one 28x28 digit": lambda: [
            dither(digit, name) for name in CATALOGUE
        ],
        "Floyd-Steinberg, 512x512": lambda: dither(large),
    }
    # On a busy machine only the processor's own time can be held to an allowance.
    walls, processor = _rounds(tasks), _rounds(tasks, clock=time.process_time)
    for name, wall in walls.items():
        print(f"{name}: {wall:.1f} ms, {processor[name]:.1f} of them computing (40)")


def _rounds(
    tasks: dict[str, Callable[[], object]],
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, float]:
    """Run all tasks in turn, several rounds; return the median of each, in ms."""
    taken: dict[str, list[float]] = {name: [] for name in tasks}
    for task in tasks.values():
        task()
    for _ in range(ROUNDS):
        for name, task in tasks.items():
            start = clock()
            task()
            taken[name].append((clock() - start) * 1e3)
    return {name: median(times) for name, times in taken.items()}


if __name__ == "__main__":
    main()
