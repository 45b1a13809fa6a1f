from __future__ import annotations

import io
import re
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from digits_widget.datasets.training_digits import training_digits
from digits_widget.drawing import Drawing
from digits_widget.errors import ServerAbsentError
from digits_widget.pipeline import PRESETS
from digits_widget.prediction import Prediction
from digits_widget.samples import sample
from digits_widget.widget import DigitsWidget
from tests.widget.conftest import Clock, Held, Look
from tests.widget.panel_driver import PanelDriver

REST = 0.35
"""Seconds without a new drawing, after which the hand rests."""


class Model:
    """Says 3, less and less confidently the less ink there is above the middle."""

    def __init__(self) -> None:
        self.problem: Exception | None = None
        self.enough = 60.0
        """Ink above the middle that makes it sure."""

    def __call__(self, image: NDArray[np.float32]) -> Prediction:
        if self.problem:
            raise self.problem
        confidences = np.full(10, 0.01)
        confidences[3] = min(image[:14].sum() / self.enough, 0.9)
        confidences[8] = 1 - confidences.sum() + 0.01
        return Prediction(confidences)


@pytest.fixture
def model() -> Model:
    return Model()


@pytest.fixture
def held(model: Model) -> Held:
    return Held(model)


@pytest.fixture
def widget(held: Held) -> Iterator[DigitsWidget]:
    widget = DigitsWidget(predict=held)
    yield widget
    widget.close()


@pytest.fixture
def page(widget: DigitsWidget, look: Look) -> PanelDriver:
    """Return a driver of the whole widget."""
    return look(widget)


@pytest.fixture
def panel(widget: DigitsWidget, batches: list[int], look: Look) -> PanelDriver:
    """Return the panel, in a cell of its own, on the screen."""
    assert not batches
    return look(widget.why)


def test_a_drawing_gets_a_map_marks_and_sentences_from_two_calls(
    panel: PanelDriver, widget: DigitsWidget, batches: list[int]
) -> None:
    widget.draw(sample(3))
    panel.settle()
    assert len(batches) == 2
    assert "rests most on the ink" in panel.sentence()
    assert "Needed most" in panel.shown_text()
    assert "falls" in panel.shown_text()
    assert len(panel.pictures()) == 2
    assert panel.page.select(".digits-more")
    assert panel.page.select(".digits-less")
    assert not panel.dimmed()


def test_every_pixel_is_asked_when_chosen_and_colours_cost_nothing(
    panel: PanelDriver, widget: DigitsWidget, batches: list[int]
) -> None:
    widget.draw(sample(3))
    panel.settle()
    coarse = list(batches)
    panel.choose("Cover", "Every pixel")
    panel.settle()
    assert len(batches) == 4
    assert batches[2] > 4 * coarse[0]
    before = panel.shown_text()
    assert "halvings" in before
    panel.choose("Colours by", "Confidence")
    panel.settle()
    assert "points" in panel.shown_text()
    assert panel.shown_text() != before
    assert len(batches) == 4


@pytest.mark.parametrize(
    "drawing", [Drawing(), Drawing.from_points([[(0.5, 0.5)]])], ids=["blank", "dot"]
)
def test_nothing_is_asked_about_what_is_no_digit(
    panel: PanelDriver, widget: DigitsWidget, batches: list[int], drawing: Drawing
) -> None:
    widget.draw(sample(3))
    panel.settle()
    asked = list(batches)
    widget.draw(drawing)
    panel.settle()
    assert batches == asked
    assert "Draw a digit, and see which ink" in panel.sentence()
    assert not panel.pictures()


def test_without_an_answer_the_panel_is_empty_until_there_is_one(
    panel: PanelDriver, widget: DigitsWidget, model: Model, batches: list[int]
) -> None:
    model.problem = OSError("Nobody is there. Start the server.")
    widget.draw(sample(3))
    panel.settle()
    assert not batches
    assert panel.sentence() == "No answer about this drawing."
    assert not panel.pictures()
    model.problem = None
    widget.draw(sample(3))
    panel.settle()
    assert "rests most" in panel.sentence()


def test_a_batch_that_fails_is_shown_too(
    panel: PanelDriver, widget: DigitsWidget, model: Model, clock: Clock
) -> None:
    widget.draw(sample(3))
    panel.settle()
    # The drawing has its answer; what is asked once the hand rests gets none.
    model.problem = ServerAbsentError("Gone while asking. Start the server.")
    clock.go_on()
    panel.settle()
    assert "Gone while asking" in panel.problem()
    assert not panel.pictures()


def test_while_the_hand_draws_nothing_is_asked_and_what_is_known_is_dimmed(
    panel: PanelDriver, widget: DigitsWidget, batches: list[int], clock: Clock
) -> None:
    for digit in (3, 5, 3):
        widget.draw(sample(digit))
        panel.settle()
    assert not batches
    # Each drawing takes back what the one before it has asked for.
    assert clock.waiting(REST) == 1
    clock.go_on()
    panel.settle()
    assert len(batches) == 2
    said = panel.sentence()
    assert "rests most" in said
    assert not panel.dimmed()
    widget.draw(sample(8))
    panel.settle()
    assert panel.sentence() == said
    assert panel.dimmed()
    clock.go_on()
    panel.settle()
    assert not panel.dimmed()


def test_the_same_drawing_seen_again_costs_nothing(
    panel: PanelDriver, widget: DigitsWidget, batches: list[int]
) -> None:
    widget.draw(sample(3))
    panel.settle()
    asked = len(batches)
    for _ in range(3):
        panel.leave()
        panel.see()
        panel.settle()
    assert len(batches) == asked == 2


def test_a_result_about_an_older_drawing_is_dropped(
    panel: PanelDriver, widget: DigitsWidget, held: Held, clock: Clock
) -> None:
    widget.draw(sample(3))
    panel.settle()
    with held.held():
        clock.go_on()
        panel.wait_until(lambda: held.waiting)
        widget.clear()
    panel.settle()
    assert "Draw a digit, and see which ink" in panel.sentence()
    assert not panel.pictures()
    assert not panel.dimmed()


def test_only_the_newest_of_those_that_wait_is_worked_on(
    panel: PanelDriver,
    widget: DigitsWidget,
    batches: list[int],
    *,
    held: Held,
    clock: Clock,
) -> None:
    widget.draw(sample(3))
    panel.settle()
    with held.held():
        clock.go_on()
        panel.wait_until(lambda: held.waiting)
        # Each is chosen while the first is still at work.
        for patches in ("Every pixel", "7 by 7 patches", "Every pixel"):
            panel.choose("Cover", patches)
    panel.settle()
    coarse, _dabs, fine, _dabs = batches
    assert fine > 4 * coarse
    assert "rests most" in panel.sentence()
    assert not panel.dimmed()


@pytest.mark.parametrize("failing", [0, 1])
def test_a_failure_is_told_and_the_next_one_works(
    panel: PanelDriver,
    widget: DigitsWidget,
    model: Model,
    *,
    clock: Clock,
    failing: int,
) -> None:
    for number in (0, 1):
        widget.draw(sample(3))
        panel.settle()
        model.problem = OSError("no") if number == failing else None
        clock.go_on()
        panel.settle()
        model.problem = None
        assert ("no" in panel.problem()) == (number == failing)
        assert ("rests most" in panel.sentence()) == (number != failing)


def test_a_control_works_at_once(
    panel: PanelDriver, widget: DigitsWidget, batches: list[int], clock: Clock
) -> None:
    widget.draw(sample(3))
    panel.settle()
    assert clock.waiting(REST) == 1
    panel.choose("Cover", "Every pixel")
    panel.settle()
    assert len(batches) == 2
    assert "rests most" in panel.sentence()


def test_a_control_does_nothing_while_nothing_is_drawn(
    panel: PanelDriver, batches: list[int]
) -> None:
    panel.choose("Cover", "Every pixel")
    panel.settle()
    assert not batches


def test_a_panel_that_nobody_sees_asks_nobody_until_somebody_does(
    panel: PanelDriver, widget: DigitsWidget, batches: list[int]
) -> None:
    panel.leave()
    widget.draw(sample(5))
    widget.draw(sample(3))
    panel.settle()
    assert not batches
    panel.see()
    panel.settle()
    assert len(batches) == 2
    assert "3" in panel.sentence()


def test_the_fewest_dabs_make_it_another_digit_and_are_replayed_in_order(
    panel: PanelDriver, widget: DigitsWidget
) -> None:
    widget.draw(sample(3))
    panel.settle()
    panel.choose("Make it a", "8")
    panel.wait_for("make it an 8:")
    assert "of the eraser" in panel.shown_text()
    dabs = panel.page.select(".digits-dab")
    delays = [
        float(re.findall(r"delay:([\d.]+)s", str(dab["style"]))[0]) for dab in dabs
    ]
    assert f"{len(dabs)} dabs make it an 8" in panel.shown_text()
    assert delays == sorted(set(delays))
    # The learner's own drawing stays.
    assert widget.drawing == sample(3)
    widget.draw(sample(5))
    panel.settle()
    assert not panel.page.select(".digits-dab")
    assert "an 8" not in panel.shown_text()


def test_the_digit_that_it_is_needs_no_dab(
    panel: PanelDriver, widget: DigitsWidget
) -> None:
    panel.settle()
    panel.choose("Make it a", "3")
    assert "Draw a digit first." in panel.shown_text()
    widget.draw(sample(3))
    panel.settle()
    panel.choose("Make it a", "3")
    assert "The model reads a 3 already." in panel.shown_text()


def test_a_learner_has_three_strokes_to_do_the_same(
    page: PanelDriver, widget: DigitsWidget, model: Model
) -> None:
    page.open_panel("Why")
    widget.draw(sample(3))
    page.settle()
    page.choose("Make it a", "8")
    page.wait_for("make it an 8:")
    page.click("Now you")
    assert "You have 3 strokes" in page.shown_text()
    page.stroke((0.5, 0.95), (0.55, 0.95))
    page.wait_for("1 stroke of 3: 8 has")
    model.enough = 1000
    page.stroke((0.6, 0.95), (0.65, 0.95))
    page.wait_for("You did it with 2 strokes: 8 has")
    page.stroke((0.7, 0.95), (0.75, 0.95))
    page.stroke((0.8, 0.95), (0.85, 0.95))
    page.wait_for("but with 4 strokes. Undo some, and use fewer.")
    for _ in range(4):
        page.click("Undo")
    page.wait_for("You have 3 strokes")
    page.click("Clear")
    page.wait_until(lambda: "You did it" not in page.shown_text())


def test_a_learner_has_as_many_strokes_as_the_search_took(
    page: PanelDriver, widget: DigitsWidget, model: Model
) -> None:
    # More than half of the ink above the middle has to go.
    model.enough = float(PRESETS["mnist"](sample(3)).tensor[:14].sum())
    page.open_panel("Why")
    widget.draw(sample(3))
    page.settle()
    page.choose("Make it a", "8")
    page.wait_for("make it an 8:")
    dabs = len(page.page.select(".digits-dab"))
    assert dabs > 3
    page.click("Now you")
    assert f"You have {dabs} strokes" in page.shown_text()


def test_on_a_picture_a_sentence_says_why_it_is_not_the_learners_turn(
    panel: PanelDriver, widget: DigitsWidget, model: Model
) -> None:
    file = io.BytesIO()
    ink = np.pad(np.ones((60, 8), np.uint8), 20)
    Image.fromarray(255 - 255 * ink).save(file, "PNG")
    model.enough = 40.0
    widget.draw(Drawing(picture=file.getvalue()))
    panel.settle()
    panel.choose("Make it a", "8")
    panel.wait_for("it an 8:")
    assert not panel.has("Now you")
    assert "a stroke takes the place of a picture" in panel.shown_text()


def test_a_search_that_fails_says_so(
    panel: PanelDriver, widget: DigitsWidget, model: Model
) -> None:
    widget.draw(sample(3))
    panel.settle()
    model.problem = ServerAbsentError("Gone while looking. Start the server.")
    panel.choose("Make it a", "8")
    panel.wait_until(lambda: "Gone while looking" in panel.problem())


def near_tiles(panel: PanelDriver) -> dict[str, list[NDArray[np.uint8]]]:
    """Return the three tiles of each row beside the dabs, black is ink, by caption."""
    tiles = [picture for picture in panel.pictures() if picture.shape == (56, 56)]
    captions = panel.page.select(".digits-nearest figcaption")
    return {
        caption.get_text(): tiles[3 * row : 3 * row + 3]
        for row, caption in enumerate(captions)
    }


def is_training_digit(tile: NDArray[np.uint8], digit: int) -> bool:
    """Whether a tile shows, twice as large, a bundled training digit of this class."""
    images, labels = training_digits()
    known = np.rint(255 * (1 - images[labels == digit])).astype(np.uint8)
    # The sheet holds whole bytes: what is shown is exactly what it holds.
    return bool((known == tile[::2, ::2]).all((1, 2)).any())


def test_beside_the_dabs_are_the_nearest_training_digits_of_both_classes(
    panel: PanelDriver, widget: DigitsWidget
) -> None:
    widget.draw(sample(3))
    panel.settle()
    assert not near_tiles(panel)
    panel.choose("Make it a", "8")
    panel.wait_for("make it an 8:")
    assert "Nearest training digits" in panel.shown_text()
    tiles = near_tiles(panel)
    assert list(tiles) == ["nearest 3s", "nearest 8s"]
    for caption, digit in (("nearest 3s", 3), ("nearest 8s", 8)):
        assert len({tile.tobytes() for tile in tiles[caption]}) == 3
        assert all(is_training_digit(tile, digit) for tile in tiles[caption])
    words = [str(tile["alt"]) for tile in panel.page.select(".digits-nearest img")]
    assert words[:3] == ["The nearest 3", "The second nearest 3", "The third nearest 3"]
    widget.draw(sample(5))
    panel.settle()
    assert not near_tiles(panel)


def test_during_the_search_the_place_of_all_is_kept_free(
    panel: PanelDriver, widget: DigitsWidget, held: Held
) -> None:
    widget.draw(sample(3))
    panel.settle()
    with held.held():
        panel.choose("Make it a", "8")
        assert near_tiles(panel) == {"nearest 3s": [], "nearest 8s": []}
        assert len(panel.page.select(".digits-nearest span")) == 6
        assert panel.page.select('img[alt="The drawing without a dab"]')
        assert not panel.has("Now you")
    panel.wait_for("make it an 8:")
    assert len(panel.page.select(".digits-nearest span img")) == 6
    assert panel.has("Now you")


def test_the_digit_that_it_is_ends_the_search_for_another(
    panel: PanelDriver, widget: DigitsWidget, held: Held
) -> None:
    widget.draw(sample(3))
    panel.settle()
    with held.held():
        panel.choose("Make it a", "8")
        panel.wait_until(lambda: held.waiting)
        panel.choose("Make it a", "3")
    panel.settle()
    assert "The model reads a 3 already." in panel.shown_text()
    assert not near_tiles(panel)


def test_a_digit_beside_the_bars_is_made_once_the_panel_is_open(
    page: PanelDriver, widget: DigitsWidget
) -> None:
    widget.draw(sample(3))
    page.settle()
    # The page opens the tab, too: see `targets.js`.
    page.report("make it 8")
    page.settle()
    page.open_panel("Why")
    page.wait_for("make it an 8:")
    assert page.value("Make it a") == "8"


def test_a_digit_beside_the_bars_is_made_of_each_drawing_in_the_open_panel(
    page: PanelDriver, widget: DigitsWidget
) -> None:
    page.open_panel("Why")
    for drawing in (sample(3), sample(5)):
        widget.draw(drawing)
        page.settle()
        assert not page.page.select(".digits-dab")
        page.report("make it 8")
        page.wait_for("make it an 8:")


def test_a_second_click_beside_the_bars_searches_again(
    page: PanelDriver, widget: DigitsWidget, model: Model
) -> None:
    page.open_panel("Why")
    widget.draw(sample(3))
    page.settle()
    model.problem = ServerAbsentError("Gone while looking. Start the server.")
    page.report("make it 8")
    page.wait_until(lambda: "Gone while looking" in page.problem())
    model.problem = None
    page.report("make it 8")
    page.wait_for("make it an 8:")


def test_a_digit_beside_the_bars_waits_for_an_answer(
    page: PanelDriver, widget: DigitsWidget, held: Held
) -> None:
    page.open_panel("Why")
    with held.held():
        widget.draw(sample(3))
        page.report("make it 8")
        assert "Draw a digit first." not in page.shown_text()
    page.wait_for("make it an 8:")
