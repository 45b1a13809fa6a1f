"""What is right in lesson 0, Draw a digit."""

from __future__ import annotations

from numbers import Real

import numpy as np

from digits_widget.drawing import Drawing
from digits_widget.pipeline import PRESETS
from digits_widget.prediction import Prediction
from digits_widget.samples import samples
from digits_widget.serving import Client
from digits_widget.widget import DigitsWidget

_SIZE, _PEN = 0.2, 0.035
"""Size and pen of the lesson's small drawings, as shares of the pad's side."""


def exercise_1(place: tuple[float, float], target: str) -> str | None:
    """Find where version 1 reads each digit as a 7.

    Parameters
    ----------
    place : (float, float)
        Upper left corner of the small drawings, as shares of the pad's side.
    target : str
        Address of the model server.
    """
    if isinstance(place, np.ndarray):
        place = tuple(place)
    if not _is_place(place):
        return "Give two numbers in parentheses, such as place = (0.75, 0.03)."
    if not all(0 <= share <= 1 - _SIZE for share in place):
        return "The drawing leaves the pad. Each of the two numbers is from 0 to 0.8."
    read = _read_at(place, target)
    if set(read) == {7}:
        return None
    return (
        f"At ({place[0]:g}, {place[1]:g}) the model reads {' '.join(map(str, read))}. "
        "Try another place, for example further down at the left edge."
    )


def exercise_2(widget: DigitsWidget) -> str | None:
    """Draw a digit that version 1 doubts."""
    if not isinstance(widget, DigitsWidget):
        return "The name widget is not the pad any more. Run its cell again."
    answer = widget.wait()
    if answer is None:
        return "There is no answer yet. Draw a digit on the pad, then run this again."
    if answer.confidence < 0.6:
        return None
    return (
        f"The model reads it as {answer.label}, and is {answer.confidence:.0%} sure. "
        "Make the drawing look more like another digit, too."
    )


def exercise_3(fake: Drawing, target: str) -> str | None:
    """Draw what only version 1 takes for a digit.

    Parameters
    ----------
    fake : Drawing
        Not a digit.
    target : str
        Address of the model server.
    """
    if not isinstance(fake, Drawing):
        return "fake is not a drawing. Make one with Drawing.from_points([[...]])."
    if not fake:
        return "The drawing has no stroke. Give at least one list of points."
    old, new = (_answer(fake, target, version) for version in (1, 2))
    if old.confidence <= 0.9:
        return (
            f"Version 1 is only {old.confidence:.0%} sure, of {old.label}. "
            "Try another shape, or make this one larger."
        )
    if new.confidence >= 0.5:
        return (
            f"Version 2 is {new.confidence:.0%} sure of {new.label}. Perhaps "
            "it does look like one. Try another shape."
        )
    return None


def _is_place(place: object) -> bool:
    return (
        isinstance(place, tuple | list)
        and len(place) == 2
        and all(isinstance(share, Real) for share in place)
    )


def _read_at(place: tuple[float, float], target: str) -> list[int]:
    """Return what version 1 reads in the ten samples, small and at a place."""
    small = [
        Drawing.from_points(
            [place + _SIZE * stroke.points for stroke in drawing], width=_PEN
        )
        for drawing in samples()
    ]
    with Client(target, version=1) as client:
        answers = client.predict(PRESETS["seed-2020"].batch(small))
    return [answer.label for answer in answers]


def _answer(drawing: Drawing, target: str, version: int) -> Prediction:
    with Client(target, version=version) as client:
        answer: Prediction = client.predict(PRESETS["mnist"](drawing).tensor)
    return answer
