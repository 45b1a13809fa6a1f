"""Strokes on the grid: where the ink is, and how much."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from digits_widget.drawing import Drawing, Stroke
from digits_widget.errors import OptionError
from digits_widget.raster import rasterize
from digits_widget.samples import samples


def line(*points: tuple[float, float], width: float = 0.1, ink: bool = True) -> Stroke:
    return Stroke(points, width=width, ink=ink)


def balance(image: np.ndarray[Any, np.dtype[np.float32]]) -> tuple[float, float]:
    rows, cols = np.indices(image.shape) + 0.5
    total = float(image.sum())
    return float((rows * image).sum()) / total, float((cols * image).sum()) / total


def test_an_empty_drawing_is_all_paper() -> None:
    image = rasterize(Drawing())
    assert image.shape == (280, 280)
    assert image.dtype == np.float32
    assert not image.any()


def test_a_single_tap_is_a_round_dot() -> None:
    image = rasterize(Drawing([line((0.3, 0.6), width=0.2)]))
    assert image.sum() == pytest.approx(np.pi * 28**2, rel=0.02)
    assert balance(image) == pytest.approx((168, 84), abs=0.3)
    rows, cols = np.nonzero(image > 0.5)
    assert abs(np.ptp(rows) - np.ptp(cols)) <= 1
    assert image[168 - 24, 84 - 24] == 0, "the corners of a round dot stay white"


def test_a_line_has_the_width_of_the_pen_and_round_caps() -> None:
    image = rasterize(Drawing([line((0.25, 0.5), (0.75, 0.5))]))
    assert image[:, 140].sum() == pytest.approx(28, abs=0.7)
    assert image.sum() == pytest.approx(140 * 28 + np.pi * 14**2, rel=0.02)
    assert image[140, 70 - 12] == 1, "the cap reaches beyond the end"
    assert image[140 - 12, 70 - 12] == 0, "and is round"


def test_a_slanted_line_is_as_thick_as_a_straight_one() -> None:
    image = rasterize(Drawing([line((0.2, 0.2), (0.8, 0.8))]))
    length = 0.6 * 280 * np.sqrt(2)
    assert image.sum() == pytest.approx(length * 28 + np.pi * 14**2, rel=0.02)


def test_a_sharp_corner_is_joined_roundly() -> None:
    image = rasterize(Drawing([line((0.2, 0.8), (0.5, 0.3), (0.8, 0.8))]))
    assert image[round(0.3 * 280) - 11, 140] == 1


def test_edges_are_grey_in_whole_255ths() -> None:
    image = rasterize(samples()[8])
    grey = image[(image > 0) & (image < 1)]
    assert grey.size > 100
    assert len(np.unique(grey)) >= 5
    np.testing.assert_array_equal(
        image, np.rint(image * 255).astype(np.uint8) / np.float32(255)
    )


def test_an_eraser_bares_the_paper_and_later_ink_covers_it() -> None:
    ink, eraser = line((0.2, 0.5), (0.8, 0.5)), line((0.5, 0.5), ink=False)
    erased = rasterize(Drawing([ink, eraser]))
    assert erased[140, 140] == 0
    assert erased[140, 80] == 1
    again = rasterize(Drawing([ink, eraser, line((0.5, 0.5))]))
    assert again[140, 140] == 1


def test_erasing_first_changes_nothing() -> None:
    ink, eraser = line((0.2, 0.5), (0.8, 0.5)), line((0.5, 0.5), ink=False)
    np.testing.assert_array_equal(
        rasterize(Drawing([eraser, ink])), rasterize(Drawing([ink]))
    )


def test_points_in_plenty_do_not_move_the_line() -> None:
    t = np.linspace(0, 1, 3000)
    curve = np.stack([0.5 + 0.3 * np.cos(5 * t), 0.5 + 0.3 * np.sin(5 * t)], axis=1)
    many, few = (rasterize(Drawing([Stroke(p)])) for p in (curve, curve[::60]))
    assert many.sum() == pytest.approx(float(few.sum()), rel=0.03)
    assert np.abs(many - few).mean() < 0.005


def test_a_cusp_survives_thinning() -> None:
    out = np.linspace((0.2, 0.5), (0.8, 0.5), 400)
    image = rasterize(Drawing([Stroke(np.concatenate([out, out[::-1]]))]))
    assert image[140, 224] == 1


@pytest.mark.parametrize("corner", [(0.0, 0.0), (1.0, 1.0), (0.0, 1.0)])
def test_ink_at_the_edge_of_the_canvas_is_cut_there(
    corner: tuple[float, float],
) -> None:
    image = rasterize(Drawing([line(corner, width=0.5)]))
    assert image.sum() == pytest.approx(np.pi * 70**2 / 4, rel=0.03)


@pytest.mark.parametrize("side", [28, 140, 560])
def test_the_same_share_is_ink_on_every_grid(side: int) -> None:
    image = rasterize(samples()[0], side=side)
    assert image.shape == (side, side)
    share = rasterize(samples()[0]).mean()
    assert image.mean() == pytest.approx(float(share), rel=0.03)


def test_a_hair_leaves_a_trace() -> None:
    image = rasterize(Drawing([line((0.1, 0.5), (0.9, 0.5), width=1e-6)]))
    assert image.max() > 0


@pytest.mark.parametrize("side", [0, 4097, 2.5, True, "280"])
def test_a_side_that_is_no_number_of_pixels_is_refused(side: object) -> None:
    with pytest.raises(OptionError, match="raster side"):
        rasterize(Drawing(), side=side)  # type: ignore[arg-type]
