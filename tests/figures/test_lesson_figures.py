"""Figures of the lessons: what they show, not how."""

from __future__ import annotations

import io

import numpy as np
import pytest
from matplotlib.figure import Figure

from digits_widget.dithering import CATALOGUE, diffuse_stepwise
from digits_widget.evaluation import Evaluation
from digits_widget.evaluation.comparison_table import Row
from digits_widget.figures.accuracy import draw_accuracy, draw_accuracy_over
from digits_widget.figures.comparison_table import draw_comparison_table, family_colours
from digits_widget.figures.confidences import draw_confidences
from digits_widget.figures.digits import draw_digits
from digits_widget.figures.dithering import draw_kernels
from digits_widget.figures.likeness import draw_likeness
from digits_widget.figures.microscope import draw_step
from digits_widget.figures.reliability import draw_reliability
from digits_widget.likeness import likeness
from digits_widget.prediction import Prediction

RANDOM = np.random.default_rng(8)
IMAGES = RANDOM.random((7, 28, 28), np.float32)
LABELS = np.arange(60) % 10
SOME = Evaluation(LABELS, RANDOM.dirichlet(np.ones(10) / 3, 60))
ALL = Evaluation(np.arange(10), np.eye(10))


def words(figure: Figure) -> str:
    """Save the figure, so that it is laid out, and return all texts in it."""
    figure.savefig(io.BytesIO(), format="png", dpi=30)
    texts = figure.findobj(lambda artist: hasattr(artist, "get_text"))
    return "\n".join(text.get_text() for text in texts)  # type: ignore[attr-defined]


def test_digits_are_drawn_as_ink_with_the_marked_ones_framed() -> None:
    captions = [f"caption {number}" for number in range(7)]
    figure = draw_digits(IMAGES, captions, columns=4, marked={2}, rows=["a", "b"])

    said = words(figure)
    assert all(caption in said for caption in [*captions, "a", "b"])
    seen = [axes for axes in figure.axes if axes.get_visible()]
    assert len(seen) == 7
    assert {axes.images[0].get_cmap().name for axes in seen} == {"gray_r"}
    weights = [axes.title.get_fontweight() for axes in seen]
    assert weights == ["normal"] * 2 + ["bold"] + ["normal"] * 4


def test_digits_need_no_captions() -> None:
    figure = draw_digits(IMAGES[:2], columns=2)

    assert [axes.get_title() for axes in figure.axes] == ["", ""]


def test_gauges_cross_out_what_is_not_like_mnist() -> None:
    blank = np.zeros((28, 28), np.float32)
    figure = draw_likeness({"noise": likeness(IMAGES[0]), "blank": likeness(blank)})

    said = words(figure)
    assert all(word in said for word in ("noise", "blank", "Size", "Polarity"))
    size = figure.axes[0].lines
    assert [line.get_marker() for line in size] == ["X", "X"]
    polarity = figure.axes[-1].lines
    assert [line.get_marker() for line in polarity] == ["X", "o"]


def test_bars_mark_the_best_confidence_with_its_number() -> None:
    answers = [Prediction(row) for row in SOME.confidences[:3]]
    said = words(draw_confidences(IMAGES[:3], answers, captions=["x", "y", "z"]))

    assert all(f"{answer.confidence:.0%}\n▼" in said for answer in answers)
    assert "x\ny\nz" in "\n".join(w for w in said.split("\n") if w in "xyz" and w)


def test_accuracy_has_a_bar_for_every_model_and_variant() -> None:
    table = {"one": {"a": SOME, "b": ALL}, "two": {"a": ALL, "b": SOME}}
    figure = draw_accuracy(table)

    said = words(figure)
    assert all(word in said for word in ("one", "two", "a", "b", "100.0"))
    widths = [bar.get_width() for bars in figure.axes[0].containers for bar in bars]
    right = 100 * SOME.accuracy
    assert widths == pytest.approx([right, 100, 100, right])


@pytest.mark.parametrize("places", [(0, 1), (0.5, 2.5)], ids=["whole", "parts"])
def test_accuracy_over_a_number_has_a_curve_for_every_model(
    places: tuple[float, ...],
) -> None:
    figure = draw_accuracy_over(places, {"a": [SOME, ALL]}, label="pixels")

    assert "pixels" in words(figure)
    drawn = np.asarray(figure.axes[0].lines[0].get_ydata())
    assert drawn == pytest.approx([100 * SOME.accuracy, 100])


def test_the_microscope_tells_value_error_and_shares() -> None:
    edge = np.tile(np.linspace(0, 1, 9), (5, 1))
    first, *_, last = diffuse_stepwise(edge + 0.48 * (edge == 0))
    said = words(draw_step(first))

    assert "was 0.480, printed 0, error +0.480" in said
    assert f"{0.48 * 7 / 16:+.2f}" in said
    assert "row 4, column 8" in words(draw_step(last))


def test_kernels_are_drawn_for_methods_that_have_one() -> None:
    said = words(draw_kernels(["atkinson", "bayer", "stucki"]))

    assert "atkinson\nshares of 8" in said
    assert "stucki\nshares of 42" in said
    assert "bayer" not in said


def test_a_survey_ranks_all_rows_and_colours_families() -> None:
    rows = [Row("(none)", SOME), Row("otsu", ALL), Row("bayer", SOME)]
    figure = draw_comparison_table(rows, panels=2, title="a title")

    said = words(figure)
    assert all(word in said for word in ("a title", "(none)", "threshold", "ordered"))
    names = [t.get_text() for t in figure.axes[0].get_yticklabels()]
    assert names == ["otsu", "(none)"]


def test_families_have_colours_of_their_own() -> None:
    colours = family_colours()

    assert set(colours) == {method.family for method in CATALOGUE.values()}
    assert len(set(colours.values())) == len(colours)


def test_reliability_names_each_run_and_its_error() -> None:
    said = words(draw_reliability({"some": SOME, "all": ALL}))

    assert "some\n" in said
    assert "all\n100% right at 100%" in said
