"""Checks of lesson 2, *Inspect*."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from numbers import Integral
from typing import Any

from digits_widget.model_server.shipped import SHIPPED
from digits_widget.protocol.messages import Proto
from digits_widget.protocol.metadata import ModelMetadata
from digits_widget.protocol.saved_model import read_saved_model

_INPUT = "conv2d_1_input"


def exercise_1(only_in_1: set[str]) -> str | None:
    """Check the operations of version 1 that version 2 does not have.

    Parameters
    ----------
    only_in_1 : set of str
        The learner's answer.
    """
    if not isinstance(only_in_1, set | frozenset):
        return "only_in_1 must be a set: one set of operations minus the other."
    first, second = (
        read_saved_model(SHIPPED / each).graph("serve").ops for each in "12"
    )
    if only_in_1 == first - second:
        return None
    if only_in_1 == second - first:
        return "These are in version 2 and not in version 1: the other way round."
    return "Some of these are in both graphs, or some are missing: subtract the sets."


def exercise_2(
    shape_of: Callable[[Mapping[str, Any], str], object], signatures: Mapping[str, Any]
) -> str | None:
    """Check a function that reads a shape out of a server's JSON.

    Parameters
    ----------
    shape_of : function
        Takes the signatures and the name of an input, and returns a tuple of int.
    signatures : mapping
        From the metadata page.
    """
    if not callable(shape_of):
        return "shape_of must be a function: def shape_of(signatures, name): …"
    # A second input, so that a function that knows the answer by heart is found out.
    dims = [{"size": "-1"}, {"size": "7"}]
    inputs = {**signatures["serving_default"]["inputs"]}
    inputs["other"] = {"tensor_shape": {"dim": dims}}
    asked = {"serving_default": {"inputs": inputs}}
    for name, wanted in ((_INPUT, (-1, 28, 28, 1)), ("other", (-1, 7))):
        given = shape_of(asked, name)
        if not isinstance(given, tuple):
            kind = type(given).__name__
            return f"It returns a {kind}. Make a tuple of it: tuple(…)."
        if not all(isinstance(size, Integral) for size in given) or given != wanted:
            which = name if name == _INPUT else f"{name}, an input added by the check,"
            return f"For {which} it returns {given!r}, and must return {wanted}."
    return None


def exercise_3(
    three_colours: Callable[[Proto], object],
    changed: Callable[[Callable[[Proto], object]], ModelMetadata],
) -> str | None:
    """Check a function that declares images with three colours.

    Parameters
    ----------
    three_colours : function
        Changes the inputs of a signature in place.
    changed : function
        The lesson's: returns the metadata of a changed copy.
    """
    if not callable(three_colours):
        return "three_colours must be a function: def three_colours(inputs): …"
    inputs = changed(three_colours).choose().inputs
    if [spec.name for spec in inputs] != [_INPUT]:
        return f"The input must still be called {_INPUT}."
    shape = inputs[0].shape
    if shape == (-1, 28, 28, 3):
        return None
    return f"The declared shape is {shape}, and must be (-1, 28, 28, 3)."
