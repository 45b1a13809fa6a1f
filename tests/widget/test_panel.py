from __future__ import annotations

import io

import pytest
from PIL import Image

from digits_widget.drawing import Drawing
from digits_widget.samples import sample
from digits_widget.widget import DigitsWidget
from digits_widget.widget.digits_widget import PANELS
from tests.photos import SCENES, photograph
from tests.widget.conftest import Look
from tests.widget.panel_driver import PanelDriver

LATER = [name for name, _, panel in PANELS if not panel.is_always_told]
"""Panels that are not open at the start, as attributes of the widget."""

TITLES = [title for _, title, _ in PANELS]
"""What stands on the tabs."""


@pytest.mark.parametrize("name", LATER)
def test_a_panel_is_made_when_it_is_first_seen(
    widget: DigitsWidget, look: Look, name: str
) -> None:
    panel = PanelDriver(getattr(widget, name))
    widget.draw(sample(3))
    assert panel.labels == []
    assert look(getattr(widget, name)).labels == panel.labels != []


@pytest.mark.parametrize("name", [name for name, _, _ in PANELS])
def test_every_panel_works_on_a_photo(
    widget: DigitsWidget, look: Look, name: str
) -> None:
    buffer = io.BytesIO()
    Image.fromarray(photograph(3, SCENES["pen"])).save(buffer, "PNG")
    panel = look(getattr(widget, name))
    widget.draw(sample(4))
    panel.settle()
    widget.draw(Drawing(picture=buffer.getvalue()))
    panel.settle()
    assert not panel.problem()
    assert not widget.problem
    assert panel.shown_text()


def test_a_panel_that_nobody_sees_is_told_nothing_until_somebody_does(
    widget: DigitsWidget, look: Look
) -> None:
    panel = look(widget.compare)
    widget.draw(sample(3))
    panel.settle()
    said = panel.sentence()
    assert "Both say 3" in said
    panel.leave()
    widget.clear()
    panel.settle()
    assert panel.sentence() == said
    panel.see()
    assert "Draw a digit" in panel.sentence()


def test_what_stands_in_a_saved_notebook_is_told_always(widget: DigitsWidget) -> None:
    widget.draw(sample(3))
    widget.wait()
    assert PanelDriver(widget.bars).bars()[3].mark
    assert PanelDriver(widget.filmstrip).strips()[0].answer == "3"


def test_one_panel_is_on_the_screen(widget: DigitsWidget, look: Look) -> None:
    page = look(widget)
    assert page.options(TITLES[0]) == TITLES
    labels = {title: page.open_panel(title).labels for title in TITLES}
    assert page.open_panel(TITLES[0]).labels == labels[TITLES[0]]
    for name in TITLES[1:]:
        assert labels[name]
        assert not any(page.has(label) for label in labels[name] if label != "Dither")


def test_a_panel_in_a_cell_of_its_own_is_the_one_of_the_row(
    widget: DigitsWidget, look: Look
) -> None:
    page, alone = look(widget), look(widget.why)
    page.open_panel("Why").choose("Colours by", "Odds")
    assert alone.value("Colours by") == "Odds"
    page.open_panel("Steps")
    widget.draw(sample(3))
    alone.settle()
    # It is shut in the row, and still seen in its own cell.
    assert "No single patch of ink is needed" in alone.sentence()
