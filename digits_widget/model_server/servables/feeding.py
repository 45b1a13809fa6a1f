"""The checks between decoding a request and running the graph."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from digits_widget.model_server.refusal import Refusal, invalid
from digits_widget.model_server.servables.signature import Signature, Slot
from digits_widget.model_server.tensors.element import ELEMENTS, type_word


def check_feeds(
    signature: Signature,
    feeds: Mapping[str, np.ndarray[Any, Any]],
) -> None:
    """Refuse arrays that the graph must not be given.

    Raises
    ------
    Refusal
        INVALID_ARGUMENT for another data type than declared; nothing is ever cast.
        Shapes are the graph's own business.
    """
    for index, (alias, array) in enumerate(feeds.items()):
        slot = signature.inputs[alias]
        element = ELEMENTS.get(slot.type)
        if element is None or array.dtype != element.dtype:
            raise wrong_type(index, slot, _word(array))


def wrong_type(index: int, slot: Slot, got: str) -> Refusal:
    """Refuse a value of another type than declared, in TensorFlow's words."""
    want = type_word(slot.type)
    return invalid(f"Expects arg[{index}] to be {want} but {got} is provided")


def _word(array: np.ndarray[Any, Any]) -> str:
    for element in ELEMENTS.values():
        if element.dtype == array.dtype:
            return element.word
    return str(array.dtype)
