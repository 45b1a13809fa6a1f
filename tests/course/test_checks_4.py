"""What lesson 4 says about wrong answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pytest

from digits_widget import Client, DigitsWidget, Drawing, sample
from digits_widget.course.lesson_4 import exercise_1, exercise_2, exercise_3
from digits_widget.datasets.digits import LabelledDrawings
from digits_widget.datasets.synthetic_writers import drawn_by
from digits_widget.evaluation import evaluate
from digits_widget.model_server.embedded import EmbeddedServer
from digits_widget.pipeline import PRESETS

pytestmark = pytest.mark.server

FLAGGED = Drawing.from_points([[(0.2, 0.42), (0.56, 0.16), (0.54, 0.85)]])
"""A 1 that version 1 takes for a 7."""

SMALL = Drawing.from_points([[(0.5, 0.5), (0.5, 0.52)]])


@pytest.fixture(scope="module")
def article(model_server: EmbeddedServer) -> Iterator[Client]:
    with Client(model_server.target, version=1) as client:
        yield client


@pytest.fixture(scope="module")
def known() -> LabelledDrawings:
    return drawn_by(6, seed=4)


@pytest.fixture(scope="module")
def scores(known: LabelledDrawings, article: Client) -> Mapping[str, float]:
    framed = np.pad(PRESETS["mnist"].batch(known.drawings), ((0, 0), (4, 4), (4, 4)))
    moved = {
        "right": framed[:, 4:32, 0:28],
        "left": framed[:, 4:32, 8:36],
        "down": framed[:, 0:28, 4:32],
        "up": framed[:, 8:36, 4:32],
    }
    return {
        way: evaluate(images, known.labels, article.predict).accuracy
        for way, images in moved.items()
    }


def test_the_right_scores_are_right(
    scores: Mapping[str, float], known: LabelledDrawings, article: Client
) -> None:
    assert exercise_1(scores, known, article) is None


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        (lambda _: 0.7, "not a dictionary"),
        (lambda s: {"right": s["right"]}, "no score for left, down, up"),
        (lambda s: dict.fromkeys(s, "many"), "is a number"),
        (lambda s: {way: 100 * score for way, score in s.items()}, "from 0 to 1"),
        (lambda s: dict.fromkeys(s, 0.5), "All four"),
        (lambda s: s | {"up": s["down"], "down": s["up"]}, "exchanged"),
        (lambda s: s | {"left": 0.123}, "score for left is not"),
    ],
)
def test_wrong_scores_get_a_hint(
    change: Callable[[Mapping[str, float]], Any],
    hint: str,
    scores: Mapping[str, float],
    known: LabelledDrawings,
    article: Client,
) -> None:
    said = exercise_1(change(dict(scores)), known, article)
    assert hint in str(said)


@pytest.mark.parametrize(
    ("meant", "drawing", "hint"),
    [
        (1, FLAGGED, None),
        (7, FLAGGED, "reads a 7 correctly"),
        ("1", FLAGGED, "whole number"),
        (11, FLAGGED, "whole number"),
        (1, SMALL, "gauge objects"),
        (1, Drawing(), "empty"),
        (3, sample(3), "reads a 3 correctly"),
    ],
)
def test_a_drawing_must_be_like_mnist_and_misread(
    meant: Any, drawing: Drawing, hint: str | None, article: Client
) -> None:
    widget = DigitsWidget(server=article.target, version=1)
    try:
        widget.draw(drawing)
        said = exercise_2(meant, widget, article)
    finally:
        widget.close()
    assert (said is None) if hint is None else (hint in str(said))


def test_the_pad_must_still_be_a_pad(article: Client) -> None:
    assert "pad any more" in str(exercise_2(1, "a pad", article))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("upright", "hint"),
    [
        (lambda picture: np.rot90(picture, 2), None),
        (np.flip, None),
        (lambda _: ..., "three dots"),
        (lambda _: None, "return turned"),
        (lambda picture: picture, "not changed"),
        (lambda picture: picture[::-1], "left and right"),
        (lambda picture: picture[:, ::-1], "top and bottom"),
        (np.rot90, "quarter"),
        (lambda picture: picture.T, "rows and columns"),
        (lambda picture: 1 - picture, "not the pictures"),
        (3, "not a function"),
    ],
)
def test_a_step_must_turn_by_half_a_turn(upright: Any, hint: str | None) -> None:
    said = exercise_3(upright)
    assert (said is None) if hint is None else (hint in str(said))
