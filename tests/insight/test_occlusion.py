from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from digits_widget.errors import UnknownMethodError
from digits_widget.insight.occlusion import PATCHES, log_odds, occlude
from digits_widget.insight.reasons import AGAINST, NEEDED, against, heat, needed, scale
from digits_widget.pipeline import PRESETS
from digits_widget.prediction import Prediction
from digits_widget.samples import sample

THREE = PRESETS["mnist"](sample(3)).tensor


def of(**confidences: float) -> Prediction:
    """Make a prediction from some confidences; the rest is shared by the others."""
    given = {int(name[1:]): value for name, value in confidences.items()}
    rest = (1 - sum(given.values())) / (10 - len(given))
    return Prediction(np.array([given.get(digit, rest) for digit in range(10)]))


class Model:
    """Says 3 as long as the pixel at `needed` has ink; ink at `against` costs some."""

    def __init__(self, needed: tuple[int, int], against: tuple[int, int]) -> None:
        self.needed, self.against = needed, against
        self.calls: list[int] = []

    def __call__(self, images: NDArray[np.float32]) -> list[Prediction]:
        self.calls.append(len(images))
        return [self.answer(image) for image in images]

    def answer(self, image: NDArray[np.float32]) -> Prediction:
        if not image[self.needed]:
            return of(_8=0.6, _3=0.3)
        return of(_3=0.7) if image[self.against] else of(_3=0.9)


def ink_at() -> tuple[tuple[int, int], tuple[int, int]]:
    """Return two inked pixels far apart: the first from the top and from the bottom."""
    places = np.argwhere(THREE > 0.9)
    return tuple(map(int, places[0])), tuple(map(int, places[-1]))  # type: ignore[return-value]


@pytest.mark.parametrize(("patches", "count"), [("coarse", 7), ("fine", 28)])
def test_the_map_is_where_the_model_looks_and_is_asked_for_in_one_call(
    patches: str, count: int
) -> None:
    top, bottom = ink_at()
    model = Model(top, bottom)
    found = occlude(THREE, model, patches=patches)
    assert model.calls == [1 + found.asked]
    assert found.falls.shape == found.bits.shape == found.answers.shape == (count,) * 2
    strongest, most_against = found.strongest(), found.most_against()
    assert strongest is not None
    assert most_against is not None
    for place, pixel in ((strongest, top), (most_against, bottom)):
        rows, columns = found.patches.place(*place)
        assert pixel[0] in range(28)[rows]
        assert pixel[1] in range(28)[columns]
    assert found.falls[strongest] == pytest.approx(0.4)
    assert found.answers[strongest] == 8
    assert found.falls[most_against] == pytest.approx(-0.2)
    assert found.bits[strongest] == pytest.approx(
        log_odds(of(_3=0.7), 3) - log_odds(of(_8=0.6, _3=0.3), 3)
    )
    assert not found.falls.flags.writeable


def test_every_place_with_ink_is_covered_and_the_patches_tile_the_image() -> None:
    for patches in PATCHES.values():
        covered = np.zeros((28, 28), bool)
        count = 28 // patches.step
        for row in range(count):
            for column in range(count):
                covered[patches.place(row, column)] = True
        assert covered.all()


def test_a_fine_patch_is_about_its_pixel_and_cut_at_the_edge() -> None:
    fine = PATCHES["fine"]
    assert fine.place(5, 9) == (slice(4, 7), slice(8, 11))
    assert fine.place(0, 0) == (slice(0, 2), slice(0, 2))


def test_paper_over_paper_is_not_asked_about() -> None:
    image = np.zeros((28, 28), np.float32)
    image[0, 0] = 1
    found = occlude(image, Model((0, 0), (5, 5)))
    assert found.asked == 1
    assert np.count_nonzero(found.falls) == 1


def test_odds_tell_places_apart_where_the_model_is_sure() -> None:
    sure, surer = of(_3=1 - 9e-9), of(_3=1 - 9e-11)
    assert log_odds(surer, 3) - log_odds(sure, 3) == pytest.approx(
        np.log2(100), rel=0.01
    )


def test_other_patches_are_refused() -> None:
    with pytest.raises(UnknownMethodError, match="coarse, fine"):
        occlude(THREE, Model(*ink_at()), patches="huge")


def test_heat_is_orange_where_needed_blue_where_against_and_grey_elsewhere() -> None:
    grid = np.zeros((7, 7))
    grid[0, 0], grid[6, 6] = 0.5, -0.25
    colours = heat(np.zeros((28, 28), np.float32), grid)
    assert colours.shape == (224, 224, 3)
    assert np.allclose(colours[0, 0], 0.1 + 0.9 * np.array(NEEDED))
    assert np.allclose(colours[-1, -1], 0.55 + 0.45 * np.array(AGAINST))
    assert (colours[112, 112] == 1).all()
    # The colour fades from place to place, without a step.
    assert np.abs(np.diff(colours, axis=0)).max() < 0.03
    assert (heat(np.ones((28, 28), np.float32), 0 * grid) < 0.6).all()


def test_words_say_where_how_far_and_what_it_becomes() -> None:
    top, bottom = ink_at()
    found = occlude(THREE, Model(top, bottom))
    text = needed(found)
    assert "at the top" in text
    assert "70\N{NO-BREAK SPACE}%" in text
    assert "30\N{NO-BREAK SPACE}%" in text
    assert "becomes an 8" in text
    assert "at the bottom" in against(found)
    assert scale(found, "confidence") == ("3 rises 40.0 points", "3 falls 40.0 points")
    assert scale(found, "odds")[1].endswith("halvings")
