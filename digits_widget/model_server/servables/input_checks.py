"""Checks a decoded request before the graph runs."""

from __future__ import annotations

from collections.abc import Mapping

from digits_widget.model_server.servables.signature import Signature
from digits_widget.model_server.status_error import StatusError, invalid
from digits_widget.protocol.dtypes import name_of_number, type_word
from digits_widget.protocol.signature import TensorSpec


def check_types(signature: Signature, given: Mapping[str, int]) -> None:
    """Refuse values of another data type than declared.

    Parameters
    ----------
    signature : Signature
        The signature to run.
    given : mapping of str to int
        The number of each value's data type, by alias.

    Raises
    ------
    StatusError
        INVALID_ARGUMENT; the server never casts. The graph itself checks shapes.
    """
    for index, (alias, number) in enumerate(given.items()):
        spec = signature.inputs[alias]
        if name_of_number(number) != spec.dtype:
            raise wrong_type(index, spec, number)


def wrong_type(index: int, spec: TensorSpec, got: int) -> StatusError:
    """Return the error for a value of another type, in TensorFlow's words.

    Parameters
    ----------
    index : int
        Position of the input.
    spec : TensorSpec
        The declared input.
    got : int
        The number of the value's data type.
    """
    want, given = spec.word, type_word(got)
    return invalid(f"Expects arg[{index}] to be {want} but {given} is provided")
