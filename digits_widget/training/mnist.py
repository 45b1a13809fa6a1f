"""MNIST's training set: from files at hand, or fetched by Keras."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from digits_widget.errors import DataError
from digits_widget.labelled import LabelledImages, read_mnist


def training_set(folder: Path | None = None) -> LabelledImages:
    """Return MNIST's 60,000 training images.

    Parameters
    ----------
    folder : Path, optional
        Holds the original IDX files. Without it Keras fetches the same arrays once and
        keeps them in its own cache.

    Raises
    ------
    DataError
        The files are missing or damaged, or Keras cannot fetch them.
    """
    if folder is not None:
        return read_mnist(folder, "train")
    import keras  # noqa: PLC0415 - importing Keras takes seconds

    try:
        (images, labels), _ = keras.datasets.mnist.load_data()
    except Exception as exc:
        msg = (
            f"Got no MNIST: Keras could not fetch it ({exc}). Connect to the network, "
            "or name a folder with MNIST's four files: --mnist DIR."
        )
        raise DataError(msg) from exc
    return LabelledImages(images, labels.astype(np.int64))
