"""Labelled digits, for training and evaluation.

There are two kinds: images that are ready for a model (`LabelledImages`, such as MNIST)
and drawings that a pipeline still has to prepare (`LabelledDrawings`, such as pen
digits). The readers for both read plain and gzipped files.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from digits_widget.datasets.checks import check_images, check_label
from digits_widget.datasets.data_file import DataFile, opened
from digits_widget.drawing import MAX_BYTES, PEN_WIDTH, Drawing, Stroke
from digits_widget.errors import DataError, DrawingError, shortened
from digits_widget.stroke import check_count

Strokes = list[list[list[float]]]
"""Points of each stroke, in any unit."""

_IDX_UINT8 = 0x08
_FARTHEST = 1e300
"""Largest coordinate, in any unit."""

_MOST_DIMENSIONS = 4
"""Most dimensions of an IDX file: images, rows, columns, colours."""

_UNLABELLED = (
    *(ValueError, KeyError, TypeError, OverflowError, RecursionError, DrawingError),
)
"""Exceptions of a line that is not a labelled digit."""


@dataclass(frozen=True, eq=False)
class LabelledImages:
    """Images in MNIST's format, each with its label."""

    images: NDArray[np.uint8]
    """(n, 28, 28) uint8 in [0, 255], 255 is ink."""

    labels: NDArray[np.int64]
    """(n,) int64 in [0, 9]."""

    def __len__(self) -> int:
        return len(self.labels)

    def first(self, count: int) -> Self:
        """Return the first `count` digits."""
        return type(self)(self.images[:count], self.labels[:count])


@dataclass(frozen=True, eq=False)
class LabelledDrawings:
    """Drawings by people, each with its label and its writer."""

    drawings: tuple[Drawing, ...]
    """One drawing a digit."""

    labels: NDArray[np.int64]
    """(n,) int64 in [0, 9]."""

    writers: tuple[str, ...] = ()
    """The writer of each; empty if unknown."""

    def __len__(self) -> int:
        return len(self.labels)

    def split(self, prefixes: tuple[str, ...]) -> tuple[Self, Self]:
        """Split the digits by writer: those to keep, and those with a prefix.

        Parameters
        ----------
        prefixes : tuple of str
            Prefixes of writers' names, such as ``("val/",)``.

        Raises
        ------
        DataError
            No writer has the prefix, which is then probably misspelt.
        """
        for prefix in prefixes:
            if not any(writer.startswith(prefix) for writer in self.writers):
                msg = f"No writer's name starts with {shortened(repr(prefix))}."
                raise DataError(msg)
        out = np.array([w.startswith(prefixes) for w in self.writers], bool)
        return self._chosen(~out), self._chosen(out)

    def first(self, count: int) -> Self:
        """Return the first `count` digits."""
        return self._chosen(np.arange(len(self)) < count)

    def _chosen(self, which: NDArray[np.bool_]) -> Self:
        places = np.flatnonzero(which)
        return type(self)(
            tuple(self.drawings[place] for place in places),
            self.labels[places],
            tuple(self.writers[place] for place in places if self.writers),
        )


def read_mnist(folder: Path, split: str = "test") -> LabelledImages:
    """Read one half of MNIST from its original IDX files, gzipped or not.

    Parameters
    ----------
    folder : Path
        Has ``train-images-idx3-ubyte[.gz]`` and the other three files of MNIST.
    split : str
        ``"train"`` (60,000 images) or ``"test"`` (10,000).

    Raises
    ------
    DataError
        A file is missing, truncated or not IDX, or images and labels do not match.
    """
    prefix = {"train": "train", "test": "t10k"}[split]
    path = _find(folder, f"{prefix}-images-idx3-ubyte")
    labels = read_idx(_find(folder, f"{prefix}-labels-idx1-ubyte"))
    return LabelledImages(*check_images(read_idx(path), labels, path))


def read_idx(path: Path) -> NDArray[np.uint8]:
    """Read an IDX file of bytes: the format of MNIST.

    Four bytes (0, 0, type, rank), one big-endian 32-bit size for each dimension, then
    the values in row-major order.

    Raises
    ------
    DataError
        The file is not IDX, its values are not bytes, or it is truncated.
    """
    with opened(path) as file:
        shape = _idx_shape(file, path)
        wanted = math.prod(shape)
        # Check before allocating memory: a damaged header may say anything.
        values = file.read(wanted + 1) if wanted < file.longest else b""
    if not len(values) == wanted > 0:
        wrong = "has more" if len(values) > wanted else "is truncated"
        msg = (
            f"Got {shortened(path)}, whose header says {shape}: {wanted:,} values. "
            f"The file {wrong}: download it again."
        )
        raise DataError(msg)
    return np.frombuffer(values, np.uint8).reshape(shape)


def _idx_shape(file: DataFile, path: Path) -> tuple[int, ...]:
    """Read the header."""
    head = file.read(4)
    if len(head) < 4 or head[:2] != b"\0\0" or head[2] != _IDX_UINT8:
        msg = (
            f"Got {shortened(path)}, which is not an IDX file of bytes (it starts "
            f"{head!r})."
        )
        raise DataError(msg)
    rank = head[3]
    if not 1 <= rank <= _MOST_DIMENSIONS:
        msg = (
            f"Got {shortened(path)} with {rank} dimensions, expected 3 for images and "
            "1 for labels. Download it again."
        )
        raise DataError(msg)
    sizes = file.read(4 * rank)
    if len(sizes) < 4 * rank:
        msg = f"Got {shortened(path)}, which ends inside its header. Download it again."
        raise DataError(msg)
    return struct.unpack(f">{rank}I", sizes)


def read_pen_digits(
    path: Path,
    *,
    seed: int = 0,
    sizes: tuple[float, float] = (0.5, 0.8),
    width: float = PEN_WIDTH,
) -> LabelledDrawings:
    """Read pen strokes, one JSON object a line, and put each digit on a canvas.

    A line is ``{"label": 6, "writer": "…", "strokes": [[[x, y], ...], ...]}`` in any
    unit, x to the right and y down. Each digit gets a random size and
    position, because people draw anywhere on a pad; the same seed gives the same
    drawings. A line from `labelled_lines` has a whole drawing, which stays as it is.

    Parameters
    ----------
    path : Path
        JSON lines, gzipped or not.
    seed : int
        Seed of the random sizes and positions.
    sizes : tuple of float
        The longest side of the ink is chosen uniformly from this range, in shares of
        the canvas side.
    width : float
        Pen width as a share of the canvas side, in (0, 1].

    Raises
    ------
    DataError
        The file cannot be read, or a line is not a labelled digit.
    """
    place = partial(
        _placed, random=np.random.default_rng(seed), sizes=sizes, width=width
    )
    drawings, labels, writers = [], [], []
    with opened(path) as file:
        for number, line in enumerate(file.lines(longest=MAX_BYTES), start=1):
            if not line.strip():
                continue
            try:
                drawing, label, writer = _labelled_digit(line, place)
            except _UNLABELLED as exc:
                why = f"it has no {exc}" if isinstance(exc, KeyError) else str(exc)
                msg = (
                    f"Got line {number} of {shortened(path)}, which is not a labelled "
                    f"digit ({shortened(why)}); expected "
                    '{"label": 6, "strokes": [[[x, y], ...], ...]}.'
                )
                raise DataError(msg) from exc
            drawings.append(drawing)
            labels.append(label)
            writers.append(writer)
    if not labels:
        msg = f"Got {shortened(path)}, which has no digits, expected one on each line."
        raise DataError(msg)
    return LabelledDrawings(tuple(drawings), np.array(labels, np.int64), tuple(writers))


def _labelled_digit(
    line: bytes, place: Callable[[Strokes], Drawing]
) -> tuple[Drawing, int, str]:
    """Return the drawing, its label and its writer."""
    item = json.loads(line)
    if "format" in item:
        drawing = Drawing.from_json(line.decode())
    else:
        drawing = place(item["strokes"])
    return drawing, check_label(item["label"]), str(item.get("writer", ""))


def _placed(
    strokes: Strokes,
    random: np.random.Generator,
    sizes: tuple[float, float],
    width: float,
) -> Drawing:
    """Scale the strokes to a random size and move them to a random position."""
    points = np.concatenate([np.asarray(s, np.float64) for s in strokes])
    # "not" refuses NaN as well. Below the limit, sums cannot overflow.
    if points.ndim != 2 or points.shape[1] != 2 or not (abs(points) < _FARTHEST).all():
        msg = "points are not finite pairs of x and y"
        raise ValueError(msg)
    check_count(len(points))
    low, high = points.min(axis=0), points.max(axis=0)
    scale = random.uniform(*sizes) / max(float((high - low).max()), 1e-9)
    extent = (high - low) * scale
    # Keep half a pen width free at each edge, so that no ink is cut off.
    corner = random.uniform(width / 2, 1 - width / 2 - extent)
    moved = [(np.asarray(s, np.float64) - low) * scale + corner for s in strokes]
    return Drawing(Stroke(np.clip(s, 0, 1), width=width) for s in moved)


def _find(folder: Path, name: str) -> Path:
    for candidate in (folder / name, folder / f"{name}.gz"):
        if candidate.exists():
            return candidate
    msg = (
        f"{folder} has neither {name} nor {name}.gz. Give the folder with MNIST's "
        "four files."
    )
    raise DataError(msg)
