"""What the checks of lesson 0 say to learners' answers; what the lesson quotes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from digits_widget import Drawing, sample
from digits_widget.course.lesson_0 import exercise_1, exercise_2, exercise_3
from digits_widget.model_server.embedded import EmbeddedServer
from digits_widget.widget import DigitsWidget

ROOT = Path(__file__).parents[2]

HOUSE = [(0.2, 0.9), (0.2, 0.4), (0.5, 0.1), (0.8, 0.4), (0.8, 0.9), (0.2, 0.9)]
ZIGZAG = [(0.1, 0.2), (0.9, 0.35), (0.1, 0.5), (0.9, 0.65), (0.1, 0.8)]
CROSS = ([(0.15, 0.15), (0.85, 0.85)], [(0.85, 0.15), (0.15, 0.85)])


@pytest.mark.server
@pytest.mark.parametrize(
    ("place", "hint"),
    [
        (0.03, "two numbers"),
        ((0.1, 0.2, 0.3), "two numbers"),
        ((0.9, 0.03), "leaves the pad"),
        ((0.75, 0.03), "reads 5 5 5"),
        ((0.03, 0.03), "reads 1 1 1"),
    ],
)
def test_another_place_gets_a_hint(
    place: tuple[float, float], hint: str, model_server: EmbeddedServer
) -> None:
    assert hint in (exercise_1(place, model_server.target) or "")


@pytest.mark.server
@pytest.mark.parametrize("place", [(0.0, 0.3), [0.1, 0.3], (0, 0.4), (0.3, 0.3)])
def test_several_places_make_sevens(
    place: tuple[float, float], model_server: EmbeddedServer
) -> None:
    assert exercise_1(place, model_server.target) is None


@pytest.mark.server
def test_a_doubtful_digit_is_wanted_on_the_pad(model_server: EmbeddedServer) -> None:
    widget = DigitsWidget(server=model_server.target, version=1)
    assert "no answer yet" in (exercise_2(widget) or "")
    widget.draw(sample(7))
    assert "reads it as 7, and is 100%" in (exercise_2(widget) or "")
    widget.draw(Drawing.from_points([[(0.35, 0.25), (0.55, 0.15), (0.55, 0.85)]]))
    assert exercise_2(widget) is None
    widget.close()


@pytest.mark.server
@pytest.mark.parametrize(
    ("drawing", "hint"),
    [
        ("a house", "not a drawing"),
        (Drawing(), "no stroke"),
        (sample(3), "Version 2 is 100% sure of 3"),
        (Drawing.from_points([ZIGZAG]), "Version 2"),
        (Drawing.from_points(CROSS), "Version 1 is only"),
    ],
    ids=["text", "nothing", "digit", "like a 3", "cross"],
)
def test_another_drawing_gets_a_hint(
    drawing: Drawing, hint: str, model_server: EmbeddedServer
) -> None:
    assert hint in (exercise_3(drawing, model_server.target) or "")


@pytest.mark.server
def test_a_house_is_a_false_digit(model_server: EmbeddedServer) -> None:
    assert exercise_3(Drawing.from_points([HOUSE]), model_server.target) is None


def test_the_lesson_quotes_what_was_measured() -> None:
    path = ROOT / "notebooks" / "00_draw_a_digit.ipynb"
    lesson = path.read_text("utf-8")
    figures = json.loads((ROOT / "digits_widget/models/figures.json").read_text())
    unseen = figures["version 1"]["unseen"]
    then, now = (unseen[preset] for preset in ("seed-2020", "mnist"))
    assert f"{then['digits']:,} digits" in lesson
    assert (
        f"version 1 reads {then['accuracy']:.0%} with the steps of 2020, and "
        f"{now['accuracy']:.0%} with framing".replace("%", " %")
    ) in lesson
