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
        found = Axe().run(page, context=".digits-widget").response["violations"]
        assert not found, f"{name}: {[(each['id'], each['nodes']) for each in found]}"
    page.close()
