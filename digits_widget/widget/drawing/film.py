"""`film`: the moments of a drawing as states, all predicted by one question."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from digits_widget.drawing import Drawing
from digits_widget.insight.moments import Moment
from digits_widget.prediction import Prediction
from digits_widget.session import is_question
from digits_widget.state import State
from digits_widget.trace import Trace


def film(
    moments: Sequence[Moment],
    prepare: Callable[[Drawing], Trace],
    many: Callable[[NDArray[np.float32]], list[Prediction]],
) -> tuple[State, ...]:
    """Return a blank state, and after it one for each moment.

    Parameters
    ----------
    moments : sequence of Moment
        In the order of drawing.
    prepare : callable
        `Drawing` to `Trace`. A moment that it cannot prepare has the `problem`.
    many : callable
        Answers about (n, 28, 28) float32 images in [0, 1], 1 is ink. Called once, or
        not at all if there is nothing to ask. If it fails, all have that `problem`.

    Returns
    -------
    tuple of State
        One more than moments.
    """
    states = [_state(moment.drawing, prepare) for moment in moments]
    asked = [state for state in states if is_question(state.drawing, state.trace)]
    tensors = [state.trace.tensor for state in asked if state.trace]
    answers: dict[int, State] = {}
    if tensors:
        try:
            predictions = many(np.stack(tensors))
        except Exception as exc:  # noqa: BLE001 - shown with each moment
            answers = {id(state): replace(state, problem=exc) for state in asked}
        else:
            answers = {
                id(state): replace(state, prediction=prediction)
                for state, prediction in zip(asked, predictions, strict=True)
            }
    return State(), *(answers.get(id(state), state) for state in states)


def _state(drawing: Drawing, prepare: Callable[[Drawing], Trace]) -> State:
    try:
        return State(drawing=drawing, trace=prepare(drawing))
    except Exception as exc:  # noqa: BLE001 - shown with its moment
        return State(drawing=drawing, problem=exc)
