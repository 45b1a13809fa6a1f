"""A pixel of one step is found again in every other step's picture."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from digits_widget.drawing import Drawing
from digits_widget.insight.regions import Region, ink_in, regions
from digits_widget.pipeline import PRESETS, Pipeline
from digits_widget.samples import sample, samples
from digits_widget.steps import Deskew, Resize, ToTensor

FRAMED = PRESETS["mnist"](sample(5)).snapshots
NAMES = [shot.name for shot in FRAMED]
TENSOR = len(FRAMED) - 1


def inked() -> list[tuple[int, int]]:
    """Return rows and columns with ink in the tensor."""
    return [(int(row), int(col)) for row, col in np.argwhere(FRAMED[-1].shown > 0)]


def test_a_pixel_of_the_tensor_is_the_mean_of_its_place_in_the_drawing() -> None:
    crop, fit = FRAMED[NAMES.index("crop")], FRAMED[NAMES.index("fit")]
    errors = []
    for row, column in inked():
        found = dict(zip(NAMES, regions(FRAMED, TENSOR, row, column), strict=True))
        assert all(found.values())
        values = {
            shot.name: ink_in(shot.shown, region)
            for shot in FRAMED
            if (region := found[shot.name])
        }
        assert values["tensor"] == pytest.approx(FRAMED[-1].shown[row, column])
        errors.append(abs(values["crop"] - values["fit"]))
        assert values["raster"] == pytest.approx(values["crop"], abs=1e-6)
        region = found["crop"]
        assert region
        scale = crop.shown.shape[1] / fit.shown.shape[1]
        assert region.right - region.left == pytest.approx(scale)
    # The box filter averages the place that a pixel stands for, in whole pixels.
    assert max(errors) < 0.1
    assert np.mean(errors) < 0.02


def test_from_a_pixel_of_the_drawing_to_the_tensor_and_back() -> None:
    for row, column in inked()[::7]:
        place = regions(FRAMED, TENSOR, row, column)[0]
        assert place
        down = int((place.top + place.bottom) / 2)
        right = int((place.left + place.right) / 2)
        found = regions(FRAMED, 0, down, right)
        assert found[TENSOR] == Region(column, row, column + 1, row + 1)
        assert found[0] == Region(right, down, right + 1, down + 1)


def test_what_is_cut_away_is_nowhere_later() -> None:
    first, *later = regions(FRAMED, 0, 2, 2)
    assert first == Region(2, 2, 3, 3)
    assert later == [None] * TENSOR


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_finds_the_ink_of_its_tensor_in_the_drawing(name: str) -> None:
    for drawing in samples()[:4]:
        shots = PRESETS[name](drawing).snapshots
        shown = shots[-1].shown
        row, column = np.unravel_index(shown.argmax(), shown.shape)
        place = regions(shots, len(shots) - 1, int(row), int(column))[0]
        assert place
        assert ink_in(shots[0].shown, place) > 0.2


def test_a_shear_moves_each_row_by_its_own_way() -> None:
    slanted = Drawing.from_points([[(0.3, 0.1), (0.7, 0.9)]])
    trace = Pipeline((Resize(side=56), Deskew(), Resize(), ToTensor()))(slanted)
    for row in (4, 14, 23):
        column = int(trace["deskew"].shown[2 * row].argmax())
        place = regions(trace.snapshots, 2, 2 * row, column)[1]
        assert place
        assert ink_in(trace["resize"].shown, place) > 0.9


def mirror(image: NDArray[np.float32]) -> NDArray[np.float32]:
    return image[:, ::-1]


def test_beyond_a_function_no_place_is_known() -> None:
    pipeline = Pipeline((Resize(), mirror, ToTensor()))
    shots = pipeline(sample(3)).snapshots
    _, before, *after = regions(shots, 0, 140, 140)
    assert before
    assert after == [None, None]
    *earlier, own, tensor = regions(shots, 3, 14, 14)
    assert (own, tensor) == (Region(14, 14, 15, 15),) * 2
    assert earlier == [None, None]


def test_the_nearest_pixel_stands_for_one_that_is_not_there() -> None:
    assert regions(FRAMED, TENSOR, 99, -1)[TENSOR] == Region(0, 27, 1, 28)
