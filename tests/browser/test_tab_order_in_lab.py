"""Tab goes as docs/how-to/keyboard.md says, and arrows go through the sheet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from digits_widget.dithering import CATALOGUE
from digits_widget.insight.contact_sheet import NONE
from digits_widget.samples import sample
from tools.lab import Lab
from tools.notebook_page import NotebookPage
from tools.screenshots import NAMED, PANELS

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.timeout(240)]

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "keyboard.md"

FOCUSED = """() => {
  const here = document.activeElement;
  if (!here.closest(".digits-widget")) return null;
  return here.tagName === "BUTTON" ? here.innerText.trim().split("\\n")[0] : "";
}"""
"""The words on a button, nothing for another control, null outside the widget."""

BEFORE_THE_WIDGET = "widget => { widget.tabIndex = -1; widget.focus(); }"
MOST = 60
"""More than a panel has places."""

# One panel shows a line of its own once it knows more.
READY = {
    "Steps": ".digits-tile",
    "Inside": ".digits-maps",
    "Dithering": f'.digits-sheet button[data-value="{NONE}"]',
    "Compare": ".digits-bars",
    "Why": ".digits-line",
    "Wire": ".digits-facts",
}


@pytest.fixture(scope="module")
def opened(lab: Lab, browser: Browser) -> Iterator[NotebookPage]:
    """Open a notebook with one drawn widget."""
    page = browser.new_page(viewport={"width": 1280, "height": 1600})
    notebook = NotebookPage(page, lab, lab.notebook([NAMED]))
    notebook.show_widget()
    notebook.draw(sample(3))
    expect(notebook.best).to_have_text("3")
    undo = notebook.widget.get_by_role("button", name="Undo", exact=True)
    expect(undo).to_be_enabled()
    yield notebook
    assert not notebook.errors
    page.close()


def documented(panel: str) -> list[str]:
    """Read from the page which buttons Tab comes to, in which order."""
    text = PAGE.read_text(encoding="utf-8")
    listed = re.findall(r"^\d\. (.*)$", text, re.MULTILINE)
    (row,) = re.findall(rf"^\| {panel} \| (.*) \|$", text, re.MULTILINE)
    words = re.findall(r"`([^`]+)`", " ".join([*listed, row]))
    # There is nothing to bring back.
    return [word for word in words if word != "Redo"]


def walk(notebook: NotebookPage) -> list[str]:
    """Press Tab through the widget; give the words on its buttons."""
    notebook.widget.evaluate(BEFORE_THE_WIDGET)
    words: list[str] = []
    for _ in range(MOST):
        notebook.page.keyboard.press("Tab")
        found = notebook.page.evaluate(FOCUSED)
        if found is None:
            return [word for word in words if word]
        words.append(found)
    return pytest.fail(f"Tab never leaves the widget: {words}")


@pytest.mark.parametrize("panel", PANELS)
def test_tab_goes_as_the_page_says(opened: NotebookPage, panel: str) -> None:
    opened.press(panel)
    expect(opened.widget.locator(READY[panel]).first).to_be_visible()
    # All tiles are one place, and the picked one is found first.
    found = [word for word in walk(opened) if word != NONE]
    assert found == documented(panel)


def test_shift_and_tab_go_back_through_the_paper(opened: NotebookPage) -> None:
    press = opened.page.keyboard.press
    opened.widget.get_by_role("button", name="Undo", exact=True).focus()
    press("Shift+Tab")
    expect(opened.paper).to_be_focused()
    press("Space")
    press("Shift+Tab")
    expect(opened.paper).not_to_be_focused()
    assert opened.page.evaluate(FOCUSED) is None
    # Python has heard that the keys have gone: the pen is up.
    expect(opened.widget.locator(".digits-cell")).not_to_be_visible()
    opened.press("Undo")


def tile(notebook: NotebookPage, place: int) -> Locator:
    return notebook.widget.locator(".digits-sheet button").nth(place)


def test_arrows_go_through_the_sheet(opened: NotebookPage) -> None:
    opened.press("Dithering")
    press = opened.page.keyboard.press
    last = len(CATALOGUE)
    tile(opened, 0).focus()
    for key, place in (
        ("ArrowLeft", 0),
        ("ArrowRight", 1),
        ("ArrowRight", 2),
        ("ArrowLeft", 1),
        ("End", last),
        ("ArrowDown", last),
        ("Home", 0),
    ):
        press(key)
        expect(tile(opened, place)).to_be_focused()
    press("ArrowDown")
    below = opened.page.evaluate("document.activeElement.getBoundingClientRect().x")
    first = tile(opened, 0).bounding_box()
    assert first
    assert below == pytest.approx(first["x"])
    press("ArrowUp")
    expect(tile(opened, 0)).to_be_focused()


def test_tab_finds_the_tile_that_is_picked(opened: NotebookPage) -> None:
    opened.press("Dithering")
    press = opened.page.keyboard.press
    tile(opened, 2).focus()
    press("Space")
    expect(tile(opened, 2)).to_have_attribute("aria-pressed", "true")
    press("ArrowRight")
    expect(tile(opened, 3)).to_be_focused()
    press("Shift+Tab")
    expect(opened.widget.get_by_role("button", name="Your own")).to_be_focused()
    press("Tab")
    expect(tile(opened, 2)).to_be_focused()
    tile(opened, 0).click()
