"""Builds a model from a checked description, and loads its weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from digits_widget.errors import ExportError
from digits_widget.training.config import checked_config
from digits_widget.training.error_text import reason, shown
from digits_widget.training.footprint import (
    check_answers,
    check_footprint,
    limited_weights,
)
from digits_widget.training.keras_errors import REFUSED
from digits_widget.training.library import KERAS3, Library, keras2, keras3
from digits_widget.training.quiet import without_warnings


def library_of(version: str, config: Mapping[str, Any], name: str) -> Library:
    """Return the library that reads files of this version of Keras.

    Parameters
    ----------
    version : str
        The version in the file, such as ``2.2.4-tf``; empty if it has none.
    config : mapping
        The description of the model.
    name : str
        Name of the file, for messages.

    Raises
    ------
    ExportError
        The version is Keras 1 or unknown.
    """
    told = str(config)
    if _is_keras1(told):
        version = "1"
    elif not version:
        new = "'batch_shape'" in told or "DTypePolicy" in told
        version = "3" if new else "2"
    major = version.partition(".")[0]
    if major in {"0", "1"}:
        msg = (
            f"Got {name}, which Keras 1 wrote, of 2016: no Keras of today reads it. "
            "Open and save it once with Keras 2.2 (in Python 3.6: pip install "
            "keras==2.2.5 tensorflow==1.14 h5py==2.10), and export the new file."
        )
        raise ExportError(msg)
    if major not in {"2", "3"}:
        msg = (
            f"Got {name}, which Keras {shown(version)[1:-1]} wrote, expected Keras 2 "
            "or 3. Install a newer digits-widget, or save it with Keras 3."
        )
        raise ExportError(msg)
    return keras3() if major == "3" else keras2()


def _is_keras1(told: str) -> bool:
    only = ("nb_filter", "border_mode", "dim_ordering", "W_regularizer")
    return any(f"'{word}'" in told for word in only)


def build_model(config: Mapping[str, Any], library: Library, name: str) -> Any:  # noqa: ANN401
    """Build a model from its description, without its weights.

    Parameters
    ----------
    config : mapping
        The description; this function checks it.
    library : Library
        The library that reads it.
    name : str
        Name of the file, for messages.

    Raises
    ------
    ExportError
        A part of the description is unsafe, too large, or invalid.
    """
    checked = checked_config(config, name, library)
    build = partial(library.build, checked)
    try:
        with without_warnings():
            model = _built(build, library, name)
    except REFUSED as exc:
        msg = f"Got {name}, whose layers do not fit together: {reason(exc)}"
        raise ExportError(msg) from exc
    if not model.built or not getattr(model, "inputs", None):
        msg = (
            f"Got {name}, which does not say the shape of its input. In Python, build "
            "the network with keras.Input((28, 28, 1)) first, call "
            "model.load_weights(...) on the file, and save that."
        )
        raise ExportError(msg)
    return model


def _built(build: Callable[[], Any], library: Library, name: str) -> Any:  # noqa: ANN401
    if library.title == KERAS3:
        check_footprint(build, name)
        return build()
    with limited_weights(name):
        model = build()
    check_answers(model, name)
    return model


def load_weights(model: Any, path: Path, name: str) -> None:  # noqa: ANN401
    """Load the weights of an HDF5 file into a model.

    Parameters
    ----------
    model : Model
        The built model, of either library.
    path : Path
        A file that `check_hdf5` accepts. Its ending decides the format: ``.h5`` for a
        whole model, ``.weights.h5`` for the weights in a ``.keras`` file.
    name : str
        Name of the user's file, for messages.

    Raises
    ------
    ExportError
        The weights of a layer are missing or do not fit.
    """
    try:
        with without_warnings():
            model.load_weights(str(path))
    except (*REFUSED, OSError) as exc:
        msg = (
            f"Got {name}, whose weights do not fit its layers: {reason(exc)} The file "
            "is damaged: save the whole model again with model.save(...)."
        )
        raise ExportError(msg) from exc
