from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from digits_widget.drawing import Drawing
from digits_widget.errors import ServerAbsentError
from digits_widget.prediction import Prediction
from digits_widget.samples import sample
from digits_widget.widget.desk import Desk
from digits_widget.widget.explanation import Explanation
from digits_widget.widget.server import Function
from tests.widget.desk_at_once import desk_at_once


class Model:
    """Says 3, less and less confidently the less ink there is above the middle."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.problem: Exception | None = None

    def __call__(self, image: NDArray[np.float32]) -> Prediction:
        if self.problem:
            raise self.problem
        confidences = np.full(10, 0.01)
        confidences[3] = min(image[:14].sum() / 60, 0.9)
        confidences[8] = 1 - confidences.sum() + 0.01
        return Prediction(confidences)


class Batches(Function):
    """A function that counts what it is asked in one call."""

    def __init__(self, model: Model) -> None:
        super().__init__(model)
        self.sizes: list[int] = []

    def many(self, images: NDArray[np.float32]) -> list[Prediction]:
        """Answer each."""
        self.sizes.append(len(images))
        return super().many(images)


@pytest.fixture
def model() -> Model:
    return Model()


@pytest.fixture
def batches(model: Model) -> Batches:
    return Batches(model)


@pytest.fixture
def desk(batches: Batches) -> Desk:
    return desk_at_once(batches)


@pytest.fixture
def draw(desk: Desk) -> Callable[[Drawing], None]:
    return desk.session.draw


@pytest.fixture
def panel(desk: Desk) -> Explanation:
    """Make the panel on a session of its own."""
    panel = Explanation(desk)
    desk.session.subscribe(panel.show)
    return panel


def line(panel: Explanation) -> str:
    return str(panel.widget.children[1].value)


def body(panel: Explanation) -> str:
    return str(panel.body.value)


def test_a_drawing_gets_a_map_marks_and_sentences_from_two_calls(
    panel: Explanation, draw: Callable[[Drawing], None], batches: Batches
) -> None:
    draw(sample(3))
    assert len(batches.sizes) == 2
    assert "rests most on the ink" in line(panel)
    assert "Needed most" in body(panel)
    assert body(panel).count("<img") == 2
    assert "digits-more" in body(panel)
    assert "digits-less" in body(panel)
    assert "falls" in body(panel)
    assert "digits-stale" not in panel.body._dom_classes


def test_every_pixel_is_asked_when_chosen_and_colours_cost_nothing(
    panel: Explanation, draw: Callable[[Drawing], None], batches: Batches
) -> None:
    draw(sample(3))
    coarse = list(batches.sizes)
    panel._patches.value = "fine"
    assert len(batches.sizes) == 4
    assert batches.sizes[2] > 4 * coarse[0]
    before = body(panel)
    panel._measure.value = "odds"
    assert "halvings" in body(panel)
    assert body(panel) != before
    assert len(batches.sizes) == 4


@pytest.mark.parametrize(
    "drawing", [Drawing(), Drawing.from_points([[(0.5, 0.5)]])], ids=["blank", "dot"]
)
def test_nothing_is_asked_about_what_is_no_digit(
    panel: Explanation,
    draw: Callable[[Drawing], None],
    batches: Batches,
    drawing: Drawing,
) -> None:
    draw(sample(3))
    asked = list(batches.sizes)
    draw(drawing)
    assert batches.sizes == asked
    assert "Draw a digit, and see which ink" in line(panel)
    assert "<img" not in body(panel)


def test_a_failure_is_shown_in_the_panel_and_passes(
    panel: Explanation, draw: Callable[[Drawing], None], model: Model
) -> None:
    model.problem = ServerAbsentError("Nobody is there. Start the server.")
    draw(sample(3))
    assert "Start the server." in line(panel)
    assert 'role="alert"' in line(panel)
    assert "<img" not in body(panel)
    model.problem = None
    draw(sample(3))
    assert "rests most" in line(panel)


def test_a_batch_that_fails_is_shown_too(
    panel: Explanation, draw: Callable[[Drawing], None], batches: Batches
) -> None:
    def refuse(_images: NDArray[np.float32]) -> list[Prediction]:
        msg = "Gone while asking. Start the server."
        raise ServerAbsentError(msg)

    panel._many = refuse  # type: ignore[assignment]
    draw(sample(3))
    assert "Gone while asking" in line(panel)
    assert not batches.sizes
