"""Figures of an evaluation: what they show, not how."""

from __future__ import annotations

import io

import numpy as np
import pytest

from digits_widget.evaluation import Evaluation
from digits_widget.figures.calibration import draw_calibration
from digits_widget.figures.confusion import draw_confusion
from digits_widget.figures.mistakes import draw_mistakes

RANDOM = np.random.default_rng(4)
RESULT = Evaluation(np.arange(60) % 10, RANDOM.dirichlet(np.ones(10) / 3, 60))
PERFECT = Evaluation(np.arange(10), np.eye(10))
IMAGES = RANDOM.random((60, 28, 28), np.float32)


def words(figure: object) -> str:
    texts = figure.findobj(lambda artist: hasattr(artist, "get_text"))  # type: ignore[attr-defined]
    return "\n".join(text.get_text() for text in texts)


@pytest.mark.parametrize("result", [RESULT, PERFECT], ids=["some wrong", "all right"])
def test_figures_can_be_saved(result: Evaluation) -> None:
    for figure in (
        draw_confusion(result),
        draw_calibration(result),
        draw_mistakes(IMAGES, result),
    ):
        file = io.BytesIO()
        figure.savefig(file, format="png")
        assert file.getvalue().startswith(b"\x89PNG")


def test_confusion_shows_every_count() -> None:
    said = words(draw_confusion(RESULT)).split("\n")
    counts = [str(n) for n in RESULT.confusion.ravel() if n]
    assert all(count in said for count in counts)


def test_calibration_names_the_error() -> None:
    error = f"{RESULT.reliability.error:.2%}"
    assert error in words(draw_calibration(RESULT))


def test_mistakes_start_with_the_worst() -> None:
    place = RESULT.worst(1)[0]
    first = f"{RESULT.labels[place]}, not {RESULT.answers[place]}"
    said = words(draw_mistakes(IMAGES, RESULT, count=12))
    assert first in said
    assert said.count(", not ") == min(12, len(RESULT) - RESULT.correct)
