"""Digits whose label is known, to train on and to measure with.

Two kinds travel through the project: images that are ready for a model
(`LabelledImages`, such as MNIST) and drawings that still have the whole road before
them (`LabelledDrawings`, such as pen digits). Readers for both live here, and read
plain or gzipped files.
"""

from __future__ import annotations

import gzip
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digits_widget.errors import DataError

_IDX_UINT8 = 0x08


@dataclass(frozen=True, eq=False)
class LabelledImages:
    """Images in the form of MNIST, each with its digit."""

    images: NDArray[np.uint8]
    """(n, 28, 28) uint8 in [0, 255], 255 is ink."""

    labels: NDArray[np.int64]
    """(n,) int64 in [0, 9]."""

    def __len__(self) -> int:
        return len(self.labels)


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
        A file is missing, cut short, or not IDX.
    """
    prefix = {"train": "train", "test": "t10k"}[split]
    images = read_idx(_find(folder, f"{prefix}-images-idx3-ubyte"))
    labels = read_idx(_find(folder, f"{prefix}-labels-idx1-ubyte"))
    return LabelledImages(images, labels.astype(np.int64))


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
    shape = struct.unpack(f">{rank}I", raw[4 : 4 + 4 * rank])
    values = np.frombuffer(raw, np.uint8, offset=4 + 4 * rank)
    if values.size != np.prod(shape, dtype=np.int64):
        msg = (
            f"Got {path} with {values.size} values; its header says {shape}. "
            "The file is cut short: fetch it again."
        )
        raise DataError(msg)
    return values.reshape(shape)


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
    if path.suffix == ".gz":
        with gzip.open(path) as file:
            return file.read()
    return path.read_bytes()
