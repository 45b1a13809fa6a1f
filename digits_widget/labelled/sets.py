"""Opens any labelled set by its path: IDX, npz, a folder of pictures, pen strokes."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from digits_widget.errors import DataError
from digits_widget.labelled.checks import check_images
from digits_widget.labelled.digits import (
    GZIP,
    LabelledDrawings,
    LabelledImages,
    read_idx,
    read_mnist,
    read_pen_digits,
)
from digits_widget.pipeline import PRESETS, Pipeline

_PICTURES = frozenset(
    {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".pgm"}
)

# Names of images and labels in an npz: our own, Keras's mnist.npz, scikit-learn's,
# MedMNIST's, and those that np.savez gives to what has none.
_NAMES = (
    *(("images", "labels"), ("x_test", "y_test"), ("x", "y"), ("data", "target")),
    *(("test_images", "test_labels"), ("X", "y"), ("arr_0", "arr_1")),
)
# What a damaged or hostile npz raises; NotImplementedError is a RuntimeError.
_UNREADABLE = (
    *(OSError, ValueError, EOFError, RuntimeError, MemoryError, KeyError),
    *(zipfile.BadZipFile, zlib.error),
)


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
    start = _start(path)
    if path.suffix == ".npz" or start == b"PK":
        return read_npz(path)
    if "idx3-ubyte" in path.name or start == b"\0\0":
        return read_idx_pair(path)
    return read_pen_digits(path, seed=seed)


def _start(path: Path) -> bytes:
    """Return the first two bytes, unpacked: they tell the formats apart."""
    try:
        with path.open("rb") as file:
            start = file.read(2)
        if start != GZIP:
            return start
        with gzip.open(path) as packed:
            return packed.read(2)
    except (OSError, EOFError, zlib.error):
        return b""


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
        if digit.name in set("0123456789") and digit.is_dir()
        for path in sorted(digit.iterdir())
        # A Mac leaves a hidden twin beside each file that it copies.
        if path.suffix.lower() in _PICTURES and not path.name.startswith(".")
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
    if not (name != path.name and path.with_name(name).is_file()):
        msg = (
            f"Got {path}, an IDX file, and no labels beside it (a file {name}), "
            "expected a pair such as t10k-images-idx3-ubyte and "
            "t10k-labels-idx1-ubyte. Name the images."
        )
        raise DataError(msg)
    labels = read_idx(path.with_name(name))
    return LabelledImages(*check_images(read_idx(path), labels, path))


def read_npz(path: Path) -> LabelledImages:
    """Read images and labels from an npz; images as uint8, or floats in [0, 1]."""
    if not zipfile.is_zipfile(path):
        msg = f"Got {path}, which is no npz, a zip archive: not whole, or another file."
        raise DataError(msg)
    try:
        with np.load(path, allow_pickle=False) as arrays:
            for first, second in _NAMES:
                if first in arrays and second in arrays:
                    pair = check_images(arrays[first], arrays[second], path)
                    return LabelledImages(*pair)
            held = ", ".join(arrays) or "nothing"
    except _UNREADABLE as exc:
        msg = f"Got {path}, which cannot be read as npz: {exc}. Save it again."
        raise DataError(msg) from exc
    wanted = " or ".join(" and ".join(pair) for pair in _NAMES)
    msg = f"Got {path} with {held} in it, expected {wanted}."
    raise DataError(msg)
