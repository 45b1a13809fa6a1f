from __future__ import annotations

from collections.abc import Callable

import pytest
from ipywidgets import Button, ToggleButtons

from digits_widget.drawing import Drawing, Stroke
from digits_widget.samples import sample
from digits_widget.widget import DigitsWidget
from digits_widget.widget.drawing.tool import Tool
from digits_widget.widget.drawing.toolbar import Toolbar


def toolbar_of(widget: DigitsWidget) -> Toolbar:
    return widget._toolbar


def test_the_switch_gives_the_hand_another_tool(widget: DigitsWidget) -> None:
    switch = toolbar_of(widget)._tool
    assert isinstance(switch, ToggleButtons)
    for tool in Tool:
        switch.value = tool
        assert widget._pad.tool is tool


def test_the_browser_is_told_what_the_hand_holds(widget: DigitsWidget) -> None:
    nib = widget._canvas._wet.nib
    assert 'data-tool="pen" data-width="0.06429"' in nib.value
    toolbar_of(widget)._width.value = 28
    toolbar_of(widget)._tool.value = Tool.INK
    assert 'data-tool="eraser" data-width="0.10000"' in nib.value


@pytest.mark.parametrize(
    ("width", "words"),
    [(6, "too thin"), (18, "about 2."), (40, "about 4.")],
)
def test_the_width_is_told_as_the_model_gets_it(
    settled: Callable[[], None], widget: DigitsWidget, width: int, words: str
) -> None:
    widget.draw(sample(3))
    toolbar_of(widget)._width.value = width
    settled()
    assert words in toolbar_of(widget)._fitting.widget.value
    assert "MNIST 1.8 to 4.7" in toolbar_of(widget)._fitting.widget.value


def test_a_small_drawing_makes_the_same_pen_thicker(
    settled: Callable[[], None], widget: DigitsWidget
) -> None:
    readout = toolbar_of(widget)._fitting.widget
    small = [Stroke(0.4 + 0.2 * stroke.points) for stroke in sample(3)]
    widget.draw(Drawing(small))
    settled()
    assert "too thick" in readout.value


def test_an_eraser_has_no_thickness(
    settled: Callable[[], None], widget: DigitsWidget
) -> None:
    toolbar_of(widget)._tool.value = Tool.INK
    settled()
    assert toolbar_of(widget)._fitting.widget.value == "&nbsp;"


def test_samples_are_one_click_each_and_one_action(widget: DigitsWidget) -> None:
    drawer = widget._drawer
    drawer.handle.value = True
    row = drawer.widget.children[0].children[1]
    for digit, button in enumerate(row.children):
        assert isinstance(button, Button)
        button.click()
        assert widget.drawing == sample(digit)
    widget.undo()
    assert widget.drawing == sample(8)


def test_the_drawer_is_empty_until_it_is_pulled(widget: DigitsWidget) -> None:
    assert not widget._drawer.widget.children
    widget._drawer.handle.value = True
    assert widget._drawer.widget.children
    widget._drawer.handle.value = False
    assert not widget._drawer.widget.children


def test_guides_are_on_the_screen_only(widget: DigitsWidget) -> None:
    widget.draw(sample(3))
    before = widget.trace
    widget._drawer.handle.value = True
    *_, paper = widget._drawer.widget.children
    guides = paper.children[1].children[0].children[0]
    guides.value = True
    assert widget._canvas.guides
    assert widget.trace is before
    guides.value = False
    assert not widget._canvas.guides
