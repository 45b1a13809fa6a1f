"""The panels Inside, Compare, Why and Wire in a real JupyterLab, by mouse and keys."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, expect

from digits_widget.datasets import read_pen_digits
from digits_widget.drawing import Drawing
from digits_widget.evaluation.nondigits import letter
from digits_widget.samples import sample
from tests.browser.looks import faults
from tests.waiting import until
from tools.lab import Lab
from tools.notebook_page import NotebookPage

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.timeout(240)]

CELLS = (
    "from digits_widget import DigitsWidget\nwidget = DigitsWidget()\nwidget",
    "widget.why",
    "widget.bars",
)

DISPUTED = letter(np.random.default_rng(1))
"""An x, which version 1 takes for a 1 and version 2 for an 8."""

UNNAMED = """panel => [...panel.querySelectorAll("button, select, input")]
  .filter(e => e.checkVisibility())
  .filter(e => !(e.innerText.trim() && e.tagName == "BUTTON") && !e.title
    && !e.getAttribute("aria-label") && ![...(e.labels ?? [])].some(l => l.innerText))
  .map(e => e.outerHTML)"""


@pytest.fixture(scope="module")
def opened(lab: Lab, browser: Browser) -> NotebookPage:
    """Open the notebook, in the dark theme, with one widget for all scenarios."""
    lab.set(theme="JupyterLab Dark")
    page = browser.new_page(viewport={"width": 1280, "height": 1600})
    notebook = NotebookPage(page, lab, lab.notebook(CELLS))
    lab.set()
    notebook.show_widget()
    return notebook


@pytest.fixture
def notebook(opened: NotebookPage) -> Iterator[NotebookPage]:
    """Take a new sheet; fail if the page or the widget reported an error."""
    opened.python("widget.clear()")
    yield opened
    errors, opened.errors = opened.errors, []
    assert not errors
    assert opened.python("print(widget.problem)") == "None"


def turn_to(notebook: NotebookPage, name: str) -> Locator:
    """Open a panel; return it."""
    notebook.press(name)
    panel = notebook.widget.locator(".digits-tab-open")
    expect(panel).to_be_visible()
    return panel


def draw(notebook: NotebookPage, drawing: Drawing) -> None:
    """Draw by mouse, and wait for the answer."""
    notebook.draw(drawing)
    expect(notebook.best).to_be_visible()


def assert_readable(notebook: NotebookPage, panel: Locator, *words: str) -> None:
    """Fail if a control has no name, or a text too little contrast."""
    assert panel.evaluate(UNNAMED) == []
    for each in words:
        assert notebook.contrast(each) >= 4.5, each


def test_two_versions_disagree_and_the_card_downloads_as_a_labelled_set(
    notebook: NotebookPage, tmp_path: Path
) -> None:
    panel = turn_to(notebook, "Compare")
    expect(panel.locator(".digits-line")).to_contain_text("whether both say the same")
    draw(notebook, DISPUTED)
    expect(panel.locator(".digits-line")).to_contain_text("≠ They disagree: A says 1")
    expect(panel.locator(".digits-card")).to_have_count(1)
    expect(panel.locator(".digits-card img")).to_be_visible()
    panel.locator(".digits-card select").select_option("4")
    with notebook.page.expect_download() as download:
        panel.get_by_text("Download 1 as a labelled set").click()
    path = tmp_path / "downloaded.jsonl"
    download.value.save_as(path)
    known = read_pen_digits(path)
    assert known.labels.tolist() == [4]
    assert len(known.drawings[0]) == len(DISPUTED)
    assert_readable(
        notebook, panel, ".digits-line div", ".digits-side-caption div", "a[download]"
    )
    notebook.press("Remove")
    expect(panel.locator(".digits-card")).to_have_count(0)


def test_a_dead_side_leaves_the_other_at_work(notebook: NotebookPage) -> None:
    panel = turn_to(notebook, "Compare")
    draw(notebook, sample(6))
    expect(panel.locator(".digits-line")).to_contain_text("= Both say 6")
    notebook.press("Other servers and labels")
    address = panel.locator(".digits-side").nth(1).locator("input").first
    address.fill("127.0.0.1:1")
    address.press("Enter")
    expect(panel.locator(".digits-line")).to_contain_text("B has no answer")
    expect(panel.locator(".digits-problem")).to_contain_text("is not running")
    notebook.python("widget.clear()")
    draw(notebook, sample(0))
    expect(panel.locator(".digits-line")).to_contain_text("A says 0")
    assert_readable(notebook, panel, ".digits-side-caption .digits-problem span")
    address.fill("")
    address.press("Enter")
    expect(panel.locator(".digits-line")).to_contain_text("= Both say 0")
    notebook.press("Other servers and labels")


def test_the_heat_map_and_the_dabs_follow_the_drawing(notebook: NotebookPage) -> None:
    panel = turn_to(notebook, "Why")
    expect(panel.locator(".digits-why > .digits-line")).to_contain_text("Draw a digit")
    draw(notebook, sample(6))
    expect(panel.locator(".digits-why > .digits-line")).to_contain_text(
        "The 6 rests most"
    )
    expect(panel.locator("figure img")).to_have_count(2)
    size = panel.evaluate("e => e.offsetHeight")
    panel.get_by_role("button", name="Every pixel").click()
    expect(panel.locator("figcaption").first).to_contain_text("rows")
    panel.locator("select").select_option("Confidence")
    expect(panel.locator(".digits-legend").first).to_contain_text("points")
    assert panel.evaluate("e => e.offsetHeight") == size
    assert_readable(notebook, panel, "figcaption p", ".digits-legend span")
    notebook.python("widget.clear()")
    expect(panel.locator("figure img")).to_have_count(0)
    assert panel.evaluate("e => e.offsetHeight") == size


def test_the_dabs_that_make_it_another_digit_are_replayed(
    notebook: NotebookPage,
) -> None:
    panel = turn_to(notebook, "Why")
    draw(notebook, sample(4))
    game = panel.locator(".digits-make-it")
    game.get_by_role("button", name="9", exact=True).click()
    expect(game).to_contain_text("make it a 9:")
    assert game.locator(".digits-dab").count() > 1
    expect(game.get_by_role("button", name="Now you")).to_be_visible()
    notebook.python("widget.clear()")
    expect(game.locator(".digits-dab")).to_have_count(0)


WATCH_HEIGHT = """widget => {
  window.heights = new Set();
  new MutationObserver(() => {
    const game = widget.querySelector(".digits-made")?.closest(".digits-make-it");
    if (game) heights.add(game.offsetHeight);
  }).observe(widget, {childList: true, subtree: true, attributes: true});
}"""
"""Keep every height that the game has while it shows a picture."""


def test_a_digit_beside_the_bars_opens_why_and_is_made_there(
    notebook: NotebookPage,
) -> None:
    turn_to(notebook, "Steps")
    nine = notebook.widget.get_by_role("button", name="Make it a 9", exact=True)
    expect(nine).to_be_disabled()
    draw(notebook, sample(4))
    notebook.widget.evaluate(WATCH_HEIGHT)
    box, row = nine.bounding_box(), None
    # A newer answer may take the bars' place while they are measured.
    while row is None:
        row = notebook.best.bounding_box()
    assert box
    assert (box["width"], box["height"]) == (24, 24)
    assert box["y"] - row["y"] == 5 * 24
    nine.click()
    game = notebook.widget.locator(".digits-make-it")
    expect(game).to_contain_text("make it a 9:")
    expect(game).to_be_in_viewport(ratio=1)
    expect(game.locator("figure")).to_have_text(["nearest 4s", "nearest 9s"])
    expect(game.locator("figure img")).to_have_count(6)
    # Nothing jumps between the beginning of the search and its end.
    assert len(notebook.page.evaluate("[...heights]")) == 1
    expect(game.get_by_role("button", name="9", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    assert_readable(notebook, game, ".digits-nearest figcaption", ".digits-nearest p")


def test_nothing_jumps_in_a_narrow_window_while_a_search_goes_on(
    notebook: NotebookPage,
) -> None:
    size = notebook.page.viewport_size
    assert size
    turn_to(notebook, "Why")
    draw(notebook, sample(4))
    notebook.page.set_viewport_size({"width": 720, "height": 1600})
    notebook.widget.evaluate(WATCH_HEIGHT)
    game = notebook.widget.locator(".digits-make-it")
    for digit in (9, 1, 9):
        game.get_by_role("button", name=str(digit), exact=True).click()
        expect(game).to_contain_text(f"it a {digit}:")
    # Before the first search there was no picture; from then on it has its place.
    assert len(notebook.page.evaluate("[...heights]")) == 1
    expect(game.locator(".digits-nearest img")).to_have_count(6)
    assert not faults(game)
    notebook.page.set_viewport_size(size)


def test_the_digits_beside_the_bars_are_one_place_that_answers_leave_alone(
    notebook: NotebookPage,
) -> None:
    turn_to(notebook, "Wire")
    draw(notebook, sample(4))
    press = notebook.page.keyboard.press
    target = notebook.widget.locator(".digits-bar-targets button")
    target.nth(0).focus()
    for key, place in (("ArrowDown", 1), ("End", 9), ("ArrowUp", 8), ("Home", 0)):
        press(key)
        expect(target.nth(place)).to_be_focused()
    press("ArrowRight")
    # Another answer takes the place of the bars, but not of what has the focus.
    notebook.python(
        "from digits_widget import sample\nwidget.draw(sample(6))\nwidget.wait()"
    )
    expect(notebook.best).to_have_text("6")
    expect(target.nth(1)).to_be_focused()
    press("Enter")
    expect(notebook.widget.locator(".digits-make-it")).to_contain_text("it a 1:")
    expect(target.nth(1)).to_be_focused()
    press("Tab")
    log_scale = notebook.widget.get_by_role("button", name="Log scale", exact=True)
    expect(log_scale).to_be_focused()


def test_bars_alone_in_a_cell_have_nothing_to_open(notebook: NotebookPage) -> None:
    draw(notebook, sample(4))
    notebook.run(2)
    alone = notebook.page.locator(".jp-CodeCell").nth(2).locator(".digits-widget")
    expect(alone.locator(".digits-best th")).to_have_text("4")
    expect(alone.locator(".digits-bar-targets")).not_to_be_visible()


def test_the_bytes_are_shown_and_a_click_selects_what_is_to_be_pasted(
    notebook: NotebookPage,
) -> None:
    panel = turn_to(notebook, "Wire")
    draw(notebook, sample(3))
    table = panel.locator(".digits-facts")
    expect(table).to_contain_text("tensor_content")
    notebook.press("Every number")
    expect(panel.locator(".digits-numbers")).to_have_count(28)
    notebook.press("Every number")
    notebook.press("float_val")
    expect(table).to_contain_text("float_val")
    notebook.press("curl")
    panel.locator(".digits-paste").click()
    selected = str(notebook.page.evaluate("getSelection().toString()"))
    assert selected.startswith("curl --silent")
    assert selected.strip().endswith("END")
    notebook.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    notebook.press("Copy")
    expect(panel.get_by_role("button", name="Copied", exact=True)).to_be_visible()
    copied = str(notebook.page.evaluate("navigator.clipboard.readText()"))
    assert copied.strip() == selected.strip()
    assert_readable(notebook, panel, ".digits-call p", ".digits-paste", ".digits-copy")


def test_what_the_server_says_is_two_tables_and_tab_walks_through_them(
    notebook: NotebookPage,
) -> None:
    panel = turn_to(notebook, "Inside")
    notebook.press("What the server says")
    expect(panel.locator(".digits-facts")).to_have_count(2)
    expect(panel).to_contain_text("canary")
    panel.get_by_role("button", name="Refresh").focus()
    notebook.page.keyboard.press("Tab")
    notebook.page.keyboard.press("Enter")
    expect(panel).to_contain_text("The given SavedModel SignatureDef contains")
    assert_readable(notebook, panel, ".digits-line div", ".digits-scroll pre")
    notebook.press("As saved_model_cli prints it")
    notebook.press("What the server says")


def test_a_panel_works_alone_in_a_cell(notebook: NotebookPage) -> None:
    turn_to(notebook, "Steps")
    notebook.run(1)
    alone = notebook.page.locator(".jp-CodeCell").nth(1).locator(".digits-widget")
    line = alone.locator(".digits-why > .digits-line")
    expect(line).to_contain_text("Draw a digit")
    draw(notebook, sample(3))
    expect(line).to_contain_text("The 3 rests most")


def test_a_map_is_looked_at_by_mouse_and_by_keys(notebook: NotebookPage) -> None:
    panel = turn_to(notebook, "Inside")
    draw(notebook, sample(5))
    maps = panel.locator(".digits-maps")
    expect(maps).to_have_count(5)
    words = panel.locator(".digits-map-words")
    # At first the panel shows the strongest map of the first layer with several.
    expect(words).to_contain_text("conv2d_1, map")
    expect(panel.locator(".digits-map-pattern")).to_be_visible()
    second = maps.nth(2)
    second.hover(position={"x": 30, "y": 5})
    expect(words).to_contain_text("conv2d_2, map 2 of 48")
    expect(words).to_contain_text("9 by 9 pixels in the frame")
    expect(panel.locator(".digits-map-pattern")).to_have_count(0)
    second.focus()
    for key, number in (("ArrowRight", 3), ("ArrowDown", 19), ("End", 48), ("Home", 1)):
        notebook.page.keyboard.press(key)
        expect(words).to_contain_text(f"map {number} of 48")
    # The next drawing shows the same map, and the keyboard is still there.
    notebook.python(
        "from digits_widget import sample\nwidget.draw(sample(3)); widget.wait()"
    )
    expect(panel.locator(".digits-sums .digits-best th")).to_have_text("3")
    expect(words).to_contain_text("conv2d_2, map 1 of 48")
    notebook.page.keyboard.press("ArrowRight")
    expect(words).to_contain_text("conv2d_2, map 2 of 48")


def test_in_a_narrow_window_all_maps_of_a_line_are_there_and_found(
    notebook: NotebookPage,
) -> None:
    panel = turn_to(notebook, "Inside")
    draw(notebook, sample(5))
    page = notebook.page
    before = page.viewport_size
    assert before
    page.set_viewport_size({"width": 720, "height": before["height"]})
    maps = panel.locator(".digits-maps").nth(2)
    fits = "maps => maps.scrollWidth <= maps.clientWidth && maps.clientWidth < 400"
    page.wait_for_function(fits, arg=maps.element_handle())
    words, mark = panel.locator(".digits-map-words"), panel.locator(".digits-map-mark")
    box = maps.bounding_box()
    assert box
    # The last of 16 in the last of three lines.
    right, down = box["width"] * 15.5 / 16, box["height"] * 2.5 / 3
    maps.hover(position={"x": right, "y": down})
    expect(words).to_contain_text("map 48 of 48")
    box, marked = maps.bounding_box(), mark.bounding_box()
    assert box
    assert marked
    end = box["x"] + box["width"], box["y"] + box["height"]
    assert marked["x"] + marked["width"] == pytest.approx(end[0], abs=1)
    assert marked["y"] + marked["height"] == pytest.approx(end[1], abs=1)
    page.set_viewport_size(before)


FRAME = """stage => {
  const {left, top} = stage.getBoundingClientRect();
  const frame = stage.querySelector("i").getBoundingClientRect();
  const scale = 28 / 140;
  return [frame.left - left, frame.top - top, frame.width, frame.height]
    .map(side => Math.round(scale * (side)));
}"""


def test_the_frame_is_around_the_pixels_that_the_number_looks_at(
    notebook: NotebookPage,
) -> None:
    panel = turn_to(notebook, "Inside")
    draw(notebook, sample(5))
    first = panel.locator(".digits-maps").nth(1)
    first.hover(position={"x": 31 * 7 + 5, "y": 5})
    expect(panel.locator(".digits-map-words")).to_contain_text("map 8 of 32")
    stage = panel.locator(".digits-map-stage")

    def is_around_them() -> bool:
        data = json.loads(str(first.get_attribute("data-layer")))
        row, column, _value = data["peaks"][7]
        return bool(stage.evaluate(FRAME) == [2 * column - 1, 2 * row - 1, 5, 5])

    # The answers to the strokes before the last may still be on their way.
    until(is_around_them)
