"""Checks of lesson 3, *Predict over gRPC*."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from numbers import Integral, Real

import numpy as np
from numpy.typing import NDArray

from digits_widget.protocol import messages
from digits_widget.protocol.messages import Proto

_INPUT = "conv2d_1_input"

_HEAD = 5
"""Most bytes of a tag and the length after it, here."""


def exercise_1(start: int, sent: bytes, tensor: Proto) -> str | None:
    """Check the byte at which the image begins in a request.

    Parameters
    ----------
    start : int
        The learner's answer.
    sent : bytes
        The request on the wire.
    tensor : TensorProto
        The image in it.
    """
    if not isinstance(start, Integral) or isinstance(start, bool):
        return "start must be a whole number, the place of a byte in sent."
    content = tensor.tensor_content
    if start >= 0 and sent[start : start + len(content)] == content:
        return None
    if 0 < sent.find(content) - start <= _HEAD:
        return f"At byte {start} its field begins. How long are its tag and length?"
    return f"At byte {start} the image does not begin. Look for {len(content):,} bytes."


def exercise_2(request_of: Callable[[NDArray[np.floating]], Proto]) -> str | None:
    """Check a function that makes a request of images.

    Parameters
    ----------
    request_of : function
        Takes (n, 28, 28) floats, and returns a ``PredictRequest``.
    """
    if not callable(request_of):
        return "request_of must be a function: def request_of(images): …"
    images = np.random.default_rng(3).random((3, 28, 28), np.float32)
    for batch in (images, images[:1].astype(np.float64)):
        made = request_of(batch)
        if not isinstance(made, messages.PredictRequest):
            return "request_of must return a messages.PredictRequest."
        if hint := _hint_for(made, batch.astype("<f4")):
            return hint
    return None


def _hint_for(made: Proto, images: NDArray[np.float32]) -> str | None:
    spec = made.model_spec
    if spec.name != "digits":
        return 'The request does not name the model: model_spec.name = "digits".'
    if spec.signature_name not in {"", "serving_default"} or spec.HasField("version"):
        return "Name the model alone: leave out version and signature."
    if made.output_filter:
        return "Leave out output_filter: all outputs are wanted."
    return _about_input(made, images)


def _about_input(made: Proto, images: NDArray[np.float32]) -> str | None:
    if set(made.inputs) != {_INPUT}:
        return f"The request needs one input, {_INPUT}."
    given = made.inputs[_INPUT]
    shape, wanted = (
        [dim.size for dim in given.tensor_shape.dim],
        [len(images), 28, 28, 1],
    )
    if shape != wanted:
        return (
            f"For {len(images)} images the shape must be {wanted}, and it is {shape}."
        )
    if given.dtype != 1:
        return "The type must be 1, DT_FLOAT."
    listed = np.array(given.float_val, "<f4").tobytes()
    if (given.tensor_content or listed) != images.astype("<f4").tobytes():
        return "The numbers are not those of the images, in their order, 4 bytes each."
    return None


def exercise_3(
    smallest: float,
    factors: Sequence[float],
    three: NDArray[np.float32],
    ask: Callable[[Sequence[NDArray[np.floating]]], NDArray[np.floating]],
) -> str | None:
    """Check which factor is the smallest with which a 3 is read as a 3.

    Parameters
    ----------
    smallest : float
        The learner's answer, one of `factors`.
    factors : sequence of float
        The factors to try.
    three : ndarray
        (28, 28) float32, the 3.
    ask : function
        Returns (n, 10) confidences about n pictures.
    """
    if isinstance(smallest, bool) or not isinstance(smallest, Real):
        return "smallest must be one of the factors, a number."
    factors = list(factors)
    if smallest not in factors:
        return f"{smallest} is not one of the factors."
    digits = ask([factor * three for factor in factors]).argmax(axis=1)
    right = [
        factor for factor, digit in zip(factors, digits, strict=True) if digit == 3
    ]
    if smallest not in right:
        return f"With {smallest} the model answers {digits[factors.index(smallest)]}."
    return (
        None if smallest == min(right) else "It still reads the 3 with a smaller one."
    )
