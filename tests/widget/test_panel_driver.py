from __future__ import annotations

import pytest
from ipywidgets import HTML, Button, Dropdown, HBox, IntSlider, ToggleButtons, VBox

from digits_widget.samples import sample
from digits_widget.widget import DigitsWidget
from tests.widget.panel_driver import NotOnScreenError, PanelDriver


def test_only_what_is_on_the_screen_can_be_used() -> None:
    hidden = VBox([Button(description="Hidden")], layout={"display": "none"})
    page = PanelDriver(VBox([Button(description="Seen"), hidden]))
    page.click("Seen")
    with pytest.raises(NotOnScreenError, match=r"Nothing .*'Hidden'.*: 'Seen'"):
        page.click("Hidden")
    hidden.layout.display = None
    page.click("Hidden")


def test_what_is_greyed_out_or_found_twice_is_not_pressed() -> None:
    row = HBox([Button(description="Go", disabled=True), Button(description="Go")])
    page = PanelDriver(row)
    with pytest.raises(NotOnScreenError, match="2 controls are called 'Go'"):
        page.click("Go")
    row.children = row.children[:1]
    assert not page.is_enabled("Go")
    with pytest.raises(NotOnScreenError, match="greyed out"):
        page.click("Go")


def test_a_slider_goes_no_further_than_its_ends() -> None:
    page = PanelDriver(IntSlider(1, 0, 10, tooltip="How far"))
    page.set("How far", 10)
    assert page.value("How far") == 10
    with pytest.raises(AssertionError, match="How far: 11"):
        page.set("How far", 11)


def test_options_are_known_by_their_words() -> None:
    menu = Dropdown(options=[("one", 1), ("two", 2)], description="Number")
    row = ToggleButtons(options=["pen", "eraser"], tooltips=["Draw", "Rub out"])
    page = PanelDriver(VBox([menu, row]))
    page.choose("Number", "two")
    assert (menu.value, page.value("Number")) == (2, "two")
    page.click("Rub out")
    assert row.value == "eraser"
    with pytest.raises(NotOnScreenError, match=r"no option 'three'.*'one', 'two'"):
        page.choose("Number", "three")


def test_words_that_are_folded_away_are_not_seen() -> None:
    page = PanelDriver(
        HTML(
            '<style>b{}</style><div role="alert">No <b>ink</b>&nbsp;left'
            "<details><summary>More</summary>All of it</details></div>"
        )
    )
    assert page.shown_text() == "No ink\N{NO-BREAK SPACE}left More"
    assert page.problem() == page.sentence() == page.shown_text()


def test_views_are_counted_for_what_is_open_while_it_is_seen() -> None:
    inner, outer = VBox(_view_count=0), VBox(_view_count=0)
    page = PanelDriver(outer)
    outer.children = [inner]
    assert (outer._view_count, inner._view_count) == (0, 0)
    page.see()
    assert (outer._view_count, inner._view_count) == (1, 1)
    outer.children = []
    page.wait_until(lambda: inner._view_count == 0)
    page.leave()
    assert outer._view_count == 0


def test_a_digit_is_drawn_and_read(widget: DigitsWidget) -> None:
    page = PanelDriver(widget).see()
    widget.draw(sample(3))
    page.wait_until(lambda: page.bars()[3].mark)
    assert [bar.digit for bar in page.bars()] == list(range(10))
    assert page.bars()[3].number == "91.0"
    steps = page.open_panel("Steps")
    assert [tile.title for tile in steps.tiles()][-1] == "Tensor"
    assert steps.strips()[0].answer == "3"
    page.click("Undo")
    page.wait_until(lambda: not widget.drawing)
    assert not steps.pictures()
    assert page.open_panel("Why").has("Every pixel")
    with pytest.raises(NotOnScreenError, match=r"'Undo'.*'Steps', 'Inside'"):
        page.click("Preset")
