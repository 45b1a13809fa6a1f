"""The paper and its tools in a real JupyterLab: by mouse, by keys, over restarts."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from digits_widget.drawing import Drawing
from digits_widget.samples import sample
from digits_widget.widget.canvas.cursor import GRID
from tests.browser.what_python_has import drawing_in, wait_for_points
from tests.photos import SCENES, photograph
from tools.lab import Lab
from tools.notebook_page import NotebookPage

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.timeout(240)]

PLAIN, ALONE, KEPT = range(3)
"""Numbers of the cells."""

CELLS = (
    "from digits_widget import DigitsWidget\nwidget = DigitsWidget()\nwidget",
    "widget.canvas",
    "from digits_widget import DigitsWidget\nwidget = DigitsWidget(key='kept')\nwidget",
)

UPPER, LOWER = ([(x, y) for x in (0.2, 0.5, 0.8)] for y in (0.3, 0.7))


@pytest.fixture(scope="module")
def opened(lab: Lab, browser: Browser) -> NotebookPage:
    """Open the notebook that the scenarios share."""
    page = browser.new_page(viewport={"width": 1280, "height": 1200})
    return NotebookPage(page, lab, lab.notebook(CELLS))


def test_ink_is_seen_before_python_has_heard_of_it(notebook: NotebookPage) -> None:
    seen = notebook.paper.evaluate(
        """canvas => {
          const {left, top, width, height} = canvas.getBoundingClientRect();
          const send = (kind, x, y) => canvas.dispatchEvent(new MouseEvent(kind, {
            clientX: left + x * width, clientY: top + y * height, bubbles: true,
          }));
          send("mousedown", 0.25, 0.5);
          send("mousemove", 0.75, 0.5);
          // No message has left the page yet: this is one turn of its loop.
          const {children: [line]} = canvas.parentElement.querySelector(".digits-wet");
          const place = line.ownerSVGElement.createSVGPoint();
          [place.x, place.y] = [0.5, 0.5];
          const there = line.isPointInStroke(place);
          send("mouseup", 0.75, 0.5);
          return there;
        }"""
    )
    assert seen
    wait_for_points(notebook, 2)
    notebook.wait_for_ink(above=5_000)
    # Python's ink has taken its place.
    expect(notebook.widget.locator(".digits-wet > *")).to_have_count(0)


FAST = """(canvas, [count, interval]) => {
  const {left, top, width, height} = canvas.getBoundingClientRect();
  const at = number => ({
    bubbles: true, pointerType: "mouse", buttons: 1,
    clientX: left + Math.round((0.2 + 0.6 * number / count) * width),
    clientY: top + Math.round((0.5 - 0.3 * Math.sin(3 * number / count)) * height),
  });
  const stamped = (event, number) =>
    Object.defineProperty(event, "timeStamp", {value: 1000 + number * interval});
  const coalescedEvents = Array.from({length: count}, (_, before) =>
    stamped(new PointerEvent("pointermove", at(before + 1)), before + 1));
  const send = (event, number) => canvas.dispatchEvent(stamped(event, number));
  send(new MouseEvent("mousedown", at(0)), 0);
  const move = new PointerEvent("pointermove", {...at(count), coalescedEvents});
  send(move, count);
  send(new MouseEvent("mousemove", at(count)), count);
  const {children: [line]} = canvas.parentElement.querySelector(".digits-wet");
  const places = line.places.slice(1);
  send(new MouseEvent("mouseup", at(count)), count);
  return places;
}"""
"""Draws a bow within one frame, as a fast mouse does; gives the places of its ink."""


@pytest.mark.parametrize(
    ("count", "interval", "kept"), [(1, 16, 1), (2, 8, 2), (4, 4, 4), (16, 1, 4)]
)
def test_a_fast_stroke_has_the_points_between_two_frames(
    notebook: NotebookPage, count: int, interval: int, kept: int
) -> None:
    places = np.array(notebook.paper.evaluate(FAST, [count, interval]))
    assert len(places) == 1 + kept
    wait_for_points(notebook, 1 + kept)
    (stroke,) = drawing_in(notebook)
    # Python has what is seen, from end to end, and evenly between.
    assert stroke.points == pytest.approx(places, abs=1e-4)
    assert places[:, 0] == pytest.approx(np.linspace(0.2, 0.8, 1 + kept), abs=0.01)


def test_the_stroke_eraser_takes_whole_strokes_and_undo_brings_them_back(
    notebook: NotebookPage,
) -> None:
    notebook.drag(UPPER)
    notebook.wait_for_ink(above=5_000)
    one = notebook.ink()
    notebook.drag(LOWER)
    notebook.wait_for_ink(above=one + 5_000)
    notebook.press("Erase strokes")
    notebook.drag([(0.5, 0.5), (0.5, 0.9)])
    notebook.wait_for_ink_like(one)
    wait_for_points(notebook, len(UPPER), from_more=True)
    notebook.press("Undo")
    notebook.wait_for_ink_like(2 * one)


def test_the_ink_eraser_bares_the_paper(notebook: NotebookPage) -> None:
    notebook.drag(UPPER)
    notebook.wait_for_ink(above=5_000)
    one = notebook.ink()
    notebook.press("Erase ink")
    notebook.drag([(0.5, 0.1), (0.5, 0.5)])
    notebook.wait_for_ink(above=1_000, below=one - 1_000)
    wait_for_points(notebook, len(UPPER) + 2)
    assert [stroke.ink for stroke in drawing_in(notebook)] == [True, False]
    notebook.press("Undo")
    notebook.wait_for_ink_like(one)


def test_keys_alone_draw_a_digit_and_leave(notebook: NotebookPage) -> None:
    keys = notebook.page.keyboard
    notebook.paper.focus()
    for _ in range(2):
        keys.press("Shift+ArrowUp")
    keys.press("Space")
    for _ in range(4):
        keys.press("Shift+ArrowDown")
    keys.press("Space")
    expect(notebook.best).to_have_text("1")
    wait_for_points(notebook, 5)
    (stroke,) = drawing_in(notebook)
    assert stroke.points[:, 0] == pytest.approx((GRID // 2 + 0.5) / GRID)
    cell = notebook.widget.locator(".digits-cell")
    expect(cell).to_be_visible()
    keys.press("Tab")
    expect(notebook.widget.get_by_role("button", name="Undo")).to_be_focused()
    expect(cell).not_to_be_visible()
    keys.press("Shift+Tab")
    expect(notebook.paper).to_be_focused()
    keys.press("Control+z")
    notebook.wait_for_ink(below=1)


def test_the_cell_of_the_keys_is_never_under_the_hand_of_a_mouse(
    notebook: NotebookPage,
) -> None:
    shown = notebook.widget.locator(".digits-cell, .digits-keys-help")
    notebook.paper.focus()
    expect(shown.first).to_be_visible()
    notebook.drag(UPPER)
    for each in shown.all():
        expect(each).not_to_be_visible()
    # The mouse has it now: an arrow goes on to the page.
    notebook.page.keyboard.press("ArrowUp")
    for each in shown.all():
        expect(each).not_to_be_visible()
    expect(notebook.widget.get_by_role("button", name="Undo")).to_be_enabled()
    notebook.paper.focus()
    notebook.page.keyboard.press("Tab")
    notebook.page.keyboard.press("Shift+Tab")
    for each in shown.all():
        expect(each).to_be_visible()


def test_samples_guides_and_files(notebook: NotebookPage, tmp_path: Path) -> None:
    widget = notebook.widget
    notebook.press("4")
    notebook.press("More")
    notebook.wait_for_ink(above=5_000)
    ink = notebook.ink()
    notebook.press("Guides")
    expect(widget.locator(".digits-guided")).to_be_visible()
    assert notebook.ink() == ink
    # One click saves it, also the second time.
    for _ in range(2):
        with notebook.page.expect_download() as download:
            notebook.press("JSON")
        assert Drawing.load(download.value.path()) == sample(4)
    with notebook.page.expect_download() as download:
        widget.get_by_role("link", name="Save digit.json").click()
    assert Drawing.load(download.value.path()) == sample(4)
    wrong, mine = tmp_path / "wrong.json", tmp_path / "mine.json"
    wrong.write_text("{}")
    mine.write_text(sample(7).to_json())

    def choose(file: Path) -> None:
        with notebook.page.expect_file_chooser() as chooser:
            widget.get_by_role("button", name="Load").click()
        chooser.value.set_files(file)

    choose(wrong)
    expect(widget.locator(".digits-problem")).to_contain_text("wrong.json")
    assert drawing_in(notebook) == sample(4)
    choose(mine)
    expect(widget.locator(".digits-problem")).not_to_be_attached()
    assert drawing_in(notebook) == sample(7)


HAND_OVER = """(canvas, [kind, name, data]) => {
  const files = new DataTransfer();
  const bytes = Uint8Array.from(atob(data), letter => letter.charCodeAt(0));
  files.items.add(new File([bytes], name));
  const options = {bubbles: true, cancelable: true};
  const event = kind === "paste"
    ? new ClipboardEvent(kind, {...options, clipboardData: files})
    : new DragEvent(kind, {...options, dataTransfer: files});
  return canvas.dispatchEvent(event);
}"""


@pytest.mark.parametrize("kind", ["drop", "paste"])
def test_a_photo_that_is_dropped_or_pasted_is_read(
    notebook: NotebookPage, kind: str
) -> None:
    buffer = io.BytesIO()
    Image.fromarray(photograph(3, SCENES["pen"])).save(buffer, "JPEG")
    data = base64.b64encode(buffer.getvalue()).decode()
    widget = notebook.widget
    # The page does with the file what it wants, and JupyterLab does nothing.
    assert not notebook.paper.evaluate(HAND_OVER, [kind, "three.jpg", data])
    expect(notebook.best).to_have_text("3")
    expect(widget.locator(".digits-road")).to_contain_text("Find paper and ink")
    expect(widget.get_by_alt_text("The picture on the paper")).to_be_visible()
    notebook.paper.evaluate(HAND_OVER, [kind, "wrong.jpg", ""])
    expect(widget.locator(".digits-problem")).to_contain_text("wrong.jpg")
    expect(widget.get_by_alt_text("The picture on the paper")).to_be_visible()
    notebook.drag(UPPER)
    expect(widget.get_by_alt_text("The picture on the paper")).to_have_count(0)
    wait_for_points(notebook, len(UPPER))
    assert len(drawing_in(notebook)) == 1


def test_the_slider_rewinds_everything_and_a_hand_goes_on_with_all_of_it(
    notebook: NotebookPage,
) -> None:
    notebook.press("More")
    notebook.press("8")
    notebook.wait_for_ink(above=10_000)
    expect(notebook.best).to_have_text("8")
    whole, sentence = notebook.ink(), notebook.sentence.inner_text()
    slider = notebook.widget.locator(".digits-replay .noUi-target")
    slider.click()
    notebook.wait_for_ink(above=1_000, below=whole - 1_000)
    expect(notebook.sentence).not_to_have_text(sentence)
    expect(notebook.widget.locator(".digits-replay")).to_contain_text(" s, stroke ")
    notebook.drag([(0.05, 0.9), (0.1, 0.95)])
    notebook.wait_for_ink(above=whole + 500)
    wait_for_points(notebook, sum(map(len, sample(8))) + 2)
    notebook.press("Undo")
    expect(notebook.sentence).to_have_text(sentence)
    notebook.press("Replay")
    expect(notebook.widget.get_by_role("button", name="Stop")).to_be_visible()
    expect(notebook.widget.get_by_role("button", name="Replay")).to_be_visible()
    notebook.wait_for_ink_like(whole)
    expect(notebook.sentence).to_have_text(sentence)


def test_two_views_show_and_take_the_same_ink(notebook: NotebookPage) -> None:
    notebook.drag(UPPER)
    notebook.wait_for_ink(above=5_000)
    one = notebook.ink()
    try:
        notebook.show_widget(ALONE)
        notebook.wait_for_ink_like(one)
        notebook.drag(LOWER)
        notebook.wait_for_ink_like(2 * one)
        wait_for_points(notebook, 2 * len(UPPER))
    finally:
        notebook.look_at(PLAIN)
    notebook.wait_for_ink_like(2 * one)
    notebook.press("Undo")
    notebook.wait_for_ink_like(one)


def test_a_kept_drawing_is_there_after_a_restart(notebook: NotebookPage) -> None:
    notebook.show_widget(KEPT)
    notebook.drag(UPPER)
    notebook.wait_for_ink(above=5_000)
    one = notebook.ink()
    expect(notebook.widget.locator(".digits-hint")).to_contain_text("kept.json")
    # It is written while the hand draws, too: wait for the last point.
    kept_points = (
        "from pathlib import Path\nfrom digits_widget import Drawing\n"
        "found = Path().glob('*/kept.json')\n"
        "print([sum(map(len, Drawing.load(path))) for path in found])"
    )
    for _ in range(1000):
        if notebook.python(kept_points) == f"[{len(UPPER)}]":
            break
    else:
        pytest.fail("the drawing was never kept whole")
    notebook.restart_kernel()
    notebook.show_widget(KEPT)
    notebook.wait_for_ink_like(one)
    wait_for_points(notebook, len(UPPER))
    expect(notebook.best).to_be_attached()


def test_a_dense_screen_gives_the_same_strokes(lab: Lab, browser: Browser) -> None:
    page = browser.new_page(
        viewport={"width": 1280, "height": 1200}, device_scale_factor=2
    )
    notebook = NotebookPage(page, lab, lab.notebook(CELLS))
    notebook.show_widget()
    # As many pixels as the screen has: nothing is blurred.
    assert notebook.paper.evaluate("canvas => canvas.width / canvas.clientWidth") == 2
    notebook.drag(UPPER)
    wait_for_points(notebook, len(UPPER))
    (stroke,) = drawing_in(notebook)
    assert np.abs(stroke.points - UPPER).max() <= 1 / 280
    page.close()
