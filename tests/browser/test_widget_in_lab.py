"""The widget in a real JupyterLab, in a real browser, by mouse, finger and keys."""

from __future__ import annotations

import json

import numpy as np
import pytest
from playwright.sync_api import Browser, expect

from digits_widget.drawing import Drawing
from digits_widget.model_server.embedded import EmbeddedServer
from digits_widget.pipeline import PRESETS
from digits_widget.prediction import Prediction
from digits_widget.samples import sample
from digits_widget.serving import Client
from tests.browser.what_python_has import drawing_in, wait_for_points
from tools.lab import Lab
from tools.notebook_page import NotebookPage

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.timeout(240)]

OWN_THREADS = """
import threading
print(sum("digits" in thread.name for thread in threading.enumerate()))
"""

LINE = [(0.2, 0.2), (0.5, 0.5), (0.8, 0.8)]
OTHER_LINE = [(0.8, 0.2), (0.5, 0.5), (0.2, 0.8)]

PLAIN, WITH_ADDRESS, LOOP = range(3)
"""Numbers of the cells."""

CELLS = (
    "from digits_widget import DigitsWidget\nwidget = DigitsWidget()\nwidget",
    "widget = DigitsWidget(server=address)\nwidget",
    "import os\nwhile not os.path.exists('go'):\n    pass",
)


@pytest.fixture(scope="module")
def opened(lab: Lab, browser: Browser) -> NotebookPage:
    """Open the notebook that most scenarios share."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    return NotebookPage(page, lab, lab.notebook(CELLS))


def wait_for_end(notebook: NotebookPage, drawing: Drawing) -> None:
    """Wait until Python has the last point of all that the mouse drew."""
    for _ in range(1000):
        strokes = drawing_in(notebook).strokes
        if len(strokes) == len(drawing):
            distance = strokes[-1].points[-1] - drawing.strokes[-1].points[-1]
            if np.abs(distance).max() <= 1 / 280:
                return
    pytest.fail("the last point never came")


def test_ten_drawings_by_mouse_get_the_labels_of_the_python_road(
    notebook: NotebookPage, model_server: EmbeddedServer
) -> None:
    right = 0
    with Client(model_server.target) as client:
        for digit in range(10):
            notebook.draw(sample(digit))
            wait_for_end(notebook, sample(digit))
            drawn = json.loads(
                notebook.python(
                    "import json\n"
                    "answer = widget.wait()\n"
                    "print(json.dumps([widget.drawing.to_json(), answer.label]))"
                )
            )
            trace = PRESETS["mnist"](Drawing.from_json(drawn[0]))
            expected = client.predict(trace.tensor)
            assert isinstance(expected, Prediction)
            assert drawn[1] == expected.label
            expect(notebook.best).to_have_text(str(expected.label))
            right += expected.label == digit
            notebook.press("Clear")
            expect(notebook.best).not_to_be_attached()
    assert right >= 9


def test_undo_redo_and_clear(notebook: NotebookPage) -> None:
    notebook.drag(LINE)
    notebook.wait_for_ink(above=10_000)
    one = notebook.ink()
    notebook.drag(OTHER_LINE)
    notebook.wait_for_ink(above=one + 5_000)
    two = notebook.ink()
    notebook.press("Undo")
    notebook.wait_for_ink_like(one)
    notebook.press("Redo")
    notebook.wait_for_ink_like(two)
    notebook.press("Clear")
    notebook.wait_for_ink(below=1)
    expect(notebook.sentence).to_contain_text("Draw a digit")
    notebook.press("Undo")
    notebook.wait_for_ink_like(two)
    wait_for_points(notebook, 2 * len(LINE))


def test_ink_is_where_the_mouse_was(notebook: NotebookPage) -> None:
    points = [(x, 0.3 + 0.4 * x) for x in np.linspace(0.1, 0.9, 15).tolist()]
    notebook.drag(points)
    wait_for_points(notebook, len(points))
    (stroke,) = drawing_in(notebook)
    # A mouse stands on whole pixels; the paper has 280.
    assert np.abs(stroke.points - points).max() <= 1 / 280


def test_leaving_and_coming_back_goes_on_and_paints_no_line_between(
    notebook: NotebookPage,
) -> None:
    notebook.drag([(0.2, 0.5), (0.6, 0.5), (1.2, 0.5), (1.2, 0.9), (0.5, 0.9)])
    # The press, one move, and the edge; where it came back, and one move.
    wait_for_points(notebook, 3 + 2)
    out, back = drawing_in(notebook)
    assert out.points[-1].tolist() == pytest.approx([1, 0.5], abs=0.01)
    assert back.points[0].tolist() == pytest.approx([1, 0.9], abs=0.01)
    notebook.drag([(0.2, 0.2), (1.2, 0.2)])
    wait_for_points(notebook, 3 + 2 + 2)
    # A mouse without a pressed button draws nothing.
    notebook.page.mouse.move(0, 0)
    box = notebook.paper.bounding_box()
    assert box
    notebook.page.mouse.move(box["x"] + 100, box["y"] + 100)
    notebook.press("Undo")
    wait_for_points(notebook, 3 + 2, from_more=True)


def test_a_pixel_beyond_the_edge_does_not_end_the_stroke(
    notebook: NotebookPage,
) -> None:
    notebook.drag([(0.8, 0.5), (1 + 2 / 280, 0.55), (0.9, 0.6), (0.5, 0.7)])
    wait_for_points(notebook, 4)
    (stroke,) = drawing_in(notebook)
    assert stroke.points[1].tolist() == pytest.approx([1, 0.55], abs=0.01)


def test_a_release_beyond_the_edge_ends_the_stroke(notebook: NotebookPage) -> None:
    notebook.drag([(0.5, 0.5), (0.8, 0.5), (1.4, 0.5)])
    notebook.drag([(0.2, 0.2), (0.4, 0.2)])
    wait_for_points(notebook, 3 + 2)
    assert [len(stroke) for stroke in drawing_in(notebook)] == [3, 2]


def test_right_click_leaves_no_dot(notebook: NotebookPage) -> None:
    notebook.paper.click(button="right")
    notebook.page.keyboard.press("Escape")
    notebook.drag(LINE)
    wait_for_points(notebook, len(LINE))
    assert len(drawing_in(notebook)) == 1


def test_keys_undo_and_escape_leaves_the_paper(notebook: NotebookPage) -> None:
    notebook.drag(LINE)
    notebook.wait_for_ink(above=10_000)
    notebook.page.keyboard.press("Control+z")
    notebook.wait_for_ink(below=1)
    notebook.page.keyboard.press("Control+Shift+Z")
    notebook.wait_for_ink(above=10_000)
    notebook.page.keyboard.press("Escape")
    expect(notebook.widget.get_by_role("button", name="Undo")).to_be_focused()


def test_keys_belong_to_the_control_that_has_the_focus(notebook: NotebookPage) -> None:
    keys = notebook.page.keyboard
    cells = notebook.page.locator(".jp-Notebook .jp-Cell")
    count = cells.count()
    notebook.widget.get_by_role("button", name="More", exact=True).focus()
    keys.press("x")
    preset = notebook.widget.get_by_label("Preset")
    preset.focus()
    keys.press("ArrowDown")
    expect(preset).to_have_value("seed-2020")
    keys.press("ArrowUp")
    expect(preset).to_have_value("mnist")
    expect(cells).to_have_count(count)


def test_finger_draws_and_does_not_scroll(notebook: NotebookPage) -> None:
    notebook.paper.scroll_into_view_if_needed()
    box = notebook.paper.bounding_box()
    assert box
    client = notebook.page.context.new_cdp_session(notebook.page)

    def touch(kind: str, *places: tuple[float, float]) -> None:
        fingers = [
            {"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]}
            for x, y in places
        ]
        event = {"type": kind, "touchPoints": fingers}
        client.send("Input.dispatchTouchEvent", event)

    touch("touchStart", (0.5, 0.8))
    for step in range(1, 10):
        # From the second step on, a second finger rests on the paper.
        extra = [(0.1, 0.1)] if step > 2 else []
        touch("touchMove", (0.5, 0.8 - step * 0.06), *extra)
    touch("touchEnd")
    notebook.wait_for_ink(above=5_000)
    wait_for_points(notebook, 10)
    (stroke,) = drawing_in(notebook)
    assert stroke.points[:, 0] == pytest.approx(0.5, abs=0.01)
    moved = notebook.paper.bounding_box()
    assert moved == box


def test_reload_shows_the_drawing_again_and_draws_on(notebook: NotebookPage) -> None:
    # Otherwise the page asks for the widgets of every test before this one, too.
    notebook.restart_kernel()
    notebook.show_widget()
    notebook.drag(LINE)
    expect(notebook.best).to_be_attached()
    notebook.wait_for_ink(above=10_000)
    before = notebook.ink()
    sentence = notebook.sentence.inner_text()
    notebook.page.evaluate("jupyterapp.commands.execute('docmanager:save')")
    notebook.reload()
    notebook.wait_for_paper()
    notebook.wait_for_ink_like(before)
    expect(notebook.sentence).to_have_text(sentence)
    notebook.drag(OTHER_LINE)
    notebook.wait_for_ink(above=before + 5_000)
    wait_for_points(notebook, 2 * len(LINE))


def test_two_tabs_show_the_same_drawing(
    notebook: NotebookPage, lab: Lab, browser: Browser
) -> None:
    notebook.drag(LINE)
    notebook.wait_for_ink(above=10_000)
    one = notebook.ink()
    notebook.page.evaluate("jupyterapp.commands.execute('docmanager:save')")
    tab = browser.new_page(viewport={"width": 1280, "height": 900})
    name = notebook.page.url.rsplit("/", 1)[1].split("?")[0]
    second = NotebookPage(tab, lab, name)
    second.wait_for_paper()
    second.wait_for_ink_like(one)
    second.drag(OTHER_LINE)
    for page in (second, notebook):
        page.wait_for_ink(above=one + 5_000)
    notebook.page.bring_to_front()
    notebook.press("Undo")
    second.wait_for_ink_like(one)
    assert not second.errors
    tab.close()


def test_cell_that_runs_again_leaves_nothing_behind(
    notebook: NotebookPage, model_server: EmbeddedServer
) -> None:
    assert notebook.python("old = widget; print(old.comm is None)") == "False"
    port = model_server.target.rsplit(":", 1)[1]
    connections = (
        "import psutil; print([c.raddr.port for c in "
        f"psutil.Process().net_connections() if c.raddr].count({port}))"
    )
    for _ in range(3):
        notebook.show_widget()
        expect(notebook.sentence).to_contain_text("Draw a digit")
        notebook.drag(LINE)
        expect(notebook.best).to_be_attached()
    assert notebook.python(connections) == "1"
    assert notebook.python("print(old.comm is None)") == "True"
    # Threads end when nothing is drawn any more.
    for _ in range(1000):
        if notebook.python(OWN_THREADS) == "0":
            return
    pytest.fail("threads of the widget are still there")


def test_restarted_kernel_draws_after_the_cell_has_run_again(
    notebook: NotebookPage,
) -> None:
    notebook.restart_kernel()
    notebook.show_widget()
    notebook.draw(sample(2))
    expect(notebook.best).to_have_text("2")


def test_server_that_stops_and_comes_back(notebook: NotebookPage) -> None:
    with EmbeddedServer() as server:
        notebook.python(
            f"from digits_widget import DigitsWidget; address = {server.target!r}"
        )
        notebook.show_widget(WITH_ADDRESS)
        notebook.draw(sample(1))
        expect(notebook.best).to_have_text("1")
    status = notebook.widget.locator(".digits-problem")
    notebook.drag(OTHER_LINE)
    expect(status).to_contain_text(server.target)
    notebook.press("Clear")
    notebook.wait_for_ink(below=1)
    notebook.draw(sample(3))
    notebook.wait_for_ink(above=10_000)
    tiles = notebook.widget.locator(".digits-tiles img")
    expect(tiles).to_have_count(len(PRESETS["mnist"](sample(3))))
    expect(notebook.best).not_to_be_attached()
    with EmbeddedServer(port=int(server.target.rsplit(":", 1)[1])):
        expect(notebook.best).to_have_text("3")
        expect(status).not_to_be_attached()


def test_error_in_a_callback_is_shown_with_its_traceback(
    notebook: NotebookPage,
) -> None:
    notebook.python(
        "def broken(change):\n    raise RuntimeError('my own mistake')\n"
        "widget.observe(broken, 'prediction')"
    )
    notebook.drag(LINE)
    problem = notebook.widget.locator(".digits-problem")
    expect(problem).to_contain_text("RuntimeError: my own mistake")
    expect(problem.locator("pre")).not_to_be_visible()
    problem.locator("summary").click()
    expect(problem.locator("pre")).to_contain_text("in broken")


@pytest.mark.parametrize("comms", ["perCommTarget", "disabled"])
def test_2000_events_while_a_cell_loops_lose_and_double_nothing(
    comms: str, notebook: NotebookPage, lab: Lab, browser: Browser
) -> None:
    if comms == "disabled":
        lab.set(comms=comms)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        notebook = NotebookPage(page, lab, lab.notebook(CELLS))
        lab.set()
        notebook.show_widget()
    go = lab.notebooks / "go"
    go.unlink(missing_ok=True)
    notebook.run(LOOP)
    notebook.wait_until_busy()
    notebook.storm(strokes=20, moves=98)
    if comms == "perCommTarget":
        notebook.wait_for_ink(above=30_000)
    go.touch()
    notebook.wait_until_idle()
    wait_for_points(notebook, 99 * 20)
    notebook.python("widget.wait()")
    drawing = drawing_in(notebook)
    assert [len(stroke) for stroke in drawing] == [99] * 20
    assert all((np.diff(stroke.points[:, 0]) >= 0).all() for stroke in drawing)
    painted = notebook.ink()
    notebook.press("Clear")
    notebook.wait_for_ink(below=1)
    notebook.press("Undo")
    notebook.wait_for_ink_like(painted)


def test_dark_theme_keeps_the_paper_white_and_the_words_readable(
    notebook: NotebookPage,
) -> None:
    notebook.draw(sample(5))
    expect(notebook.best).to_be_attached()
    for theme in ("JupyterLab Dark", "JupyterLab Light"):
        notebook.page.evaluate(
            "theme => jupyterapp.commands.execute('apputils:change-theme', {theme})",
            theme,
        )
        light = "true" if theme.endswith("Light") else "false"
        attribute = f"document.body.dataset.jpThemeLight === '{light}'"
        notebook.page.wait_for_function(attribute)
        corner = "canvas => [...canvas.getContext('2d').getImageData(1, 1, 1, 1).data]"
        assert notebook.paper.evaluate(corner) == [255] * 4
        for words in (".digits-sentence", ".digits-tiles p", ".digits-hint div"):
            assert notebook.contrast(words) >= 4.5, (theme, words)
