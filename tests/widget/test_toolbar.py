from __future__ import annotations

import pytest

from digits_widget.drawing import Drawing, Stroke
from digits_widget.samples import sample
from digits_widget.widget import DigitsWidget
from digits_widget.widget.canvas.pen import Tool
from tests.widget.conftest import Look
from tests.widget.panel_driver import PanelDriver


@pytest.fixture
def page(widget: DigitsWidget, look: Look) -> PanelDriver:
    """Return the paper and its tools, on the screen."""
    return look(widget.canvas)


ACROSS = (0.2, 0.5), (0.8, 0.5)
DOWN = (0.5, 0.2), (0.5, 0.8)


@pytest.mark.parametrize(
    ("tool", "inks"),
    [
        ("Pen", [True, True]),
        ("Erase ink", [True, False]),
        ("Erase strokes", []),
    ],
)
def test_the_switch_gives_the_hand_another_tool(
    widget: DigitsWidget, page: PanelDriver, tool: str, inks: list[bool]
) -> None:
    assert page.options("Pen") == [each.value for each in Tool]
    page.stroke(*ACROSS)
    page.click(tool)
    page.stroke(*DOWN)
    page.settle()
    assert [stroke.ink for stroke in widget.drawing] == inks


def test_the_browser_is_told_what_the_hand_holds(
    widget: DigitsWidget, page: PanelDriver
) -> None:
    # It inks under the hand, before Python does: no person sees this, but a script.
    overlay = widget._overlay
    assert (overlay.tool, overlay.width) == ("pen", pytest.approx(18 / 280))
    page.set("Pen", 28)
    page.click("Erase ink")
    assert (overlay.tool, overlay.width) == ("eraser", pytest.approx(0.1))


@pytest.mark.parametrize(
    ("width", "words"),
    [(6, "too thin"), (18, "about 2."), (40, "about 4.")],
)
def test_the_width_is_told_as_the_model_gets_it(
    widget: DigitsWidget, page: PanelDriver, width: int, words: str
) -> None:
    widget.draw(sample(3))
    page.set("Pen", width)
    page.settle()
    assert words in page.shown_text()
    assert "MNIST 1.8 to 4.7" in page.shown_text()


def test_the_next_stroke_is_as_wide_as_the_slider_says(
    widget: DigitsWidget, page: PanelDriver
) -> None:
    page.set("Pen", 28)
    page.stroke(*ACROSS)
    page.settle()
    assert [stroke.width for stroke in widget.drawing] == [pytest.approx(28 / 280)]


def test_a_small_drawing_makes_the_same_pen_thicker(
    widget: DigitsWidget, page: PanelDriver
) -> None:
    small = [Stroke(0.4 + 0.2 * stroke.points) for stroke in sample(3)]
    widget.draw(Drawing(small))
    page.settle()
    assert "too thick" in page.shown_text()


def test_an_eraser_has_no_thickness(page: PanelDriver) -> None:
    page.settle()
    assert " px of 28" in page.shown_text()
    page.click("Erase ink")
    page.settle()
    assert " px of 28" not in page.shown_text()


def test_samples_are_one_click_each_and_one_action(
    widget: DigitsWidget, page: PanelDriver
) -> None:
    for digit in range(10):
        page.choose("Samples", str(digit))
        assert widget.drawing == sample(digit)
    page.click("Undo")
    assert widget.drawing == sample(8)


def test_the_slider_has_the_name_of_the_tool_that_it_sets(page: PanelDriver) -> None:
    assert page.is_enabled("Pen")
    page.click("Erase ink")
    assert page.is_enabled("Eraser")
    page.click("Erase strokes")
    assert not page.is_enabled("Eraser")


def test_buttons_are_grey_while_there_is_nothing_for_them_to_do(
    widget: DigitsWidget, page: PanelDriver
) -> None:
    def enabled() -> list[str]:
        buttons = ("Undo", "Redo", "Clear")
        return [each for each in buttons if page.is_enabled(each)]

    assert enabled() == []
    widget.draw(sample(3))
    assert enabled() == ["Undo", "Clear"]
    page.click("Undo")
    assert enabled() == ["Redo"]
    page.click("Redo")
    page.click("Clear")
    assert enabled() == ["Undo"]
    assert not widget.drawing


def test_more_tools_are_not_there_until_they_are_opened(page: PanelDriver) -> None:
    shut = page.labels
    page.click("More")
    assert {"Replay", "Load a file", "Guides"} <= set(page.labels)
    page.click("More")
    assert page.labels == shut


def test_guides_are_on_the_screen_only(widget: DigitsWidget, page: PanelDriver) -> None:
    widget.draw(sample(3))
    before = widget.trace
    page.click("More")
    page.click("Guides")
    assert page.has_style("digits-guided")
    assert widget.trace is before
    page.click("Guides")
    assert not page.has_style("digits-guided")
