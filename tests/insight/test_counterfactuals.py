from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from digits_widget.insight.counterfactuals import DIAMETER, dot, find_counterfactuals
from digits_widget.insight.reasons import dab_words
from digits_widget.pipeline import PRESETS
from digits_widget.prediction import Prediction
from digits_widget.samples import sample

ONE = PRESETS["mnist"](sample(1)).tensor
PAPER = np.zeros((28, 28), np.float32)


def of(digit: int, confidence: float) -> Prediction:
    """Make a prediction; the rest is shared by the others."""
    confidences = np.full(10, (1 - confidence) / 9)
    confidences[digit] = confidence
    return Prediction(confidences)


def model(images: NDArray[np.float32]) -> list[Prediction]:
    """Say 7 when there is ink near the top left, else 1, the surer the more ink."""
    return [
        of(7, 0.6) if image[4, 4] > 0.5 else of(1, min(0.2 + image.sum() / 200, 1))
        for image in images
    ]


def test_a_dab_is_a_disc_of_its_size_grey_at_its_edge() -> None:
    disc = dot(10, 12)
    assert disc.dtype == np.float32
    assert disc[10, 12] == 1
    assert disc.sum() == pytest.approx(np.pi * (DIAMETER / 2) ** 2, rel=0.02)
    assert np.array_equal(disc[:, 12 - 2 : 12 + 3], disc[:, 12 + 2 : 12 - 3 : -1])


@pytest.mark.parametrize("step", [1, 2])
def test_the_dab_that_makes_it_another_digit_is_found_in_one_call(step: int) -> None:
    calls = []

    def many(images: NDArray[np.float32]) -> list[Prediction]:
        calls.append(len(images))
        return model(images)

    found = find_counterfactuals(ONE, many, step=step)
    assert calls == [1 + found.asked]
    assert found.more is not None
    assert found.changes(found.more)
    assert (found.more.row, found.more.column) in {
        (r, c) for r in (3, 4, 5) for c in (3, 4, 5)
    }
    assert "makes it a 7 (60\N{NO-BREAK SPACE}%" in dab_words(found, ink=True)
    assert found.less is not None
    assert not found.changes(found.less)
    assert "No single erased dab changes it" in dab_words(found, ink=False)


def test_every_answer_is_about_the_image_with_that_dab() -> None:
    seen = {}

    def many(images: NDArray[np.float32]) -> list[Prediction]:
        answers = model(images)
        for image, answer in zip(images, answers, strict=True):
            seen[id(answer)] = image.copy()
        return answers

    found = find_counterfactuals(ONE, many)
    assert found.more is not None
    assert found.less is not None
    disc = dot(found.more.row, found.more.column)
    assert np.allclose(seen[id(found.more.prediction)], np.maximum(ONE, disc))
    disc = dot(found.less.row, found.less.column)
    assert np.allclose(seen[id(found.less.prediction)], ONE * (1 - disc))


def test_nothing_can_be_erased_from_paper_nor_added_to_ink() -> None:
    found = find_counterfactuals(PAPER, model)
    assert found.less is None
    assert dab_words(found, ink=False) == "No ink to erase."
    found = find_counterfactuals(np.ones((28, 28), np.float32), model)
    assert found.more is None
    assert dab_words(found, ink=True) == "No room for a dab."
