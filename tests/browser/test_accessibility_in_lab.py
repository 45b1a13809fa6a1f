"""Axe, an automatic check of accessibility, finds nothing in any panel."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from digits_widget.samples import sample
from tools.lab import Lab
from tools.notebook_page import NotebookPage
from tools.screenshots import NAMED, PANELS, THEMES

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.timeout(240)]

CHECKED = {"rules": {"target-size": {"enabled": True}}}
"""Beside axe's usual rules, WCAG 2.2's targets of 24 pixels."""


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_in_any_panel(lab: Lab, browser: Browser, theme: str) -> None:
    lab.set(theme=THEMES[theme])
    page = browser.new_page(viewport={"width": 1366, "height": 1200})
    notebook = NotebookPage(page, lab, lab.notebook([NAMED]))
    lab.set()
    notebook.show_widget()
    notebook.draw(sample(5))
    expect(notebook.best).to_have_text("5")
    for name, words in PANELS.items():
        notebook.press(name)
        panel = notebook.widget.locator(".digits-tabs")
        expect(panel).to_contain_text(words)
        expect(panel.locator(".digits-stale")).to_have_count(0)
        found = Axe().run(page, ".digits-widget", CHECKED).response["violations"]
        assert not found, f"{name}: {[(each['id'], each['nodes']) for each in found]}"
    page.close()


SEEN = """(panel, [places, property]) => [...panel.querySelectorAll(places)]
  .map(place => getComputedStyle(place)[property])"""
"""How the system's own colours leave each of these places."""

PLAIN = {"rgba(0, 0, 0, 0)", "rgb(255, 255, 255)", "rgb(0, 0, 0) none"}


def test_bars_and_marks_are_seen_with_the_systems_own_colours(
    lab: Lab, browser: Browser
) -> None:
    page = browser.new_page(viewport={"width": 1366, "height": 1200})
    page.emulate_media(forced_colors="active")
    notebook = NotebookPage(page, lab, lab.notebook([NAMED]))
    notebook.show_widget()
    notebook.draw(sample(5))
    expect(notebook.best).to_have_text("5")
    notebook.press("Inside")
    widget = notebook.widget
    expect(widget.locator(".digits-sums")).to_be_visible()

    def seen(places: str, what: str) -> set[str]:
        return set(widget.evaluate(SEEN, [places, what]))

    bars = seen(".digits-track > div, .digits-sum-bar > div", "backgroundColor")
    assert bars
    assert not bars & PLAIN
    assert seen(".digits-map-mark", "outlineStyle") == {"solid"}
    (line,) = seen(".digits-tab-bar .mod-active", "borderBottomColor")
    others = seen(".digits-tab-bar button:not(.mod-active)", "borderBottomStyle")
    assert line not in PLAIN
    assert (line, "solid") not in {
        (colour, style)
        for colour in seen(
            ".digits-tab-bar button:not(.mod-active)", "borderBottomColor"
        )
        for style in others
    }
    page.close()
