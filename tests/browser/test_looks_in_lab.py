"""Every panel, narrow and wide, light and dark: readable, whole and named."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from digits_widget.samples import sample
from tests.browser.looks import assert_good
from tools.lab import Lab
from tools.notebook_page import NotebookPage
from tools.screenshots import NAMED, PANELS, THEMES

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.timeout(240)]

NARROW, WIDE = 720, 1280
"""Of the window. JupyterLab leaves 350 pixels of the narrow one, 850 of the other."""

FOLDS = {
    "More": ".digits-load",
    "Over time": ".digits-growth",
    "Temperature": ".digits-says .noUi-handle",
    "Compare with …": ".digits-small",
    "Change the steps": ".digits-step",
    "Copy as Python": ".digits-code pre",
    "Look at the pixels": ".digits-neighbours",
    "Is this like the training data?": ".digits-gauges",
}
"""What is folded away at first, and what is there once it is open."""


@pytest.fixture(scope="module", params=THEMES)
def opened(
    lab: Lab, browser: Browser, request: pytest.FixtureRequest
) -> Iterator[NotebookPage]:
    """Open a notebook with one drawn widget, in a theme."""
    lab.set(theme=THEMES[request.param])
    page = browser.new_page(viewport={"width": WIDE, "height": 1600})
    notebook = NotebookPage(page, lab, lab.notebook([NAMED]))
    lab.set()
    notebook.show_widget()
    notebook.draw(sample(3))
    expect(notebook.best).to_have_text("3")
    yield notebook
    assert not notebook.errors
    page.close()


@pytest.fixture(params=[NARROW, WIDE])
def notebook(opened: NotebookPage, request: pytest.FixtureRequest) -> NotebookPage:
    """Make the window narrow or wide."""
    opened.page.set_viewport_size({"width": request.param, "height": 1600})
    return opened


def test_what_is_folded_away_looks_good_when_it_is_open(
    notebook: NotebookPage,
) -> None:
    assert_good(notebook.widget)
    for name, there in FOLDS.items():
        notebook.press(name)
        expect(notebook.widget.locator(there).first).to_be_attached()
        assert_good(notebook.widget)
        notebook.press(name)


@pytest.mark.parametrize("name", PANELS)
def test_panel_looks_good(name: str, notebook: NotebookPage) -> None:
    notebook.press(name)
    panel = notebook.widget.locator(".digits-tabs")
    expect(panel).to_contain_text(PANELS[name])
    assert_good(panel)
    row = panel.locator(".digits-tab-bar button")
    tops = {round(box["y"]) for each in row.all() if (box := each.bounding_box())}
    assert len(tops) == 1


def test_a_button_that_is_on_says_so(notebook: NotebookPage) -> None:
    pen = notebook.widget.get_by_role("button", name="Pen", exact=True)
    eraser = notebook.widget.get_by_role("button", name="Erase ink", exact=True)
    expect(pen).to_have_attribute("aria-pressed", "true")
    places = [pen.bounding_box(), eraser.bounding_box()]
    eraser.click()
    expect(pen).to_have_attribute("aria-pressed", "false")
    expect(eraser).to_have_attribute("aria-pressed", "true")
    # Heavy words are no wider, so that nothing moves.
    assert [pen.bounding_box(), eraser.bounding_box()] == places
    pen.click()
    expect(eraser).to_have_attribute("aria-pressed", "false")


def test_a_button_for_files_is_called_once(notebook: NotebookPage) -> None:
    notebook.press("More")
    load = notebook.widget.get_by_role("button", name="Load a file", exact=True)
    # Its own text has a number, of files that are never kept: only ours is seen.
    expect(load).to_have_css("font-size", "0px")
    notebook.press("More")


def test_tab_goes_through_the_pixels_and_on(notebook: NotebookPage) -> None:
    notebook.press("Steps")
    notebook.press("Look at the pixels")
    picture = notebook.widget.get_by_role("combobox", name="Picture", exact=True)
    pixels = notebook.widget.get_by_role("application", name="Pixels")
    picture.focus()
    notebook.page.keyboard.press("Tab")
    expect(pixels).to_be_focused()
    notebook.page.keyboard.press("Tab")
    expect(pixels).not_to_be_focused()
    notebook.press("Look at the pixels")
