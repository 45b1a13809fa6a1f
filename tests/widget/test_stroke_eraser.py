from __future__ import annotations

import numpy as np
import pytest

from digits_widget.drawing import Drawing, Stroke
from digits_widget.samples import sample
from digits_widget.widget.canvas.stroke_eraser import REACH, untouched

LEVEL = Stroke([[0.1, 0.5], [0.9, 0.5]], width=0.06)


@pytest.mark.parametrize(
    ("gap", "goes"), [(0.0, True), (0.03, True), (0.03 + 2 * REACH, False)]
)
def test_a_touch_counts_on_the_ink_and_just_beside_it(
    gap: float, *, goes: bool
) -> None:
    touch = Stroke([[0.5, 0.5 + gap]])
    assert (not untouched(Drawing([LEVEL]), touch)) == goes


def test_a_fast_sweep_of_two_points_slips_past_no_thin_line() -> None:
    thin = Stroke([[0.5, 0.1], [0.5, 0.9]], width=0.001)
    sweep = Stroke([[0.0, 0.3], [1.0, 0.7]])
    assert not untouched(Drawing([thin]), sweep)


def test_a_sweep_through_nothing_gives_the_same_drawing() -> None:
    drawing = sample(1)
    assert untouched(drawing, Stroke([[0.01, 0.01]])) is drawing


def test_a_dot_is_touched_too() -> None:
    dot = Stroke([[0.5, 0.5]])
    assert not untouched(Drawing([dot]), Stroke([[0.4, 0.5], [0.6, 0.5]]))


def test_eraser_strokes_stay_while_there_is_ink_below_them() -> None:
    below = Stroke([[0.1, 0.1], [0.9, 0.1]])
    eraser = Stroke([[0.5, 0.0], [0.5, 1.0]], ink=False)
    drawing = Drawing([below, eraser, LEVEL])
    without_level = untouched(drawing, Stroke([[0.5, 0.5]]))
    assert without_level.strokes == (below, eraser)
    without_below = untouched(drawing, Stroke([[0.2, 0.1]]))
    assert without_below.strokes == (LEVEL,)


def test_every_point_of_a_stroke_touches_it() -> None:
    drawing = sample(8)
    for stroke in drawing:
        for point in stroke.points[:: max(len(stroke) // 7, 1)]:
            assert stroke not in untouched(drawing, Stroke(np.array([point])))
