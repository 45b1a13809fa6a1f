from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digits_widget.drawing import Drawing, Stroke
from digits_widget.errors import OptionError
from digits_widget.insight.prefixes import prefixes, until
from digits_widget.samples import sample

TWO_STROKES = Drawing(
    [
        Stroke([(0.1, 0.1), (0.2, 0.2), (0.3, 0.3)], [0, 1, 2], width=0.1),
        Stroke([(0.5, 0.5), (0.6, 0.6)], [5, 7], ink=False),
    ]
)


def points_of(drawing: Drawing) -> list[list[float]]:
    return [point for stroke in drawing for point in stroke.points.tolist()]


@given(st.integers(-2, 9))
def test_the_first_points_in_the_order_of_drawing(points: int) -> None:
    cut = until(TWO_STROKES, points)
    assert points_of(cut) == points_of(TWO_STROKES)[: max(points, 0)]


def test_a_cut_stroke_keeps_pen_times_and_kind() -> None:
    first, second = until(TWO_STROKES, 4)
    assert first == TWO_STROKES.strokes[0]
    assert (second.width, second.ink) == (TWO_STROKES.strokes[1].width, False)
    assert second.times.tolist() == [5]


@pytest.mark.parametrize("at_most", [1, 2, 3, 24, 1000])
@pytest.mark.parametrize("digit", range(10))
def test_moments_grow_to_the_whole_and_stop_at_every_stroke(
    digit: int, at_most: int
) -> None:
    drawing = sample(digit)
    found = prefixes(drawing, at_most=at_most)
    assert found[-1].drawing == drawing
    assert len(found) <= max(at_most, len(drawing))
    assert (np.diff([prefix.points for prefix in found]) > 0).all()
    ends = np.cumsum([len(stroke) for stroke in drawing]).tolist()
    assert [prefix.points for prefix in found if prefix.ends_stroke] == ends


def test_seconds_are_those_of_the_last_point() -> None:
    assert [prefix.seconds for prefix in prefixes(TWO_STROKES)] == [0, 1, 2, 5, 7]


def test_a_blank_sheet_has_no_moments() -> None:
    assert prefixes(Drawing()) == ()


def test_no_moments_cannot_be_asked_for() -> None:
    with pytest.raises(OptionError, match="one prefix"):
        prefixes(TWO_STROKES, at_most=0)
