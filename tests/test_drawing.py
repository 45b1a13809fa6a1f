from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digits_widget import errors
from digits_widget.drawing import MAX_PICTURE_BYTES, MAX_POINTS, Drawing, Stroke
from digits_widget.samples import sample, samples

coordinates = st.floats(0, 1)
strokes = st.builds(
    lambda points, width, ink: Stroke(points, width=width, ink=ink),
    st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=30),
    st.floats(1e-3, 1),
    st.booleans(),
)
drawings = st.builds(Drawing, st.lists(strokes, max_size=5))


@given(drawings)
def test_json_gives_back_an_equal_drawing(drawing: Drawing) -> None:
    again = Drawing.from_json(drawing.to_json())
    assert again == drawing
    assert hash(again) == hash(drawing)


def test_json_keeps_a_picture() -> None:
    drawing = Drawing(picture=b"\x89PNG and more")
    assert Drawing.from_json(drawing.to_json()) == drawing
    assert drawing
    assert not len(drawing)
    assert Drawing.from_json(Drawing().to_json()) != drawing


def test_a_picture_makes_room_for_a_stroke() -> None:
    stroke = Stroke([[0.1, 0.2]])
    assert Drawing(picture=b"a") + stroke == Drawing([stroke])
    with pytest.raises(errors.DrawingError, match="only one"):
        Drawing([stroke], picture=b"a")


def test_a_picture_that_can_be_kept_can_be_loaded_again(tmp_path: Path) -> None:
    largest = Drawing(picture=bytes(MAX_PICTURE_BYTES))
    largest.save(tmp_path / "largest.json")
    assert Drawing.load(tmp_path / "largest.json") == largest
    with pytest.raises(errors.DrawingError, match="at most 24 MB"):
        Drawing(picture=bytes(MAX_PICTURE_BYTES + 1))


def test_json_keeps_times() -> None:
    drawing = Drawing([Stroke([(0, 0), (1, 1)], [0.25, 0.5])])
    assert Drawing.from_json(drawing.to_json()).strokes[0].times.tolist() == [0.25, 0.5]


def test_drawings_that_differ_are_not_equal() -> None:
    one = Stroke([(0.1, 0.2)])
    assert Drawing([one]) != Drawing([one, one])
    assert one != Stroke([(0.1, 0.2)], ink=False)
    assert one != Stroke([(0.1, 0.2)], width=0.5)
    assert one != Stroke([(0.1, 0.2)], [1.0])


def test_an_empty_drawing_is_falsy() -> None:
    assert not Drawing()
    assert Drawing([Stroke([(0, 0)])])


def test_points_cannot_be_changed() -> None:
    stroke = Stroke([(0.5, 0.5)])
    with pytest.raises(ValueError, match="read-only"):
        stroke.points[0, 0] = 0


def test_points_given_are_copied() -> None:
    points = np.array([[0.5, 0.5]])
    stroke = Stroke(points)
    points[0, 0] = 0.25
    assert stroke.points[0, 0] == 0.5


def test_pixels_become_shares_of_the_side() -> None:
    drawing = Drawing.from_points([[(0, 140), (280, 280)]], side=280)
    assert drawing.strokes[0].points.tolist() == [[0, 0.5], [1, 1]]


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_points_that_are_not_finite_are_refused(bad: float) -> None:
    with pytest.raises(errors.PointsNotFiniteError, match="point 1"):
        Stroke([(0.5, 0.5), (bad, 0.5)])
    with pytest.raises(errors.PointsNotFiniteError):
        Stroke([(0.5, 0.5)], [bad])
    with pytest.raises(errors.PointsNotFiniteError):
        Stroke([(0.5, 0.5)], width=bad)


@pytest.mark.parametrize("point", [(-0.01, 0.5), (0.5, 1.01), (140, 140)])
def test_points_off_the_canvas_are_refused(point: tuple[float, float]) -> None:
    with pytest.raises(errors.PointsOffCanvasError, match="side=280"):
        Stroke([point])


def test_a_million_points_are_refused() -> None:
    with pytest.raises(errors.TooManyPointsError, match="1,000,000"):
        Stroke(np.zeros((1_000_000, 2)))
    half = Stroke(np.zeros((MAX_POINTS // 2 + 1, 2)))
    with pytest.raises(errors.TooManyPointsError):
        Drawing([half, half])


def test_one_point_is_a_dot() -> None:
    assert Drawing([Stroke([(0.5, 0.5)])]).is_dot
    assert Drawing([Stroke([(0.5, 0.5)] * 9)]).is_dot
    assert not Drawing([Stroke([(0.5, 0.5), (0.6, 0.5)])]).is_dot
    assert not Drawing().is_dot


@pytest.mark.parametrize(
    "points", [[], [(1,)], [(0, 0, 0)], 3, "abc", [("a", "b")], [[(0, 0)]]]
)
def test_points_of_another_form_are_refused(points: object) -> None:
    with pytest.raises(errors.DrawingError):
        Stroke(points)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "options",
    [
        {"width": 0},
        {"width": -1},
        {"width": 1.5},
        {"width": "thick"},
        {"width": True},
        {"times": [0, 1]},
        {"times": "now"},
    ],
)
def test_other_options_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(errors.DrawingError):
        Stroke([(0, 0)], **options)  # type: ignore[arg-type]


def test_times_that_fall_are_refused() -> None:
    with pytest.raises(errors.DrawingError, match="in ascending order"):
        Stroke([(0, 0), (1, 1)], [1, 0])


def test_what_is_no_stroke_is_refused() -> None:
    with pytest.raises(errors.DrawingError, match="from_points"):
        Drawing([[(0, 0)]])  # type: ignore[list-item]
    with pytest.raises(errors.DrawingError, match="side"):
        Drawing.from_points([[(0, 0)]], side=0)


GOOD = {"points": [[0, 0]], "times": [0], "width": 0.1, "ink": True}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "null",
        '{"format": "digits-widget/drawing", "version": 2, "strokes": []}',
        '{"format": "digits-widget/drawing", "version": 1}',
        '{"format": "digits-widget/drawing", "version": 1, "strokes": 5}',
        '{"format": "digits-widget/drawing", "version": 1, "strokes": [5]}',
        '{"format": "digits-widget/drawing", "version": 1, "strokes": [{}]}',
        Drawing(picture=b"a").to_json().replace('"YQ=="', "5"),
        Drawing(picture=b"a").to_json().replace("YQ==", "?"),
        "[" * 100_000,
    ],
)
def test_text_that_is_no_drawing_is_refused(text: str) -> None:
    with pytest.raises(errors.DrawingFormatError, match=r"to_json|format"):
        Drawing.from_json(text)


def test_a_drawing_file_with_bad_points_says_which() -> None:
    text = json.dumps(
        {
            "format": "digits-widget/drawing",
            "version": 1,
            "strokes": [{**GOOD, "points": [[2, 0]]}],
        }
    )
    with pytest.raises(errors.PointsOffCanvasError, match="point 0"):
        Drawing.from_json(text)


def test_saving_and_loading_goes_by_the_ending(tmp_path: Path) -> None:
    sample(3).save(tmp_path / "three.json")
    assert Drawing.load(tmp_path / "three.json") == sample(3)
    sample(3).save(tmp_path / "three.svg")
    assert (tmp_path / "three.svg").read_text().startswith("<svg ")
    with pytest.raises(errors.DrawingFormatError, match=r"\.json or \.svg"):
        sample(3).save(tmp_path / "three.bmp")
    with pytest.raises(errors.DrawingFormatError, match=r"none\.json"):
        Drawing.load(tmp_path / "none.json")


def test_svg_shows_dots_and_erasers() -> None:
    svg = Drawing([Stroke([(0.5, 0.5)]), Stroke([(0, 0), (1, 1)], ink=False)]).to_svg()
    assert 'points="0.5,0.5 0.5,0.5" stroke="black"' in svg
    assert 'stroke="white"' in svg


@pytest.mark.parametrize("bad", [-1, 10, "3", 3.5, None, True])
def test_there_are_ten_samples_and_no_others(bad: object) -> None:
    assert len(samples()) == 10
    assert all(samples())
    with pytest.raises(errors.OptionError, match="0 to 9"):
        sample(bad)
