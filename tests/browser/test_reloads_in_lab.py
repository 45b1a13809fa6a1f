"""Pages that come and go while ink flows, kernels that go, cells that run again."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from digits_widget.samples import sample
from digits_widget.widget.overlay import GONE
from tests.browser.what_python_has import wait_for_points
from tools.lab import Lab
from tools.notebook_page import NotebookPage

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.timeout(480)]

CELLS = ("from digits_widget import DigitsWidget\nwidget = DigitsWidget()\nwidget",)

LINE = [(x, 0.9) for x in (0.1, 0.5, 0.9)]

POINTS = sum(map(len, sample(8)))


@pytest.fixture
def opened(lab: Lab, browser: Browser) -> NotebookPage:
    """Open a notebook of its own for each scenario: they restart its kernel."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    return NotebookPage(page, lab, lab.notebook(CELLS))


def save(notebook: NotebookPage) -> None:
    notebook.page.evaluate("jupyterapp.commands.execute('docmanager:save')")


def sample_8(notebook: NotebookPage) -> int:
    """Put the sample 8 on the paper; return its ink."""
    notebook.python("from digits_widget import sample; widget.draw(sample(8))")
    notebook.wait_for_ink(above=10_000)
    return notebook.ink()


def draws(notebook: NotebookPage, *, whole: int) -> None:
    """Fail unless the drawing is on the paper, and a hand can go on with it."""
    notebook.wait_for_paper()
    notebook.wait_for_ink_like(whole)
    notebook.drag(LINE)
    notebook.wait_for_ink(above=whole + 5_000)
    wait_for_points(notebook, POINTS + len(LINE))


def test_a_reload_while_ink_is_replayed(notebook: NotebookPage) -> None:
    whole = sample_8(notebook)
    save(notebook)
    notebook.python("widget.replay(speed=0.3)")
    notebook.wait_for_ink(above=100, below=whole // 2)
    notebook.reload()
    draws(notebook, whole=whole)


def test_ten_quick_reloads_while_ink_is_replayed(notebook: NotebookPage) -> None:
    whole = sample_8(notebook)
    save(notebook)
    notebook.python("widget.replay(speed=0.1)")
    for _ in range(10):
        notebook.page.reload(wait_until="domcontentloaded")
        notebook.page.wait_for_timeout(700)
    notebook.reload()
    notebook.wait_for_paper()
    notebook.python("widget.undo()\nwidget.redo()")
    draws(notebook, whole=whole)


def test_a_second_browser_opens_the_notebook_while_the_first_draws(
    notebook: NotebookPage, lab: Lab, browser: Browser
) -> None:
    whole = sample_8(notebook)
    save(notebook)
    notebook.python("widget.replay(speed=0.2)")
    notebook.wait_for_ink(above=100, below=whole // 2)
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    name = notebook.page.url.rsplit("/", 1)[1].split("?")[0]
    second = NotebookPage(context.new_page(), lab, name)
    second.wait_for_paper()
    draws(second, whole=whole)
    notebook.wait_for_ink(above=whole + 5_000)
    notebook.page.bring_to_front()
    notebook.press("Undo")
    for page in (notebook, second):
        page.wait_for_ink_like(whole)
    assert not second.errors
    context.close()


def test_a_command_that_fails_is_made_good_by_itself(notebook: NotebookPage) -> None:
    whole = sample_8(notebook)
    # A canvas that this page has never heard of: the chain of commands breaks there.
    notebook.python(
        "import ipycanvas\n"
        "stranger = ipycanvas.Canvas(width=8, height=8)\n"
        "stranger.close()\n"
        "stranger.fill_rect(0, 0, 8)"
    )
    notebook.drag(LINE)
    notebook.wait_for_ink(above=whole + 5_000)
    notebook.press("Undo")
    notebook.wait_for_ink_like(whole)


def test_a_kernel_that_restarts_leaves_one_sentence_and_so_does_a_reload(
    notebook: NotebookPage,
) -> None:
    page = notebook.page
    sentence = page.get_by_text(GONE).filter(visible=True)
    sample_8(notebook)
    expect(sentence).to_have_count(0)
    save(notebook)
    notebook.restart_kernel()
    expect(sentence).to_have_count(1)
    icons = notebook.widget.locator(".jupyter-widgets-disconnected").evaluate_all(
        "all => all.filter(each => "
        "getComputedStyle(each, '::before').content !== 'none').length"
    )
    assert icons == 0
    notebook.reload()
    expect(sentence).to_have_count(1)
    expect(page.get_by_text("model not found").filter(visible=True)).to_have_count(0)
    notebook.errors.clear()
    notebook.show_widget()
    expect(sentence).to_have_count(0)
    notebook.draw(sample(2))
    expect(notebook.best).to_have_text("2")


def test_cells_that_run_again_leave_no_models_and_no_threads(
    notebook: NotebookPage,
) -> None:
    models = (
        "jupyterapp.shell.currentWidget.content.rendermime"
        ".getFactory('application/vnd.jupyter.widget-view+json') && "
        "document.querySelectorAll('.digits-widget').length"
    )
    in_kernel = (
        "from ipywidgets.widgets.widget import _instances\n"
        "import gc, threading\ngc.collect()\n"
        "print(len(_instances), threading.active_count())"
    )

    def run() -> tuple[int, int]:
        notebook.show_widget()
        notebook.drag(LINE)
        expect(notebook.best).to_be_attached()
        notebook.press("More")
        notebook.press("Dithering")
        # The kernel builds the panel beside the cells: what is counted before is less.
        expect(notebook.widget.locator(".digits-sheet button").first).to_be_visible()
        return counts()

    def counts() -> tuple[int, int]:
        widgets, threads = map(int, notebook.python(in_kernel).split())
        return widgets, threads

    first = run()
    for _ in range(5):
        run()
    assert notebook.page.evaluate(models) == 1
    for _ in range(120):
        widgets, threads = counts()
        if widgets <= first[0] and threads <= first[1]:
            return
        notebook.page.wait_for_timeout(250)
    pytest.fail(f"got {widgets} widgets and {threads} threads, at first {first}")
