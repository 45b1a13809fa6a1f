"""Digits whose label is known, to train on and to measure with.

Two kinds travel through the project: images that are ready for a model
(`LabelledImages`, such as MNIST) and drawings that still have the whole road before
them (`LabelledDrawings`, such as pen digits). Readers for both live here, and read
plain or gzipped files.
"""

from __future__ import annotations

import gzip
import json
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from digits_widget.drawing import PEN_WIDTH, Drawing, Stroke
from digits_widget.errors import DataError, DrawingError
from digits_widget.labelled.checks import check_images, check_label

_IDX_UINT8 = 0x08
GZIP = b"\x1f\x8b"
"""First bytes of every gzip file."""

_UNLABELLED = (ValueError, KeyError, TypeError, RecursionError, DrawingError)
"""What a line raises that is no labelled digit."""


@dataclass(frozen=True, eq=False)
class LabelledImages:
    """Images in the form of MNIST, each with its digit."""

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
    """Drawings by people, each with the digit that was meant and who drew it."""

    drawings: tuple[Drawing, ...]
    """One drawing a digit."""

    labels: NDArray[np.int64]
    """(n,) int64 in [0, 9]."""

    writers: tuple[str, ...] = ()
    """Who drew each; empty if nobody knows."""

    def __len__(self) -> int:
        return len(self.labels)

    def split(self, prefixes: tuple[str, ...]) -> tuple[Self, Self]:
        """Part the digits by writer: those to keep, and those whose name starts so.

        Parameters
        ----------
        prefixes : tuple of str
            Beginnings of writers' names, such as an organisation's ``("val/",)``.

        Raises
        ------
        DataError
            A prefix that no writer has: a slip would leave nobody out.
        """
        for prefix in prefixes:
            if not any(writer.startswith(prefix) for writer in self.writers):
                msg = f"Got writers that start with {prefix!r}, but there are none."
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
        Holds ``train-images-idx3-ubyte[.gz]`` and its three sisters.
    split : str
        ``"train"`` (60,000 images) or ``"test"`` (10,000).

    Raises
    ------
    DataError
        A file is missing, cut short, or not IDX; or images and labels do not fit.
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
        The file is not IDX, holds something other than bytes, or is cut short.
    """
    raw = _read_bytes(path)
    if len(raw) < 4 or raw[:2] != b"\0\0" or raw[2] != _IDX_UINT8:
        msg = f"Got {path}, which is not an IDX file of bytes (it starts {raw[:4]!r})."
        raise DataError(msg)
    rank = raw[3]
    if len(raw) < 4 + 4 * rank:
        msg = f"Got {path}, which ends inside its header. Fetch it again."
        raise DataError(msg)
    shape = struct.unpack(f">{rank}I", raw[4 : 4 + 4 * rank])
    values = np.frombuffer(raw, np.uint8, offset=4 + 4 * rank)
    if values.size != np.prod(shape, dtype=np.int64):
        msg = (
            f"Got {path} with {values.size} values; its header says {shape}. "
            "The file is cut short: fetch it again."
        )
        raise DataError(msg)
    return values.reshape(shape)


def read_pen_digits(
    path: Path,
    *,
    seed: int = 0,
    sizes: tuple[float, float] = (0.5, 0.8),
    width: float = PEN_WIDTH,
) -> LabelledDrawings:
    """Read pen strokes, one JSON object a line, and put each digit on a canvas.

    A line is ``{"label": 6, "writer": "…", "strokes": [[[x, y], ...], ...]}`` in any
    unit, x to the right and y down. Each digit gets a random size and place, as people
    draw anywhere on a pad; the same seed gives the same drawings. A line that
    `labelled_lines` wrote holds a whole drawing, which stays as it was drawn.

    Parameters
    ----------
    path : Path
        JSON lines, gzipped or not.
    seed : int
        Decides sizes and places.
    sizes : tuple of float
        The longest side of the ink is drawn from this range, in shares of the canvas
        side, with the same chance for each size.
    width : float
        Of the pen, as a share of the canvas side.

    Raises
    ------
    DataError
        The file cannot be read, or a line is not such an object.
    """
    random = np.random.default_rng(seed)
    drawings, labels, writers = [], [], []
    for number, line in enumerate(_read_bytes(path).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
            if "format" in item:
                drawings.append(Drawing.from_json(line.decode()))
            else:
                drawings.append(_placed(item["strokes"], random, sizes, width))
            labels.append(check_label(item["label"]))
            writers.append(str(item.get("writer", "")))
        except _UNLABELLED as exc:
            why = f"it has no {exc}" if isinstance(exc, KeyError) else exc
            msg = (
                f"Got line {number} of {path}, which is not a labelled digit ({why}); "
                'expected {"label": 6, "strokes": [[[x, y], ...], ...]}.'
            )
            raise DataError(msg) from exc
    if not labels:
        msg = f"Got {path}, which has no digit in it, expected one on each line."
        raise DataError(msg)
    return LabelledDrawings(tuple(drawings), np.array(labels, np.int64), tuple(writers))


def _placed(
    strokes: list[list[list[float]]],
    random: np.random.Generator,
    sizes: tuple[float, float],
    width: float,
) -> Drawing:
    """Scale the strokes to a random size and move them to a random place."""
    points = np.concatenate([np.asarray(s, np.float64) for s in strokes])
    if points.ndim != 2 or points.shape[1] != 2 or not np.isfinite(points).all():
        msg = "points are not finite pairs of x and y"
        raise ValueError(msg)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = random.uniform(*sizes) / max(float((high - low).max()), 1e-9)
    extent = (high - low) * scale
    # Half a pen stays free at each edge, so that no ink is cut off.
    corner = random.uniform(width / 2, 1 - width / 2 - extent)
    moved = [(np.asarray(s, np.float64) - low) * scale + corner for s in strokes]
    return Drawing(Stroke(np.clip(s, 0, 1), width=width) for s in moved)


def _find(folder: Path, name: str) -> Path:
    for candidate in (folder / name, folder / f"{name}.gz"):
        if candidate.exists():
            return candidate
    msg = (
        f"Expected {name} or {name}.gz in {folder}, found neither. Give the folder "
        "that holds MNIST's four files."
    )
    raise DataError(msg)


def _read_bytes(path: Path) -> bytes:
    try:
        raw = path.read_bytes()
        # By its first bytes: a name says little about what was downloaded.
        return gzip.decompress(raw) if raw[:2] == GZIP else raw
    except (OSError, EOFError, zlib.error, MemoryError) as exc:
        msg = f"Got {path}, which cannot be read: {exc}. Copy or fetch it again."
        raise DataError(msg) from exc
