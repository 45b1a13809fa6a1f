from __future__ import annotations

import math

import numpy as np
import pytest

from digits_widget.widget.canvas.pen import Pen


def test_press_moves_and_lift_make_a_stroke() -> None:
    pen = Pen(0.1)
    pen.press("mouse", (0.1, 0.2), 1.0)
    assert pen.is_down
    pen.move("mouse", (0.3, 0.4), 1.5)
    stroke = pen.lift("mouse")
    assert stroke is not None
    assert stroke.points.tolist() == [[0.1, 0.2], [0.3, 0.4]]
    assert stroke.times.tolist() == [1.0, 1.5]
    assert stroke.width == 0.1
    assert not pen.is_down


def test_a_click_is_a_dot() -> None:
    pen = Pen()
    pen.press("mouse", (0.5, 0.5), 0)
    stroke = pen.lift("mouse")
    assert stroke is not None
    assert len(stroke) == 1


def test_leaving_ends_the_stroke_at_the_edge() -> None:
    pen = Pen()
    pen.press("mouse", (0.9, 0.5), 0)
    stroke = pen.leave("mouse", (1.2, 0.5), 0.1)
    assert stroke is not None
    assert stroke.points.tolist() == [[0.9, 0.5], [1.0, 0.5]]


def test_coming_back_paints_nothing_until_the_next_press() -> None:
    pen = Pen()
    pen.press("mouse", (0.9, 0.5), 0)
    pen.leave("mouse", (1.2, 0.5), 0.1)
    assert not pen.move("mouse", (0.5, 0.5), 0.2)
    assert pen.lift("mouse") is None
    assert pen.stroke() is None


def test_a_right_click_is_no_dot() -> None:
    pen = Pen()
    pen.press("mouse", (0.5, 0.5), 0)
    assert pen.leave("mouse", (0.5, 0.5), 0.1) is None
    assert not pen.is_down


def test_a_second_press_closes_the_stroke_whose_release_got_lost() -> None:
    pen = Pen()
    pen.press("mouse", (0.1, 0.1), 0)
    pen.move("mouse", (0.2, 0.2), 0.1)
    lost = pen.press("mouse", (0.8, 0.8), 1)
    assert lost is not None
    assert len(lost) == 2
    assert pen.points == [(0.8, 0.8)]


def test_another_pointer_neither_draws_nor_ends() -> None:
    pen = Pen()
    pen.press("touch", (0.1, 0.1), 0)
    assert pen.press("mouse", (0.9, 0.9), 0.1) is None
    assert not pen.move("mouse", (0.8, 0.8), 0.2)
    assert pen.lift("mouse") is None
    assert pen.leave("mouse", (2, 2), 0.3) is None
    assert pen.points == [(0.1, 0.1)]
    assert pen.is_down


def test_points_a_little_beyond_the_edge_are_clipped_and_the_stroke_goes_on() -> None:
    pen = Pen(0.1)
    pen.press("mouse", (0.9, 0.5), 0)
    for place in ((1.004, 0.5), (1.04, 0.6), (0.9, 0.7)):
        assert pen.move("mouse", place, 0.1) is None
    assert pen.points == [(0.9, 0.5), (1.0, 0.5), (1.0, 0.6), (0.9, 0.7)]


def test_a_stroke_ends_where_it_crosses_the_edge_and_begins_where_it_returns() -> None:
    pen = Pen(0.1)
    pen.press("mouse", (0.5, 0.5), 0)
    ended = pen.move("mouse", (1.5, 1.0), 0.1)
    assert ended is not None
    assert ended.points.tolist() == [[0.5, 0.5], [1.0, 0.75]]
    assert not pen.is_down
    pen.move("mouse", (1.5, 0.2), 0.2)
    assert not pen.is_down
    pen.move("mouse", (0.5, 0.2), 0.3)
    assert pen.points == [(1.0, 0.2), (0.5, 0.2)]
    assert pen.lift("mouse") is not None


def test_a_fast_hand_that_only_crosses_the_paper_leaves_its_line() -> None:
    pen = Pen(0.1)
    pen.press("mouse", (0.5, 0.5), 0)
    pen.move("mouse", (0.5, -1.0), 0.1)
    pen.move("mouse", (2.0, -1.0), 0.2)
    ended = pen.move("mouse", (-1.0, 2.0), 0.3)
    assert ended is not None
    assert ended.points == pytest.approx(np.array([[1.0, 0.0], [0.0, 1.0]]))


def test_a_release_beyond_the_edge_ends_it_all() -> None:
    pen = Pen(0.1)
    pen.press("mouse", (0.5, 0.5), 0)
    pen.move("mouse", (1.5, 0.5), 0.1)
    assert pen.lift("mouse") is None
    pen.move("mouse", (0.5, 0.5), 0.2)
    assert not pen.is_down


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_points_that_are_no_numbers_are_dropped(bad: float) -> None:
    pen = Pen()
    pen.press("mouse", (bad, 0.5), 0)
    assert not pen.is_down
    pen.press("mouse", (0.5, 0.5), 0)
    assert not pen.move("mouse", (0.5, bad), 0.1)
    assert pen.points == [(0.5, 0.5)]


def test_width_changes_with_the_next_stroke() -> None:
    pen = Pen(0.1)
    pen.press("mouse", (0.5, 0.5), 0)
    pen.width = 0.2
    first = pen.lift("mouse")
    pen.press("mouse", (0.5, 0.5), 1)
    second = pen.lift("mouse")
    assert first is not None
    assert second is not None
    assert (first.width, second.width) == (0.1, 0.2)


def test_time_never_runs_backwards() -> None:
    pen = Pen()
    pen.press("mouse", (0.1, 0.1), 2.0)
    pen.move("mouse", (0.2, 0.2), 1.9)
    stroke = pen.stop()
    assert stroke is not None
    assert stroke.times.tolist() == [2.0, 2.0]
