"""The filmstrip in a real JupyterLab: seen, changed, compared, by mouse and keys."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, expect

from digits_widget.model_server.embedded import EmbeddedServer
from digits_widget.pipeline import PRESETS
from digits_widget.prediction import Prediction
from digits_widget.samples import sample
from digits_widget.serving import Client
from tools.lab import Lab
from tools.notebook_page import NotebookPage

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.timeout(240)]

CELL = """from digits_widget import DigitsWidget
from digits_widget.samples import sample
widget = DigitsWidget()
widget.draw(sample(3))
widget"""
CELLS = (CELL, "widget.filmstrip")

TRACE = PRESETS["mnist"](sample(3))

UNNAMED = """panel => [...panel.querySelectorAll("button, select, input")]
  .filter(e => e.checkVisibility())
  .filter(e => !(e.innerText.trim() && e.tagName == "BUTTON") && !e.title
    && !e.getAttribute("aria-label") && ![...(e.labels ?? [])].some(l => l.innerText))
  .map(e => e.outerHTML)"""

CORNERS = """mark => {
  const picture = mark.closest(".digits-picture").querySelector("img");
  const {left, top, width, height} = picture.getBoundingClientRect();
  const place = (x, y) => {
    const point = new DOMPoint(x, y).matrixTransform(mark.getScreenCTM());
    return [(point.x - left) / width, (point.y - top) / height];
  };
  const {x, y, width: across, height: down} = mark.getBBox();
  return [...place(x, y), ...place(x + across, y + down)];
}"""
"""Where a mark is on its picture, in shares of that."""


@pytest.fixture(scope="module")
def opened(lab: Lab, browser: Browser) -> NotebookPage:
    """Open the notebook that all scenarios share."""
    page = browser.new_page(viewport={"width": 1280, "height": 1600})
    return NotebookPage(page, lab, lab.notebook(CELLS))


@pytest.fixture
def strip(opened: NotebookPage) -> Iterator[Locator]:
    """Show a new widget with a 3 on it; fail if the page reported an error."""
    opened.show_widget()
    expect(opened.best).to_have_text("3")
    yield opened.widget.locator(".digits-filmstrip")
    assert opened.python("print(widget.problem)") == "None"
    errors, opened.errors = opened.errors, []
    assert not errors


def unfold(strip: Locator, question: str) -> None:
    strip.get_by_role("button", name=question).click()


def titles(strip: Locator) -> list[str]:
    return strip.locator(".digits-tiles b").all_inner_texts()


def test_tiles_are_crisp_and_marks_lie_exactly_where_the_step_decided(
    strip: Locator,
) -> None:
    tensor = strip.locator(".digits-tiles img").last
    size = "i => [i.naturalWidth, i.naturalHeight, i.clientWidth, i.clientHeight]"
    assert tensor.evaluate(size) == [28, 28, 112, 112]
    assert tensor.evaluate("i => getComputedStyle(i).imageRendering") == "pixelated"
    left, top, right, bottom = TRACE["crop"].decided["box"]
    corners = strip.locator(".digits-marks rect").last.evaluate(CORNERS)
    wanted = np.array([left, top, right, bottom]) / 280
    assert corners == pytest.approx(wanted, abs=0.005)


def test_a_parameter_is_tuned_by_keys_and_an_order_explains_itself(
    strip: Locator, opened: NotebookPage
) -> None:
    unfold(strip, "Change the steps")
    rows = strip.locator(".digits-step")
    expect(rows).to_have_count(len(PRESETS["mnist"].steps))
    fit = rows.filter(has_text="Fit in a box")
    fit.locator(".noUi-handle").focus()
    opened.page.keyboard.press("ArrowRight")
    expect(strip.locator(".digits-tiles")).to_contain_text("21x21 box")
    expect(strip.locator(".digits-preset select")).to_have_value("mnist, changed")
    later = strip.get_by_role("button", name="Move Fit in a box later")
    # Past the ink's strengthening, which it may follow, and past the centring.
    later.click()
    later.click()
    expect(strip.locator(".digits-problem")).to_contain_text("Fit or Resize before")
    expect(strip.locator(".digits-tiles")).to_contain_text("21x21 box")
    # The button is where it went, and keeps the focus: the way back is one key.
    earlier = strip.get_by_role("button", name="Move Fit in a box earlier")
    earlier.click()
    expect(strip.locator(".digits-problem")).not_to_be_attached()
    expect(earlier).to_be_focused()
    fit.get_by_role("checkbox").uncheck()
    expect(strip.locator(".digits-problem")).to_contain_text("Fit or Resize before")
    strip.get_by_role("button", name="Reset").click()
    expect(strip.locator(".digits-tiles")).to_contain_text("20x20 box")
    expect(strip.locator(".digits-preset select")).to_have_value("mnist")


def test_the_list_of_steps_changes_nothing_by_itself(
    strip: Locator, opened: NotebookPage
) -> None:
    unfold(strip, "Change the steps")
    for name, pipeline in PRESETS.items():
        opened.python(f"widget.pipeline = {name!r}")
        expect(strip.locator(".digits-step")).to_have_count(len(pipeline.steps))
        # A slider that moved to a stop of its own would have reported it by now.
        opened.echo()
        assert opened.python("print(widget.pipeline.name)") == name


def test_two_strips_tell_what_the_model_reads_through_each(
    strip: Locator, model_server: EmbeddedServer
) -> None:
    unfold(strip, "Compare with")
    strip.locator(".digits-with select").select_option("naive")
    words = strip.locator(".digits-verdict")
    with Client(model_server.target) as client:
        for name in ("naive", "seed-2020-fixed"):
            strip.locator(".digits-with select").select_option(name)
            answer = client.predict(PRESETS[name](sample(3)).tensor)
            assert isinstance(answer, Prediction)
            expect(words).to_contain_text(f"{name} reads {answer.label}")
            expect(words.locator(".digits-stale")).not_to_be_attached()
    strips = strip.locator(".digits-step-strip")
    expect(strips).to_have_count(2)
    expect(strips.nth(0).locator(".digits-answer")).to_contain_text("3")
    expect(strips.nth(1).locator("li")).to_have_count(5)
    unfold(strip, "Compare with")
    expect(strips).to_have_count(1)


def test_pixels_are_read_by_mouse_and_by_keys(
    strip: Locator, opened: NotebookPage
) -> None:
    unfold(strip, "Look at the pixels")
    stage = strip.locator(".digits-stage canvas")
    stage.hover(position={"x": 155, "y": 95})
    said = strip.locator(".digits-inspector [role=status]")
    value = TRACE.tensor[9, 15]
    expect(said).to_contain_text(f"row 9, column 15: {value:.3f}")
    stage.focus()
    for key in ("ArrowDown", "ArrowLeft"):
        opened.page.keyboard.press(key)
    expect(said).to_contain_text(f"row 10, column 14: {TRACE.tensor[10, 14]:.3f}")
    opened.page.keyboard.press("Tab")
    expect(stage).not_to_be_focused()
    strip.get_by_label("Picture", exact=True).select_option("Crop to ink")
    expect(said).to_contain_text("Crop to ink, row 10, column 14")


def test_a_click_marks_a_pixel_in_every_tile_exactly(
    strip: Locator, opened: NotebookPage
) -> None:
    pins, values = strip.locator(".digits-pin"), strip.locator(".digits-pin-value")
    tensor = strip.locator(".digits-tiles img").last
    heights = strip.evaluate("strip => strip.getBoundingClientRect().height")
    # Four CSS pixels for each pixel of the tensor.
    tensor.click(position={"x": 15 * 4 + 2, "y": 9 * 4 + 2})
    expect(pins).to_have_count(len(TRACE))
    expect(values.last).to_have_text(f"{TRACE.tensor[9, 15]:.2f}")
    wanted = np.array([15, 9, 16, 10]) / 28
    # A mark is as large as six CSS pixels, to be visible.
    assert pins.last.evaluate(CORNERS) == pytest.approx(wanted, abs=1.1 / 112)
    left, top = TRACE["crop"].decided["box"][:2]
    right, down = TRACE["centre"].decided["shift"]
    scale = TRACE["crop"].shown.shape[0] / TRACE["fit"].shown.shape[0]
    begin = np.array([15 - right, 9 - down]) * scale + (left, top)
    middle = pins.first.evaluate(CORNERS)
    assert np.add(middle[:2], middle[2:]) / 2 == pytest.approx(
        (begin + scale / 2) / 280, abs=0.01
    )
    assert strip.evaluate("strip => strip.getBoundingClientRect().height") == heights
    opened.page.keyboard.press("Escape")
    expect(pins).to_have_count(0)
    for count in (len(TRACE), 0):
        tensor.click(position={"x": 15 * 4 + 2, "y": 9 * 4 + 2})
        expect(pins).to_have_count(count)
    unfold(strip, "Look at the pixels")
    strip.locator(".digits-stage canvas").focus()
    opened.page.keyboard.press("Space")
    expect(pins).to_have_count(len(TRACE))
    opened.page.keyboard.press("Escape")
    expect(pins).to_have_count(0)
    expect(strip.locator(".digits-stage canvas")).to_be_focused()


def test_the_filmstrip_works_alone_on_the_same_session(
    strip: Locator, opened: NotebookPage
) -> None:
    opened.run(1)
    alone = opened.page.locator(".jp-CodeCell").nth(1).locator(".digits-filmstrip")
    # Below the whole widget's headline the answer would be said twice.
    expect(alone.locator(".digits-answer")).to_be_visible()
    expect(strip.locator(".digits-answer")).not_to_be_visible()
    tops = {
        tile["y"] for each in strip.locator("li").all() if (tile := each.bounding_box())
    }
    assert len(tops) == 1
    alone.locator(".digits-preset select").select_option("naive")
    expect(strip.locator(".digits-tiles li")).to_have_count(3)
    assert opened.python("print(widget.pipeline.name)") == "naive"
    unfold(alone, "Is this like the training data?")
    expect(strip.locator(".digits-unlike").first).to_contain_text("▲")


def test_every_control_has_a_name_and_every_word_contrast(
    strip: Locator, opened: NotebookPage
) -> None:
    for question in (
        "Compare with",
        "Change the steps",
        "Look at the pixels",
        "Is this like the training data?",
    ):
        unfold(strip, question)
    expect(strip.locator(".digits-gauges li")).to_have_count(5)
    steps = len(PRESETS["mnist"].steps)
    expect(strip.locator(".digits-step")).to_have_count(steps)
    expect(strip.locator(".digits-said")).to_be_attached()
    assert strip.evaluate(UNNAMED) == []
    for theme in ("JupyterLab Dark", "JupyterLab Light"):
        opened.page.evaluate(
            "theme => jupyterapp.commands.execute('apputils:change-theme', {theme})",
            theme,
        )
        light = "true" if theme.endswith("Light") else "false"
        attribute = f"document.body.dataset.jpThemeLight === '{light}'"
        opened.page.wait_for_function(attribute)
        for words in (
            ".digits-preset-sentence div",
            ".digits-tiles b",
            ".digits-answer p",
            ".digits-answer .digits-tile",
            ".digits-said",
            ".digits-step-controls .widget-html-content",
            ".digits-neighbours th",
            ".digits-inspector p:last-child",
            ".digits-gauges span",
        ):
            assert opened.contrast(words) >= 4.5, (theme, words)
