"""Checks of lesson 1, *Export*."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Integral
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digits_widget.datasets.digits import LabelledDrawings
from digits_widget.errors import SavedModelError
from digits_widget.protocol.saved_model import read_saved_model
from digits_widget.serving import Client

Network = Callable[[NDArray[np.float32]], object]

_BETTER = 0.05
"""How much more of the drawings the learner's second network must read."""


def exercise_1(renamed: object) -> str | None:
    """Check the names in an exported model's signature.

    Parameters
    ----------
    renamed : Exported
        What ``export_file`` returned; its `path` is the model's folder.
    """
    path = getattr(renamed, "path", None)
    if not isinstance(path, Path):
        return "Put what export_file returns into renamed."
    try:
        signature = read_saved_model(path).graph().metadata.choose()
    except SavedModelError as exc:
        return str(exc)
    given = (
        [spec.name for spec in signature.inputs],
        [o.name for o in signature.outputs],
    )
    if given == (["image"], ["confidences"]):
        return None
    return (
        f"The signature has the input {given[0]} and the output {given[1]}. Give "
        "export_file the options input_name= and output_name=, and a new folder."
    )


def exercise_2(answering: int, client: Client) -> str | None:
    """Check that version 2 is gone, and version 1 answers.

    Parameters
    ----------
    answering : int
        The version that the learner saw answer.
    client : Client
        The lesson's client.
    """
    if not isinstance(answering, Integral) or isinstance(answering, bool):
        return "answering must be a number: client.predict(…).version."
    ready = [each.version for each in client.status() if each.is_ready]
    if ready != [1]:
        return f"Available: {ready}. Rename the folder of version 2, and wait_for(1)."
    return None if answering == 1 else "Ask again: another version answers now."


def exercise_3(
    better: Network, mine: Network, framed: NDArray[np.float32], known: LabelledDrawings
) -> str | None:
    """Check that a network reads more drawings than the first one.

    Parameters
    ----------
    better, mine : keras.Model
        Take (n, 28, 28) float32, and give (n, 10) confidences; `mine` is the first.
    framed : ndarray
        (n, 28, 28) float32 in [0, 1], the drawings.
    known : LabelledDrawings
        Their `labels`.
    """
    if not callable(better):
        return "better must be a network, such as keras.Sequential([…])."
    answers = np.asarray(better(framed))
    if answers.shape != (len(framed), 10):
        return (
            f"It gives {answers.shape}, and must give ten confidences for each picture."
        )
    first = np.asarray(mine(framed))
    share, least = (np.mean(a.argmax(axis=1) == known.labels) for a in (answers, first))
    # Half a drawing: shares of whole drawings are not exact as floats.
    if share >= least + _BETTER - 0.5 / len(framed):
        return None
    return f"It reads {share:.1%}. Reach {least + _BETTER:.1%}: did you train it?"
