"""Figures of the dithering catalogue can be drawn for every method."""

from __future__ import annotations

import io

import numpy as np
import pytest

from digits_widget.dithering import CATALOGUE
from digits_widget.figures.dithering import (
    draw_contact_sheet,
    draw_method,
    draw_ramps,
)


@pytest.mark.parametrize("name", ["floyd-steinberg", "o8x8", "blue-noise", "otsu"])
def test_a_card_shows_the_method_and_what_it_does(name: str) -> None:
    figure = draw_method(name)

    assert name in figure.get_suptitle()
    assert [axes.get_title() for axes in figure.axes][2:] == ["before", "after"]
    figure.savefig(io.BytesIO(), format="png", dpi=30)


def test_a_card_takes_any_picture() -> None:
    figure = draw_method("atkinson", np.full((5, 9), 0.5))

    drawn = figure.axes[-1].images[0].get_array()
    assert drawn is not None
    assert drawn.shape == (5, 9)


def test_ramps_have_a_row_for_every_method() -> None:
    figure = draw_ramps()

    assert [axes.get_ylabel() for axes in figure.axes] == list(CATALOGUE)


def test_a_contact_sheet_has_the_picture_and_every_method() -> None:
    figure = draw_contact_sheet(np.eye(8))

    titles = [axes.get_title() for axes in figure.axes]
    assert [title for title in titles if title] == ["the picture", *CATALOGUE]
