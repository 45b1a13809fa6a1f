"""Checks of lesson 8, *A page of your own*."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from numbers import Real

import numpy as np
from numpy.typing import NDArray

from digits_widget.errors import DigitsError
from digits_widget.pipeline import PRESETS
from digits_widget.prediction import DIGITS, Prediction
from digits_widget.serving import Client

_SHARES = np.arange(1, DIGITS + 1) / 55
"""Ten confidences, all different."""


def exercise_1(body: bytes, target: str) -> str | None:
    """Check that a request's body holds a picture that is read as a 4.

    Parameters
    ----------
    body : bytes
        The learner's: JSON with a picture in Base64.
    target : str
        Address of the model server.
    """
    if isinstance(body, str):
        return "The body is text. HTTP sends bytes: add .encode()."
    if not isinstance(body, bytes):
        return "The body must be bytes: JSON, then .encode()."
    try:
        picture = base64.b64decode(json.loads(body)["picture"], validate=True)
    except binascii.Error:
        return "What stands under picture is not Base64."
    except (KeyError, TypeError, ValueError):
        return 'The body must be JSON: {"picture": "…"}.'
    return _read_as_four(picture, target)


def _read_as_four(picture: bytes, target: str) -> str | None:
    try:
        tensor = PRESETS["mnist"](picture).tensor
        with Client(target) as client:
            label = client.predict(tensor).label
    except DigitsError as exc:
        return str(exc)
    return None if label == 4 else f"The model reads it as {label}. Send sample(4)."


def exercise_2(reply: Callable[[Prediction], object]) -> str | None:
    """Check that a function turns a prediction into JSON with ten numbers."""
    if not callable(reply):
        return "reply must be a function: def reply(answer): …"
    for shares in (np.roll(_SHARES, 3), _SHARES[::-1]):
        given = reply(Prediction(shares))
        if not isinstance(given, dict) or "confidences" not in given:
            return 'reply must return a dictionary with the key "confidences".'
        try:
            received = json.loads(json.dumps(given))["confidences"]
        except TypeError:
            return "JSON cannot write NumPy's arrays or numbers: use tolist()."
        if hint := _about(received, shares):
            return hint
    return None


def _about(received: object, shares: NDArray[np.float64]) -> str | None:
    if not isinstance(received, list):
        return (
            f"confidences is a {type(received).__name__}. Send a list of ten numbers."
        )
    if len(received) != DIGITS or not all(isinstance(each, Real) for each in received):
        return "Send all ten confidences, as a list of ten numbers."
    if np.allclose(received, 100 * shares, atol=0.5):
        return "These are per cents. Send shares of 1, as the prediction has them."
    right = np.allclose(received, shares, atol=0.005)
    return None if right else "Send the confidences in the order of the digits."
