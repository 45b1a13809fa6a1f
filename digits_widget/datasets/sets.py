"""Reads a labelled set of any format: IDX, npz, a folder of pictures, pen strokes."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from digits_widget.datasets.checks import check_images
from digits_widget.datasets.class_set import read_class
from digits_widget.datasets.data_file import opened
from digits_widget.datasets.digits import (
    LabelledDrawings,
    LabelledImages,
    read_idx,
    read_mnist,
    read_pen_digits,
)
from digits_widget.datasets.npz import UNREADABLE, Npz
from digits_widget.errors import DataError, shortened
from digits_widget.findings import Finding
from digits_widget.pipeline import PRESETS, Pipeline
from digits_widget.regular_file import is_folder, open_regular_file

_PICTURES = frozenset(
    {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".pgm"}
)

# Names of images and labels in an npz: our own, Keras's mnist.npz, scikit-learn's,
# MedMNIST's, and the default names of np.savez.
_NAMES = (
    *(("images", "labels"), ("x_test", "y_test"), ("x", "y"), ("data", "target")),
    *(("test_images", "test_labels"), ("X", "y"), ("arr_0", "arr_1")),
)


@dataclass(frozen=True, eq=False)
class LabelledPictures:
    """Pictures of any size and kind, each with its label, for a pipeline."""

    paths: tuple[Path, ...]
    """One file for each digit."""

    labels: NDArray[np.int64]
    """(n,) int64 in [0, 9]."""

    def __len__(self) -> int:
        return len(self.labels)

    def first(self, count: int) -> Self:
        """Return the first `count` digits."""
        return type(self)(self.paths[:count], self.labels[:count])


LabelledSet = LabelledImages | LabelledDrawings | LabelledPictures


def read_set(path: Path, *, seed: int = 0) -> LabelledSet:
    """Read a labelled set in any of the known formats.

    Parameters
    ----------
    path : Path
        A folder with MNIST's files (its test set is read), with a class's drawings, or
        with folders ``0`` to ``9`` of pictures; an IDX file of images beside its file
        of labels; an npz with arrays such as ``images`` and ``labels``; JSON lines of
        pen strokes.
    seed : int
        Seed of the random size and position of pen strokes.

    Raises
    ------
    DataError
        The path does not exist, or is in none of these formats.
    """
    if is_folder(path):
        if any(path.glob("t10k-images-idx3-ubyte*")):
            return read_mnist(path)
        return _class_in(path) or read_folder(path)
    with opened(path) as file:
        # The first unpacked bytes tell the formats apart.
        start = file.read(2)
    if path.suffix == ".npz" or start == b"PK":
        return read_npz(path)
    if "idx3-ubyte" in path.name or start == b"\0\0":
        return read_idx_pair(path)
    return read_pen_digits(path, seed=seed)


def _class_in(folder: Path) -> LabelledDrawings | None:
    """Return the drawings of a class, if the folder has some."""
    if not any(folder.glob("*.json")):
        return None
    return read_class(folder).digits or None


def prepare(
    known: LabelledSet,
    pipeline: Pipeline | None,
    *,
    tell: Callable[[str, Finding], object] | None = None,
) -> NDArray[np.float32]:
    """Return the images for a model.

    Parameters
    ----------
    known : LabelledSet
        The digits.
    pipeline : Pipeline or None
        The steps. By default 28x28 images stay as they are, and drawings and pictures
        go through the preset ``mnist``.
    tell : callable or None
        Called with the name of each faulty picture file and the finding about it.

    Returns
    -------
    ndarray
        (n, 28, 28) float32 in [0, 1], 1 is ink.
    """
    if isinstance(known, LabelledImages):
        images = known.images.astype(np.float32) / np.float32(255)
        # A pipeline expects pictures as light, so the ink is inverted.
        return images if pipeline is None else pipeline.batch(1 - images)
    steps = pipeline or PRESETS["mnist"]
    if isinstance(known, LabelledDrawings):
        return steps.batch(known.drawings)
    return _prepare_pictures(known, steps, tell or (lambda _name, _found: None))


def _prepare_pictures(
    known: LabelledPictures, steps: Pipeline, tell: Callable[[str, Finding], object]
) -> NDArray[np.float32]:
    tensors = []
    for path in known.paths:
        trace = steps(path)
        tensors.append(trace.tensor)
        if trace.finding:
            tell(str(path), trace.finding)
    return np.stack(tensors)


def read_folder(folder: Path) -> LabelledPictures:
    """Read a folder with a subfolder of pictures for each digit, ``0`` to ``9``.

    Raises
    ------
    DataError
        The folder has no such pictures.
    """
    found = [
        (path, int(digit.name))
        for digit in sorted(folder.iterdir())
        if digit.name in set("0123456789") and digit.is_dir()
        for path in sorted(digit.iterdir())
        # macOS puts a hidden file beside each copied file.
        if path.suffix.lower() in _PICTURES and not path.name.startswith(".")
    ]
    if not found:
        msg = (
            f"Got {shortened(folder)}, expected MNIST's files, a class's drawings, or "
            f"folders 0 to 9 with pictures ({', '.join(sorted(_PICTURES))})."
        )
        raise DataError(msg)
    paths, labels = zip(*found, strict=True)
    return LabelledPictures(tuple(paths), np.array(labels, np.int64))


def read_idx_pair(path: Path) -> LabelledImages:
    """Read an IDX file of images, and the file of labels with the matching name.

    Raises
    ------
    DataError
        The file of labels is missing, or one of the files is not IDX.
    """
    name = path.name.replace("images", "labels").replace("idx3", "idx1")
    if not (name != path.name and path.with_name(name).is_file()):
        msg = (
            f"Got {shortened(path)}, an IDX file without its labels (a file "
            f"{shortened(name)} beside it), expected a pair such as "
            "t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte. Name the images."
        )
        raise DataError(msg)
    labels = read_idx(path.with_name(name))
    return LabelledImages(*check_images(read_idx(path), labels, path))


def read_npz(path: Path) -> LabelledImages:
    """Read images and labels from an npz; images as uint8, or floats in [0, 1].

    Raises
    ------
    DataError
        The file is not an npz, or has no images and labels of digits.
    """
    try:
        with open_regular_file(path) as file:
            arrays = Npz(file)
            for first, second in _NAMES:
                if first in arrays.names and second in arrays.names:
                    pair = check_images(arrays[first], arrays[second], path)
                    return LabelledImages(*pair)
    except zipfile.BadZipFile as exc:
        msg = (
            f"Got {shortened(path)}, which is not an npz (a zip archive), or is "
            f"incomplete ({shortened(str(exc))})."
        )
        raise DataError(msg) from exc
    except UNREADABLE as exc:
        why = shortened(getattr(exc, "strerror", None) or str(exc))
        msg = f"Got {shortened(path)}, which cannot be read as npz: {why}. "
        raise DataError(msg + "Save it again.") from exc
    held = shortened(", ".join(arrays.names) or "nothing")
    wanted = " or ".join(" and ".join(pair) for pair in _NAMES)
    msg = f"Got {shortened(path)} with {held} in it, expected {wanted}."
    raise DataError(msg)
