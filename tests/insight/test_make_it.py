"""The fewest dabs that make a model read another digit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from digits_widget.insight.counterfactuals import Image
from digits_widget.insight.make_it import make_it
from digits_widget.model_server.embedded import EmbeddedServer
from digits_widget.pipeline import PRESETS
from digits_widget.prediction import Prediction
from digits_widget.samples import sample
from digits_widget.serving import Client

PAIRS = [(0, 9), (1, 7), (3, 8), (4, 9), (5, 3), (8, 6)]


def by_top(images: Image) -> Sequence[Prediction]:
    """Say 7 the more ink there is in the top left quarter, 1 otherwise."""
    answers = []
    for image in images:
        confidences = np.full(10, 0.01)
        confidences[7] = min(0.02 * image[:14, :14].sum(), 0.91)
        confidences[1] = 0.92 - confidences[7]
        answers.append(Prediction(confidences / confidences.sum()))
    return answers


@pytest.mark.parametrize("beam", [1, 3])
def test_dabs_go_where_the_target_gains(beam: int) -> None:
    image = np.zeros((28, 28), np.float32)
    attempts = list(make_it(7, image, by_top, beam=beam))
    first, *_, last = attempts
    assert not first.dabs
    assert not first.is_done
    assert last.is_done
    assert [len(attempt.dabs) for attempt in attempts] == [*range(len(attempts))]
    assert all(dab.ink for dab in last.dabs)
    assert {(dab.row < 14, dab.column < 14) for dab in last.dabs} == {(True, True)}
    # A dab has 7 pixels of ink; 23 make a 7.
    assert len(last.dabs) == 4
    assert np.array_equal(last.before, image)


def test_the_eraser_is_used_where_ink_is_in_the_way() -> None:
    image = np.zeros((28, 28), np.float32)
    image[:14, :14] = 0.15
    *_, last = make_it(1, image, by_top)
    assert last.is_done
    assert last.dabs
    assert not any(dab.ink for dab in last.dabs)


def test_what_is_the_target_already_needs_no_dab() -> None:
    (only,) = make_it(1, np.zeros((28, 28), np.float32), by_top)
    assert only.is_done
    assert not only.dabs


def test_the_search_ends_without_success_after_the_most_dabs() -> None:
    *_, last = make_it(4, np.zeros((28, 28), np.float32), by_top, most=3)
    assert not last.is_done
    assert len(last.dabs) == 3


@pytest.mark.server
@pytest.mark.parametrize(("digit", "target"), PAIRS)
def test_a_real_model_is_brought_to_the_target(
    digit: int, target: int, model_server: EmbeddedServer
) -> None:
    image = PRESETS["mnist"](sample(digit)).tensor
    with Client(model_server.target, version=2) as client:
        *_, last = make_it(target, image, client.predict)
        assert last.is_done
        assert len(last.dabs) <= 8
        again = client.predict(last.image)
    assert isinstance(again, Prediction)
    assert again.label == target
    assert again.confidences == pytest.approx(last.prediction.confidences, abs=1e-5)
