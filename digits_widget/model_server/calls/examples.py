"""What Classify, Regress and MultiInference share: Examples in, and some checks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from digits_widget.model_server.lifecycle.library import Library
from digits_widget.model_server.servables.servable import Servable
from digits_widget.model_server.servables.signature import Signature
from digits_widget.model_server.status_error import invalid
from digits_widget.protocol.messages import Proto
from digits_widget.protocol.signature import DEFAULT


@dataclass(frozen=True)
class ExampleCall:
    """A call that takes Examples.

    Parameters
    ----------
    library : Library
        The models.
    check_method : bool
        Whether a signature must declare the call as its method.
    """

    library: Library
    check_method: bool = False


def examples_of(given: Proto) -> Sequence[Proto]:
    """Find the examples of a request, with or without a context."""
    has_context = given.WhichOneof("kind") == "example_list_with_context"
    listed = given.example_list_with_context if has_context else given.example_list
    found: Sequence[Proto] = listed.examples
    return found


def serialized_examples(
    given: Proto,
) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """Serialise the examples of a request.

    Parameters
    ----------
    given : Input
        The examples, with or without a context. The context's bytes go in front of
        each example's: a parser merges both, and the example's features take priority.

    Returns
    -------
    (n,) object ndarray
        One byte string for each example.

    Raises
    ------
    StatusError
        INVALID_ARGUMENT if there is no example.
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


def signature_of(servable: Servable, name: str) -> Signature:
    """Find a signature by name.

    Parameters
    ----------
    servable : Servable
        The version that answers.
    name : str
        The signature's name; empty for the default.

    Raises
    ------
    StatusError
        INVALID_ARGUMENT if there is none. (Predict uses another status.)
    """
    signature = servable.signatures.get(name or DEFAULT)
    if signature is None:
        raise invalid(f"No signature was found with the name: {name or DEFAULT}")
    return signature


def one_input(signature: Signature, what: str) -> None:
    """Refuse a signature unless its only input is called ``inputs``.

    Parameters
    ----------
    signature : Signature
        The signature.
    what : str
        The kind of call, for the message: classification or regression.

    Raises
    ------
    StatusError
        INVALID_ARGUMENT, in TensorFlow Serving's words.
    """
    if len(signature.inputs) != 1:
        raise invalid("Expected one input Tensor.")
    if "inputs" not in signature.inputs:
        msg = (
            f"No {what} inputs found in SignatureDef: {signature.name} has the input "
            f"{next(iter(signature.inputs))}"
        )
        raise invalid(msg)
