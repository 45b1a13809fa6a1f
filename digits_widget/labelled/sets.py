"""Opens any labelled set by its path: IDX, npz, a folder of pictures, pen strokes."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from digits_widget.errors import DataError
from digits_widget.labelled.digits import (
    LabelledDrawings,
    LabelledImages,
    read_idx,
    read_mnist,
    read_pen_digits,
)
from digits_widget.pipeline import PRESETS, Pipeline

_PICTURES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif"})

# Names of images and labels in an npz: our own, Keras's mnist.npz, scikit-learn's.
_NAMES = (("images", "labels"), ("x_test", "y_test"), ("x", "y"), ("data", "target"))


@dataclass(frozen=True, eq=False)
class LabelledPictures:
    """Pictures of any size and kind, each with its digit: a pipeline frames them."""

    paths: tuple[Path, ...]
    """One file a digit."""

    labels: NDArray[np.int64]
    """(n,) int64 in [0, 9]."""

    def __len__(self) -> int:
        return len(self.labels)

    def first(self, count: int) -> Self:
        """Return the first `count` digits."""
        return type(self)(self.paths[:count], self.labels[:count])


LabelledSet = LabelledImages | LabelledDrawings | LabelledPictures


def read_set(path: Path, *, seed: int = 0) -> LabelledSet:
    """Read a labelled set, whatever it is in.

    Parameters
    ----------
    path : Path
        A folder with MNIST's files (its test set is read) or with folders ``0`` to
        ``9`` of pictures; an IDX file of images beside its file of labels; an npz with
        arrays such as ``images`` and ``labels``; JSON lines of pen strokes.
    seed : int
        Places pen strokes on their canvas.

    Raises
    ------
    DataError
        Nothing there, or none of these.
    """
    if path.is_dir():
        is_mnist = any(path.glob("t10k-images-idx3-ubyte*"))
        return read_mnist(path) if is_mnist else read_folder(path)
    if not path.exists():
        msg = f"Got {path}, which is not there. Name a folder or file of digits."
        raise DataError(msg)
    if path.suffix == ".npz":
        return read_npz(path)
    if "idx3-ubyte" in path.name:
        return read_idx_pair(path)
    return read_pen_digits(path, seed=seed)


def prepare(known: LabelledSet, pipeline: Pipeline | None) -> NDArray[np.float32]:
    """Return the images that a model is asked about.

    Parameters
    ----------
    known : LabelledSet
        Images of 28x28 are taken as they are if no pipeline is given; drawings and
        pictures go through ``mnist`` then.
    pipeline : Pipeline or None
        The steps.

    Returns
    -------
    ndarray
        (n, 28, 28) float32 in [0, 1], 1 is ink.
    """
    if isinstance(known, LabelledImages):
        images = known.images.astype(np.float32) / np.float32(255)
        # A pipeline takes pictures as light, so ink on paper is turned for it.
        return images if pipeline is None else pipeline.batch(1 - images)
    steps = pipeline or PRESETS["mnist"]
    if isinstance(known, LabelledDrawings):
        return steps.batch(known.drawings)
    return steps.batch(known.paths)


def read_folder(folder: Path) -> LabelledPictures:
    """Read a folder that has a folder of pictures for each digit, ``0`` to ``9``."""
    found = [
        (path, int(digit.name))
        for digit in sorted(folder.iterdir())
        if digit.name in set("0123456789")
        for path in sorted(digit.iterdir())
        if path.suffix.lower() in _PICTURES
    ]
    if not found:
        msg = (
            f"Got {folder}, expected MNIST's files or folders 0 to 9 with pictures "
            f"({', '.join(sorted(_PICTURES))})."
        )
        raise DataError(msg)
    paths, labels = zip(*found, strict=True)
    return LabelledPictures(tuple(paths), np.array(labels, np.int64))


def read_idx_pair(path: Path) -> LabelledImages:
    """Read an IDX file of images, and the file of labels that is named like it."""
    name = path.name.replace("images", "labels").replace("idx3", "idx1")
    return _checked(path, read_idx(path), read_idx(path.with_name(name)))


def read_npz(path: Path) -> LabelledImages:
    """Read images and labels from an npz; images as uint8, or floats in [0, 1]."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            for first, second in _NAMES:
                if first in arrays and second in arrays:
                    return _checked(path, arrays[first], arrays[second])
            held = ", ".join(arrays) or "nothing"
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as exc:
        msg = f"Got {path}, which cannot be read as npz: {exc}."
        raise DataError(msg) from exc
    wanted = " or ".join(" and ".join(pair) for pair in _NAMES)
    msg = f"Got {path} with {held} in it, expected {wanted}."
    raise DataError(msg)


def _checked(
    path: Path, images: NDArray[np.generic], labels: NDArray[np.generic]
) -> LabelledImages:
    """Return the arrays in MNIST's form, or say what is wrong with them."""
    images = np.asarray(images)
    if images.ndim != 3 and images.size == len(labels) * 784:
        images = images.reshape(len(labels), 28, 28)
    if images.shape != (len(labels), 28, 28) or not len(labels):
        msg = (
            f"Got {path} with images of shape {images.shape} and {len(labels)} labels, "
            "expected (n, 28, 28) and n."
        )
        raise DataError(msg)
    numbers = np.asarray(labels).astype(np.int64)
    if numbers.ndim != 1 or numbers.min() < 0 or numbers.max() > 9:
        msg = f"Got {path} with labels other than 0 to 9 in one row."
        raise DataError(msg)
    if images.dtype.kind == "f":
        scaled = np.asarray(images, np.float64)
        if not (np.isfinite(scaled).all() and scaled.min() >= 0 and scaled.max() <= 1):
            msg = f"Got {path} with floats outside 0 to 1, expected that or uint8."
            raise DataError(msg)
        images = np.rint(scaled * 255)
    return LabelledImages(images.astype(np.uint8), numbers)
