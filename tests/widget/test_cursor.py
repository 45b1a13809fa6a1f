from __future__ import annotations

import numpy as np
import pytest

from digits_widget.widget import DigitsWidget
from tests.widget.conftest import Look
from tests.widget.panel_driver import PanelDriver

GRID = 28
"""Cells along a side of the paper: the model's own."""

FAR = 4
"""Cells that an arrow goes with Shift."""


@pytest.fixture
def page(widget: DigitsWidget, look: Look) -> PanelDriver:
    """Return the paper, with the keyboard's focus on it."""
    return look(widget.canvas)


def strokes(widget: DigitsWidget, page: PanelDriver) -> list[int]:
    """Return how many points each stroke has, once all is heard."""
    page.settle()
    return [len(stroke) for stroke in widget.drawing]


def cell(column: int, row: int) -> list[float]:
    return [(column + 0.5) / GRID, (row + 0.5) / GRID]


@pytest.mark.parametrize("pen", [" ", "Enter"])
def test_arrows_draw_from_cell_to_cell_while_the_pen_is_down(
    widget: DigitsWidget, page: PanelDriver, pen: str
) -> None:
    page.press_key("ArrowLeft", "ArrowUp", pen, "ArrowRight", "ArrowDown", pen)
    page.press_key("ArrowDown")
    page.settle()
    (stroke,) = widget.drawing
    assert stroke.points.tolist() == [cell(13, 13), cell(14, 13), cell(14, 14)]


def test_shift_goes_far_and_the_edge_holds(
    widget: DigitsWidget, page: PanelDriver
) -> None:
    page.press_key(" ")
    page.press_key("ArrowRight", shift=True)
    page.press_key(*["ArrowUp"] * GRID)
    page.press_key(" ")
    page.settle()
    (stroke,) = widget.drawing
    assert stroke.points[1].tolist() == cell(14 + FAR, 14)
    assert stroke.points[-1].tolist() == cell(14 + FAR, 0)


@pytest.mark.parametrize("leaving", ["Escape", "Tab"])
def test_leaving_lifts_the_pen_and_keeps_the_stroke(
    widget: DigitsWidget, page: PanelDriver, leaving: str
) -> None:
    page.press_key(" ", "ArrowRight", leaving)
    # Nothing is said any more about where the pen is.
    assert page.sentence() == ""
    page.press_key("ArrowRight")
    assert "pen up" in page.sentence()
    assert strokes(widget, page) == [2]


def test_a_mouse_takes_over_from_the_keys(
    widget: DigitsWidget, page: PanelDriver
) -> None:
    page.press_key(" ", "ArrowRight")
    page.stroke((0.2, 0.2), (0.3, 0.3))
    assert strokes(widget, page) == [2, 2]


def test_undo_takes_a_stroke_of_the_keys_back(
    widget: DigitsWidget, page: PanelDriver
) -> None:
    page.press_key(" ", "ArrowRight", " ", "ArrowDown", " ", "ArrowRight")
    page.settle()
    page.click("Undo")
    assert strokes(widget, page) == [2]
    page.press_key("ArrowRight")
    assert strokes(widget, page) == [2]


def test_the_place_is_said_in_words(page: PanelDriver) -> None:
    page.press_key("ArrowUp", " ")
    assert page.sentence() == "Column 15, row 14, pen down"


def test_a_tool_other_than_the_pen_works_by_keys_too(
    widget: DigitsWidget, page: PanelDriver
) -> None:
    page.press_key(" ", "ArrowRight", " ")
    page.click("Erase strokes")
    page.press_key(" ", "ArrowLeft", " ")
    assert strokes(widget, page) == []
    page.click("Undo")
    assert strokes(widget, page) == [2]
    assert np.allclose(widget.drawing.strokes[0].points[0], cell(14, 14))
