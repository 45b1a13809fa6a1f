"""Figures follow the theme of the page, and films play and rest."""

from __future__ import annotations

import io
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from bs4 import BeautifulSoup
from matplotlib.figure import Figure

from digits_widget.errors import ImageError
from digits_widget.evaluation import Evaluation
from digits_widget.figures.charts import draw_bars, draw_lines
from digits_widget.figures.confusion import draw_confusion
from digits_widget.figures.film import Film
from digits_widget.prediction import Prediction

BARS = draw_bars({"gRPC": 3.14, "REST": 1234.5}, label="µs", marked={"gRPC"}, digits=1)
LINES = draw_lines(
    [0, 1, 2],
    {"version 1": [90, 50, 10], "version 2": [99, 98, 97]},
    x_label="shift, pixels",
    y_label="accuracy, %",
    y_range=(0, 100),
)
MATRIX = draw_confusion(Evaluation(np.arange(10), np.eye(10)))
IMAGES = np.random.default_rng(3).random((5, 28, 28), np.float32)
ANSWERS = [Prediction(np.roll(np.linspace(0, 0.2, 10), k)) for k in range(5)]


def svg(figure: Figure) -> str:
    shown = figure._repr_html_()
    assert shown is not None
    return str(shown)


def texts(figure: Figure) -> set[str]:
    tree = ET.fromstring(svg(figure))  # noqa: S314 - our own text
    return {
        "".join(each.itertext()).strip() for each in tree.iter() if "text" in each.tag
    }


@pytest.mark.parametrize(
    "figure", [BARS, LINES, MATRIX], ids=["bars", "lines", "matrix"]
)
def test_a_figure_has_the_colours_of_the_page(figure: Figure) -> None:
    shown = svg(figure)
    assert shown.startswith("<svg")
    assert "var(--jp-content-font-color1" in shown
    assert "#000000" not in shown
    assert "fill: #ffffff" not in shown
    # Two figures of one page have no name in common but those of equal contents.
    assert '<g id="' not in shown


def test_a_figure_keeps_its_paper_in_a_file() -> None:
    svg(BARS)
    file = io.BytesIO()
    BARS.savefig(file, format="svg")
    assert b"fill: #ffffff" in file.getvalue()


def test_what_a_figure_shows_is_said() -> None:
    figure = draw_confusion(Evaluation(np.arange(10), np.eye(10)), title='"A" & <b>')
    (root,) = BeautifulSoup(svg(figure), "html.parser").find_all("svg")
    assert root["role"] == "img"
    assert root["aria-label"] == '"A" & <b>'


def test_bars_say_their_numbers() -> None:
    assert {"gRPC", "REST", "3.1", "1,234.5", "µs"} <= texts(BARS)


def test_lines_have_a_legend_and_axes() -> None:
    assert {"version 1", "version 2", "shift, pixels", "accuracy, %"} <= texts(LINES)


def test_a_chart_of_nothing_is_a_chart() -> None:
    assert "µs" in texts(draw_bars({}, label="µs"))


def test_a_film_has_every_picture_and_answer() -> None:
    captions = [f"shifted by <{k}>" for k in range(5)]
    page = BeautifulSoup(
        Film(IMAGES, answers=ANSWERS, captions=captions)._repr_html_(), "html.parser"
    )
    frames = page.find_all("figure")
    assert [each.get_text().split("%")[1] for each in frames] == captions
    assert len({str(each["src"]) for each in page.find_all("img")}) == 5
    assert all(len(each.find_all("rect")) == 10 for each in frames)
    (shown,) = page.find_all(role="img")
    assert "shifted by <4>" in shown["aria-label"]


def test_a_film_without_answers_is_pictures_alone() -> None:
    page = BeautifulSoup(Film(IMAGES)._repr_html_(), "html.parser")
    assert len(page.find_all("img")) == 5
    assert not page.find_all("rect")


def test_two_films_of_one_page_do_not_mix() -> None:
    first, second = (Film(some)._repr_html_() for some in (IMAGES, IMAGES[:3]))
    names = [html.split("@keyframes ")[1].split()[0] for html in (first, second)]
    assert names[0] != names[1]


def test_a_film_of_nothing_is_refused() -> None:
    with pytest.raises(ImageError, match="at least one picture"):
        Film([])


@pytest.mark.parametrize("given", [{"answers": ANSWERS[:2]}, {"captions": ["one"]}])
def test_a_film_with_too_few_words_is_refused(given: dict[str, list[object]]) -> None:
    with pytest.raises(ImageError, match="5 pictures need 5 answers"):
        Film(IMAGES, **given)  # type: ignore[arg-type]
