"""Which keys stay on the paper, and which go on to the page."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.what_python_has import drawing_in, wait_for_points
from tools.lab import Lab
from tools.notebook_page import NotebookPage

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.timeout(240)]

CELLS = (
    "from digits_widget import DigitsWidget\nwidget = DigitsWidget()\nwidget",
    "count = globals().get('count', 0) + 1",
    "",
)

LINE = [(0.2, 0.5), (0.5, 0.5), (0.8, 0.5)]

ACTIVE = "jupyterapp.shell.currentWidget.content.activeCellIndex"


@pytest.fixture(scope="module")
def opened(lab: Lab, browser: Browser) -> NotebookPage:
    """Open the notebook that the scenarios share."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    return NotebookPage(page, lab, lab.notebook(CELLS))


@pytest.fixture
def drawn(notebook: NotebookPage) -> NotebookPage:
    """Draw a line with the mouse: the paper has the focus."""
    notebook.drag(LINE)
    wait_for_points(notebook, len(LINE))
    expect(notebook.paper).to_be_focused()
    return notebook


def test_shift_enter_runs_the_cell_and_inks_nothing(drawn: NotebookPage) -> None:
    page = drawn.page
    old = drawn.widget.element_handles()
    page.evaluate(f"{ACTIVE} = 0")
    drawn.python("before = widget")
    drawn.paper.focus()
    drawn.drag([(0.2, 0.2), (0.4, 0.2)])
    drawn.page.keyboard.press("Shift+Enter")
    for element in old:
        element.wait_for_element_state("hidden")
    drawn.wait_for_paper()
    assert page.evaluate(ACTIVE) == 1
    assert drawn.python("print([len(s) for s in before.drawing])") == "[3, 2]"


def test_control_s_saves(drawn: NotebookPage) -> None:
    dirty = "jupyterapp.shell.currentWidget.context.model.dirty"
    drawn.page.evaluate(f"{dirty} = true")
    drawn.page.keyboard.press("Control+s")
    drawn.page.wait_for_function(f"!{dirty}")
    assert len(drawing_in(drawn)) == 1


def test_arrows_go_from_cell_to_cell_after_a_mouse(drawn: NotebookPage) -> None:
    page = drawn.page
    page.evaluate(f"{ACTIVE} = 0")
    drawn.drag([(0.2, 0.2), (0.4, 0.2)])
    page.keyboard.press("ArrowDown")
    page.wait_for_function(f"{ACTIVE} === 1")
    page.keyboard.press("Space")
    wait_for_points(drawn, len(LINE) + 2)
    expect(drawn.widget.locator(".digits-cell")).not_to_be_visible()


def test_f5_is_the_browsers(drawn: NotebookPage) -> None:
    # A headless browser does not reload: check that the page left it the key.
    drawn.page.evaluate(
        """() => window.addEventListener("keydown", event => {
          window.lastKey = {key: event.key, taken: event.defaultPrevented};
        })"""
    )
    for by_keyboard in (False, True):
        if by_keyboard:
            drawn.paper.blur()
            drawn.paper.focus()
        drawn.page.keyboard.press("F5")
        assert drawn.page.evaluate("lastKey") == {"key": "F5", "taken": False}
    drawn.page.keyboard.press("ArrowUp")
    # It stayed on the paper, which was reached by script, as by keyboard.
    assert drawn.page.evaluate("lastKey.key") == "F5"


@pytest.mark.parametrize("undo", ["Control+z", "Meta+z"])
def test_undo_is_the_papers_own_also_after_a_mouse(
    drawn: NotebookPage, undo: str
) -> None:
    drawn.page.keyboard.press(undo)
    wait_for_points(drawn, 0, from_more=True)
    drawn.page.keyboard.press(undo.replace("z", "Shift+Z"))
    wait_for_points(drawn, len(LINE))


def test_escape_leaves_the_paper_after_a_mouse(drawn: NotebookPage) -> None:
    drawn.page.keyboard.press("Escape")
    expect(drawn.widget.get_by_role("button", name="Undo")).to_be_focused()


def test_by_tab_the_paper_keeps_its_keys_and_only_those(
    notebook: NotebookPage,
) -> None:
    keys, page = notebook.page.keyboard, notebook.page
    notebook.drag(LINE)
    notebook.page.evaluate(f"{ACTIVE} = 0")
    undo = notebook.widget.get_by_role("button", name="Undo")
    expect(undo).to_be_enabled()
    undo.focus()
    keys.press("Shift+Tab")
    expect(notebook.paper).to_be_focused()
    cell = notebook.widget.locator(".digits-cell")
    expect(cell).to_be_visible()
    for key in ("Space", "ArrowRight", "Shift+ArrowDown", "Enter"):
        keys.press(key)
    wait_for_points(notebook, len(LINE) + 3)
    assert page.evaluate(ACTIVE) == 0
    dirty = "jupyterapp.shell.currentWidget.context.model.dirty"
    page.evaluate(f"{dirty} = true")
    keys.press("Control+s")
    page.wait_for_function(f"!{dirty}")
    keys.press("Space")
    keys.press("ArrowRight")
    keys.press("Tab")
    expect(undo).to_be_focused()
    wait_for_points(notebook, len(LINE) + 3 + 2)
    # The pen was lifted on leaving.
    assert notebook.python("print(widget._controller.pointer)") == "None"
    keys.press("Shift+Tab")
    old = notebook.widget.element_handles()
    keys.press("Shift+Enter")
    for element in old:
        element.wait_for_element_state("hidden")
    notebook.wait_for_paper()


def test_the_mode_stays_when_the_window_comes_back(drawn: NotebookPage) -> None:
    drawn.page.evaluate(
        """() => {
          const canvas = document.activeElement;
          window.dispatchEvent(new Event("blur"));
          canvas.blur();
          canvas.focus();
          window.dispatchEvent(new Event("focus"));
        }"""
    )
    expect(drawn.widget.locator(".digits-cell")).not_to_be_visible()
    drawn.page.keyboard.press("ArrowUp")
    expect(drawn.widget.locator(".digits-cell")).not_to_be_visible()
