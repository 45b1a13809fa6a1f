"""What is no digit: seeded, on the canvas, and of every kind."""

from __future__ import annotations

import numpy as np

from digits_widget.evaluation.nondigit_confidence import (
    non_digit_images,
    non_digit_rows,
    share_sure,
)
from digits_widget.evaluation.nondigits import non_digits
from digits_widget.prediction import Prediction


def test_seed_decides_the_drawings() -> None:
    assert non_digits(6, seed=3) == non_digits(6, seed=3)
    assert non_digits(6, seed=3) != non_digits(6, seed=4)


def test_share_of_sure_answers_counts_above_nine_tenths() -> None:
    sure = Prediction(np.eye(10)[4])
    unsure = Prediction(np.full(10, 0.1))
    assert share_sure([sure, unsure, unsure, unsure]) == 0.25
    rows = non_digit_rows([sure, unsure], ["letter", "blank"])
    assert [row.split()[0] for row in rows] == ["letter", "blank", "all"]


def test_images_are_of_every_kind_and_blank_is_blank() -> None:
    images, kinds = non_digit_images("mnist")
    assert images.shape == (len(kinds), 28, 28)
    assert set(kinds) == {"scribble", "letter", "blank", "full"}
    assert images[kinds.index("blank")].max() == 0
    assert images[kinds.index("full")].min() == 1
    assert all(image.any() for image in images[:-2])
