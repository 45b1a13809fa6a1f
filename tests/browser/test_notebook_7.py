"""The widget in Notebook 7: the same server, another page."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Browser, expect

from digits_widget.samples import sample
from tools.lab import PATIENCE, Lab
from tools.notebook_page import drag

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.timeout(240)]

CELL = "from digits_widget import DigitsWidget\nDigitsWidget()"

RUNS = re.compile(r"\[(\*|\d+)\]:")
"""The prompt of a cell that is at work, or has been."""


def test_a_drawing_is_answered_in_notebook_7(lab: Lab, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1000, "height": 1000})
    page.set_default_timeout(PATIENCE)
    page.goto(f"{lab.url}/notebooks/{lab.notebook([CELL])}")
    # Before its kernel is there, a notebook runs nothing.
    kernel = page.locator(".jp-Notebook-ExecutionIndicator")
    expect(kernel).to_have_attribute("data-status", "idle")
    cell = page.locator(".jp-Notebook .jp-CodeCell").first
    run = page.get_by_role("button", name="Run this cell and advance (Shift+Enter)")
    deadline = time.monotonic() + PATIENCE / 1000
    while not RUNS.match(cell.locator(".jp-InputPrompt").inner_text().strip()):
        assert time.monotonic() < deadline, "no click ran the cell"
        # Right after the page has come, a click may only advance to the next cell.
        cell.click()
        run.click()
        page.wait_for_timeout(200)
    paper = page.locator(".digits-paper canvas")
    expect(paper).to_be_visible()
    page.wait_for_function(
        "canvas => canvas.getContext('2d').getImageData(1, 1, 1, 1).data[3] == 255",
        arg=paper.element_handle(),
    )
    for stroke in sample(3):
        drag(paper, stroke.points.tolist())
    best = page.locator(".digits-bars:not(.digits-stale) .digits-best th")
    expect(best).to_have_text("3")
    page.close()
