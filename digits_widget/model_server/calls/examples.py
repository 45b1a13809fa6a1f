"""The input of Classify and Regress: a list of Examples, as the strings graphs read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from tensorflow.core.example import example_pb2
from tensorflow_serving.apis import input_pb2

from digits_widget.model_server.refusal import invalid


def examples_of(given: input_pb2.Input) -> Sequence[example_pb2.Example]:
    """Find the examples of a request, with or without a context."""
    has_context = given.WhichOneof("kind") == "example_list_with_context"
    listed = given.example_list_with_context if has_context else given.example_list
    found: Sequence[example_pb2.Example] = listed.examples
    return found


def serialized_examples(
    given: input_pb2.Input,
) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """Serialise the examples of a request.

    Parameters
    ----------
    given : Input
        With or without a context. A context is put in front of each example's bytes:
        a parser merges the two, and where both have a feature the example wins.

    Returns
    -------
    (n,) object ndarray
        One byte string for each example.

    Raises
    ------
    Refusal
        INVALID_ARGUMENT if there is none.
    """
    context = b""
    examples = examples_of(given)
    if given.WhichOneof("kind") == "example_list_with_context":
        context = given.example_list_with_context.context.SerializeToString()
    if not examples:
        raise invalid("Input is empty.")
    strings = np.empty(len(examples), object)
    strings[:] = [context + example.SerializeToString() for example in examples]
    return strings
