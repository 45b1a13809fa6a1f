"""The page of lesson 8, inside the lesson: drawn on with the mouse, and read."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Locator, expect

from digits_widget.samples import sample
from tools.lab import Lab
from tools.lessons import COURSE, Lesson
from tools.notebook_page import NotebookPage

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.timeout(240)]

LESSON = Lesson(COURSE[8])


def test_a_digit_drawn_on_the_page_is_read(lab: Lab, browser: Browser) -> None:
    codes = [cell.source for cell in LESSON.notebook.cells if cell.cell_type == "code"]
    (shown,) = (place for place, code in enumerate(codes) if "IFrame" in code)
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    notebook = NotebookPage(page, lab, lab.notebook(codes[: shown + 1]))
    for place in range(shown + 1):
        notebook.run(place)
    frame = page.frame_locator("iframe[src^='http://127.0.0.1']")
    pad, answer = frame.locator("#pad"), frame.locator("#answer")
    expect(answer).to_have_text("Draw a digit.")
    for stroke in sample(7):
        draw(pad, stroke.points.tolist())
    expect(answer).to_have_text(re.compile(r"7, \d+ %"))
    frame.get_by_role("button", name="Clear").click()
    expect(answer).to_have_text("Draw a digit.")
    notebook.python("backend.terminate(); backend.wait()")
    draw(pad, [(0.5, 0.2), (0.5, 0.8)])
    expect(answer).to_have_text("The backend does not answer.")
    notebook.python("import shutil; shutil.rmtree(folder)")
    assert not notebook.errors
    page.close()


def draw(pad: Locator, points: list[tuple[float, float]]) -> None:
    """Draw a stroke with the mouse on a canvas in a frame, by shares of its side."""
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box
    mouse = pad.page.mouse
    for place, (x, y) in enumerate(points):
        mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
        if place == 0:
            mouse.down()
    mouse.up()
