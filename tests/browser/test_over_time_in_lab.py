"""The chart over time in a real JupyterLab: its slider lies exactly on its axis."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from digits_widget.samples import sample
from tests.browser.what_python_has import drawing_in
from tests.waiting import until
from tools.lab import Lab
from tools.notebook_page import NotebookPage
from tools.screenshots import NAMED

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.timeout(240)]

DRAWN = sample(4)
"""Two strokes: the first one ends in the middle of the axis."""

AXIS = """svg => {
  const lines = [...svg.querySelectorAll(".digits-strokes path")];
  const {left, right} = svg.querySelector(".digits-grid path").getBoundingClientRect();
  return [left, right, ...lines.map(line => line.getBoundingClientRect().x)];
}"""
"""Where the axis begins and ends on the page, then where each stroke ends."""


@pytest.fixture
def opened(lab: Lab, browser: Browser) -> Iterator[NotebookPage]:
    """Open a notebook for a drawing of two strokes, with the chart about it."""
    page = browser.new_page(viewport={"width": 1366, "height": 1000})
    notebook = NotebookPage(page, lab, lab.notebook([NAMED]))
    notebook.show_widget()
    code = "from digits_widget.samples import sample\nwidget.draw(sample(4))"
    notebook.python(code)
    expect(notebook.best).to_have_text("4")
    notebook.press("Over time")
    yield notebook
    assert not notebook.errors
    page.close()


def middle(handle: Locator) -> float:
    """Return where the middle of the slider's handle is on the page."""
    found = handle.evaluate(
        "e => { const {left, width} = e.getBoundingClientRect();"
        " return left + width / 2; }"
    )
    return float(found)


def test_the_slider_lies_on_the_axis_and_takes_clicks_drags_and_keys(
    opened: NotebookPage,
) -> None:
    page, widget = opened.page, opened.widget
    chart = widget.locator(".digits-growth")
    handle = widget.get_by_role("slider", name="Moment of the drawing, in percent")
    expect(widget.locator(".digits-strokes path")).to_have_count(2)
    expect(handle).to_be_visible()
    # Lines, not the areas that a browser fills without the style sheet.
    expect(widget.locator(".digits-line-0 path")).to_have_css("fill", "none")
    chart.scroll_into_view_if_needed()
    begin, end, first_stroke, _ = chart.evaluate(AXIS)
    assert middle(handle) == pytest.approx(end, abs=1)
    box = chart.bounding_box()
    assert box
    y = box["y"] + box["height"] / 2
    first, total = len(DRAWN.strokes[0]), sum(map(len, DRAWN))
    percent = (end - begin) / 100
    page.mouse.click(first_stroke, y)
    expect(widget.locator(".digits-moment-words")).to_contain_text("stroke 1 of 2")
    # It glides there.
    until(lambda: middle(handle) == pytest.approx(first_stroke, abs=percent))
    # Within a percent of the drawing; its answer is of the moment before.
    until(lambda: 0.9 * first < sum(map(len, drawing_in(opened))) <= 1.02 * first)
    # The chart is about the whole drawing still, and nothing has moved.
    assert chart.evaluate(AXIS)[:2] == [begin, end]
    page.mouse.move(first_stroke, y)
    page.mouse.down()
    page.mouse.move((begin + first_stroke) / 2, y, steps=4)
    page.mouse.move(begin, y, steps=4)
    page.mouse.up()
    said = widget.locator(".digits-moment-words")
    expect(said).to_contain_text("Before the first stroke")
    handle.focus()
    page.keyboard.press("End")
    expect(said).to_contain_text("Drag on the chart")
    page.keyboard.press("ArrowLeft")
    expect(said).to_contain_text("stroke 2 of 2")
    page.keyboard.press("End")
    until(lambda: sum(map(len, drawing_in(opened))) == total)
    expect(opened.best).to_have_text("4")
