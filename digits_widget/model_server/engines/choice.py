"""Chooses the engine for a version, and gives the reason."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from digits_widget.model_server.shipped import SHIPPED
from digits_widget.model_server.status_error import StatusError
from digits_widget.protocol.saved_model import is_saved_model

TFLITE = "model.tflite"
"""Name of LiteRT's file in a version's folder, as in TensorFlow Serving."""


class NoEngineError(StatusError):
    """No installed engine can run the version."""

    may_pass = False

    def __init__(self, message: str) -> None:
        super().__init__("FAILED_PRECONDITION", message)


@dataclass(frozen=True)
class Choice:
    """An engine, with the reason for choosing it."""

    engine: Literal["LiteRT", "TensorFlow"]
    """Its name."""

    why: str
    """The reason, worded to follow "because"."""


def choose(folder: Path, *, prefer_tflite: bool) -> Choice:
    """Choose the engine for the version in `folder`.

    Parameters
    ----------
    folder : Path
        The version's folder.
    prefer_tflite : bool
        Whether to use ``model.tflite`` wherever it exists.

    Raises
    ------
    NoEngineError
        No installed engine can run the version; the message names the cure.
    """
    has_file = (folder / TFLITE).is_file()
    has_tensorflow = is_installed("tensorflow")
    if prefer_tflite and has_file:
        return _litert("--prefer_tflite_model is set", folder)
    if has_file and folder.parent == SHIPPED and is_installed("ai_edge_litert"):
        return _litert("the model comes with this package", folder)
    if has_file and not has_tensorflow:
        return _litert("TensorFlow is not installed", folder)
    if has_file and not is_saved_model(folder):
        msg = (
            f"{folder} has {TFLITE} and no saved_model.pb. Start the server with "
            "--prefer_tflite_model"
        )
        raise NoEngineError(msg)
    if not has_tensorflow and is_saved_model(folder):
        msg = (
            f"{folder} has no {TFLITE}, and TensorFlow, which runs saved_model.pb, is "
            "not installed. Export the model again where TensorFlow is, which writes "
            'both, or install it here: pip install "digits-widget[training]"'
        )
        raise NoEngineError(msg)
    why = "it runs any SavedModel" if has_file else f"there is no {TFLITE}"
    return Choice("TensorFlow", why)


def is_installed(module: str) -> bool:
    """Return whether a module can be imported, without importing it."""
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def _litert(why: str, folder: Path) -> Choice:
    if not is_installed("ai_edge_litert"):
        msg = (
            f"{folder / TFLITE} needs LiteRT, which is not installed: "
            'pip install "digits-widget[lab]"'
        )
        raise NoEngineError(msg)
    return Choice("LiteRT", why)
