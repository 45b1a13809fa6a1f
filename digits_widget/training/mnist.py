"""MNIST's training set, from local files or downloaded by Keras."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from digits_widget.datasets import LabelledImages, read_mnist
from digits_widget.errors import DataError


def training_set(folder: Path | None = None) -> LabelledImages:
    """Return MNIST's 60,000 training images.

    Parameters
    ----------
    folder : Path, optional
        Folder with the original IDX files. By default Keras downloads the same arrays
        once and caches them.

    Raises
    ------
    DataError
        The files are missing or damaged, or Keras cannot download them.
    """
    if folder is not None:
        return read_mnist(folder, "train")
    import keras  # noqa: PLC0415 - importing Keras takes seconds

    try:
        (images, labels), _ = keras.datasets.mnist.load_data()
    except Exception as exc:
        msg = (
            f"Keras could not download MNIST ({exc}). Connect to the network, or name "
            "a folder with MNIST's four files: --mnist DIR."
        )
        raise DataError(msg) from exc
    return LabelledImages(images, labels.astype(np.int64))
