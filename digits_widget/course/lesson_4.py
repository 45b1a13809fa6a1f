"""What is right in lesson 4, Preprocessing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from numbers import Integral, Real

import numpy as np
from numpy.typing import NDArray

from digits_widget.datasets.digits import LabelledDrawings
from digits_widget.evaluation import evaluate
from digits_widget.likeness import likeness
from digits_widget.pipeline import PRESETS
from digits_widget.samples import samples
from digits_widget.serving import Client
from digits_widget.widget import DigitsWidget

Picture = NDArray[np.float32]

_FAR = 4
"""Pixels that exercise 1 moves by."""

_MOVES = {"right": (0, 1), "left": (0, -1), "down": (1, 0), "up": (-1, 0)}
"""Rows and columns of a move by one pixel."""


def exercise_1(
    scores: Mapping[str, float], known: LabelledDrawings, article: Client
) -> str | None:
    """Measure version 1 on drawings that were moved.

    Parameters
    ----------
    scores : mapping of str to float
        Accuracy for each direction, in [0, 1].
    known : LabelledDrawings
        The drawings of the lesson.
    article : Client
        Of version 1.
    """
    if not isinstance(scores, Mapping):
        return 'scores is not a dictionary. Write {"right": …, "left": …, …}.'
    if missing := [way for way in _MOVES if way not in scores]:
        return f"There is no score for {', '.join(missing)} yet."
    if not all(isinstance(scores[way], Real) for way in _MOVES):
        return "A score is a number. Take the accuracy of what evaluate returns."
    if max(scores[way] for way in _MOVES) > 1:
        return "An accuracy is a share from 0 to 1. Divide per cents by 100."
    truth = _accuracies(known, article)
    wrong = [way for way in _MOVES if not abs(scores[way] - truth[way]) <= 1e-9]
    return _about_scores(scores, truth, wrong) if wrong else None


def _accuracies(known: LabelledDrawings, article: Client) -> dict[str, float]:
    framed = PRESETS["mnist"].batch(known.drawings)
    return {
        way: evaluate(_moved(framed, way), known.labels, article.predict).accuracy
        for way in _MOVES
    }


def _moved(images: NDArray[np.float32], way: str) -> NDArray[np.float32]:
    rows, cols = (_FAR * one for one in _MOVES[way])
    padded = np.pad(images, ((0, 0), (_FAR, _FAR), (_FAR, _FAR)))
    rolled = np.roll(padded, (rows, cols), axis=(1, 2))
    return rolled[:, _FAR:-_FAR, _FAR:-_FAR]


def _about_scores(
    scores: Mapping[str, float], truth: Mapping[str, float], wrong: list[str]
) -> str:
    if len({float(scores[way]) for way in _MOVES}) == 1:
        return "All four scores are the same. Does your loop use each move?"
    for one, other in (("right", "left"), ("up", "down")):
        if {one, other} == set(wrong) and abs(scores[one] - truth[other]) < 1e-9:
            return f"Are {one} and {other} exchanged? A minus sign turns a move round."
    return (
        f"The score for {', '.join(wrong)} is not what version 1 gets. Move all 200 "
        f"pictures of framed by {_FAR} pixels, and ask article about them."
    )


def exercise_2(meant: int, widget: DigitsWidget, article: Client) -> str | None:
    """Draw a digit like MNIST's that version 1 misreads.

    Parameters
    ----------
    meant : int
        The digit on the pad.
    widget : DigitsWidget
        The lesson's pad.
    article : Client
        Of version 1.
    """
    if (
        isinstance(meant, bool)
        or not isinstance(meant, Integral)
        or not 0 <= meant <= 9
    ):
        return "meant is the digit that you drew, a whole number from 0 to 9."
    if not isinstance(widget, DigitsWidget):
        return "The name widget is not the pad any more. Run its cell again."
    if not widget.drawing:
        return "The pad is empty. Draw a digit, then run this again."
    tensor = PRESETS["mnist"](widget.drawing).tensor
    if outside := [g for g in likeness(tensor).gauges if not g.is_like]:
        return f"A gauge objects to it. {outside[0].sentence}"
    answer = article.predict(tensor)
    if answer.label == meant:
        return (
            f"It passes all gauges, but version 1 reads a {meant} correctly, at "
            f"{answer.confidence:.0%}. Change its shape, not its size."
        )
    return None


def exercise_3(upright: Callable[[Picture], Picture]) -> str | None:
    """Turn pictures by half a turn.

    Parameters
    ----------
    upright : callable
        Takes a picture, returns it upright.
    """
    if not callable(upright):
        return "upright is not a function any more. Run the cell with def upright."
    tries = [PRESETS["mnist"](drawing).tensor for drawing in samples()]
    made: list[object] = [upright(picture) for picture in tries]
    if made[0] is ...:
        return "Put your code in the place of the three dots: turned = …"
    pictures = [each for each in made if isinstance(each, np.ndarray)]
    if len(pictures) < len(made):
        return "The function does not return a picture. Does it end with return turned?"
    for hint, turn in _TURNS:
        if all(map(np.array_equal, pictures, map(turn, tries))):
            return hint or None
    return "These are not the pictures turned by half a turn. Try it with image[::-1]."


_MIRROR = "This mirrors the picture. Half a turn also exchanges {}."
_QUARTER = "This is a quarter of a turn. You need two."

_TURNS: tuple[tuple[str, Callable[[Picture], Picture]], ...] = (
    ("", lambda picture: picture[::-1, ::-1]),
    ("The picture has not changed.", lambda picture: picture),
    (_MIRROR.format("left and right"), lambda picture: picture[::-1]),
    (_MIRROR.format("top and bottom"), lambda picture: picture[:, ::-1]),
    (_QUARTER, np.rot90),
    (_QUARTER, lambda picture: np.rot90(picture, -1)),
    ("This swaps rows and columns.", np.transpose),
)
"""What a learner's function may do to a picture, and what to say about it."""
