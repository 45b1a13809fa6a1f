"""The dithering panel and the closer look at confidences in a real JupyterLab."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, expect

from digits_widget.dithering import CATALOGUE
from digits_widget.insight.contact_sheet import NONE
from digits_widget.samples import sample
from tools.lab import Lab
from tools.notebook_page import NotebookPage

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.timeout(240)]

CELLS = (
    "from digits_widget import DigitsWidget\nwidget = DigitsWidget()\nwidget",
    (
        "import numpy as np\n"
        "from digits_widget.prediction import Prediction\n"
        "logits = Prediction(np.array([-8., 0, 1, 4, 0, 0, 0, 2.5, 0, 0]))\n"
        "widget = DigitsWidget(predict=lambda image: logits)\nwidget"
    ),
)

UNNAMED = """part => [...part.querySelectorAll("button, select, input, [role=slider]")]
  .filter(e => e.checkVisibility())
  .filter(e => !(e.innerText.trim() && e.tagName == "BUTTON") && !e.title
    && !e.getAttribute("aria-label") && ![...(e.labels ?? [])].some(l => l.innerText)
    && !e.closest("[title], .widget-slider"))
  .map(e => e.outerHTML)"""

PAINTED = """sheet => [...sheet.querySelectorAll("button")].filter(button =>
  getComputedStyle(button, "::before").backgroundImage.startsWith("url(")
  && getComputedStyle(button, "::after").content.includes("%")).length"""

SAID = """button => getComputedStyle(button, "::after").content"""


@pytest.fixture(scope="module")
def opened(lab: Lab, browser: Browser) -> NotebookPage:
    """Open the notebook with one widget for all scenarios."""
    page = browser.new_page(viewport={"width": 1280, "height": 1700})
    notebook = NotebookPage(page, lab, lab.notebook(CELLS))
    notebook.show_widget()
    notebook.python("from digits_widget.samples import sample")
    return notebook


@pytest.fixture
def notebook(opened: NotebookPage) -> Iterator[NotebookPage]:
    """Draw a 3 on a pipeline without a dither; fail if the page reported an error."""
    opened.python("widget.pipeline = 'mnist'; widget.draw(sample(3)); widget.wait()")
    yield opened
    errors, opened.errors = opened.errors, []
    assert not errors


def tile(notebook: NotebookPage, name: str) -> Locator:
    return notebook.widget.locator(f'.digits-sheet button[data-value="{name}"]')


def steps(notebook: NotebookPage) -> str:
    return notebook.python("print(widget.pipeline.steps[-2])")


def test_the_whole_catalogue_is_on_the_sheet_and_a_tile_is_picked(
    notebook: NotebookPage,
) -> None:
    notebook.press("Dithering")
    sheet = notebook.widget.locator(".digits-sheet")
    line = notebook.widget.locator(".digits-dithering .digits-line")
    expect(line).to_contain_text(f"of {len(CATALOGUE)} methods agree")
    assert sheet.evaluate(PAINTED) == len(CATALOGUE) + 1
    assert notebook.widget.locator(".digits-dithering").evaluate(UNNAMED) == []
    for words in (".digits-sheet button", ".digits-remark div", ".digits-method div"):
        assert notebook.contrast(words) >= 4.5, words

    tile(notebook, "atkinson").click()
    expect(notebook.widget.locator(".digits-method")).to_contain_text("Bill Atkinson")
    assert "atkinson" in steps(notebook)
    answer = notebook.python("print(f'{widget.wait().confidence:.0%}')")
    assert answer.rstrip("%") in tile(notebook, "atkinson").evaluate(SAID)


def test_everything_goes_by_keyboard(notebook: NotebookPage) -> None:
    notebook.press("Dithering")
    expect(notebook.widget.locator(".digits-method")).to_contain_text("No dithering")
    notebook.press("Family")
    expect(notebook.widget.locator(".digits-sheet button").nth(1)).to_have_attribute(
        "data-value", "floyd-steinberg"
    )
    keyboard = notebook.page.keyboard
    tile(notebook, NONE).focus()
    keyboard.press("ArrowRight")
    expect(tile(notebook, "floyd-steinberg")).to_be_focused()
    keyboard.press("Space")
    expect(notebook.widget.locator(".digits-method")).to_contain_text("Louis Steinberg")
    assert "floyd-steinberg" in steps(notebook)
    expect(tile(notebook, "floyd-steinberg")).to_be_focused()

    scan = notebook.widget.locator(".digits-options select").first
    scan.select_option("serpentine")
    for _ in range(1000):
        if "serpentine" in steps(notebook):
            break
    else:
        pytest.fail("the option never reached the pipeline")

    notebook.widget.get_by_role("button", name="Microscope").focus()
    keyboard.press("Enter")
    books = notebook.widget.locator(".digits-books")
    expect(books).to_contain_text("= printed")
    first = books.text_content()
    assert first
    notebook.widget.get_by_role("button", name="Next", exact=True).focus()
    keyboard.press("Enter")
    expect(books).not_to_have_text(first)
    keyboard.press("Shift+Tab")
    keyboard.press("Enter")
    expect(books).to_have_text(first)


def test_another_reader_leaves_the_sheet_in_place(notebook: NotebookPage) -> None:
    notebook.press("Dithering")
    panel = notebook.widget.locator(".digits-dithering")
    line, remark = panel.locator(".digits-line"), panel.locator(".digits-remark")
    expect(line).to_contain_text("methods agree")
    sheet = notebook.widget.locator(".digits-sheet")
    before = sheet.bounding_box()
    menu = panel.get_by_label("Read by")
    for reader in ("Version 1", "This model, unframed", "Version 1, unframed"):
        menu.select_option(reader)
        expect(remark).to_contain_text(f"This model: {len(CATALOGUE)} of")
        expect(panel.locator(".digits-stale")).to_have_count(0)
        assert sheet.bounding_box() == before
    menu.select_option("This model")
    expect(remark).not_to_contain_text("This model:")


def test_the_diffusion_downloads_as_an_animated_gif(notebook: NotebookPage) -> None:
    notebook.python("from digits_widget.insight.dither_place import with_dither")
    notebook.python("from digits_widget.steps import Dither")
    notebook.python(
        "widget.pipeline = with_dither(widget.pipeline, Dither('atkinson'), 'framed')"
    )
    notebook.press("Dithering")
    fold = notebook.widget.get_by_role("button", name="Microscope")
    if fold.get_attribute("aria-pressed") != "true":
        fold.click()
    # A diffusion shown before has other shares.
    expect(notebook.widget.locator(".digits-shares")).to_contain_text("1/8")
    with notebook.page.expect_download() as download:
        notebook.press("Save as GIF")
    assert download.value.suggested_filename == "atkinson.gif"
    with Image.open(download.value.path()) as gif:
        assert gif.info["loop"] == 0
    assert notebook.contrast(".digits-dithering a[download]") >= 4.5


def test_sorting_keeps_what_is_picked(notebook: NotebookPage) -> None:
    notebook.press("Dithering")
    notebook.python("widget.wait()")
    tile(notebook, "bayer").click()
    expect(notebook.widget.locator(".digits-method")).to_contain_text("Bryce")
    buttons = notebook.widget.locator(".digits-sheet button")
    notebook.press("Ink")
    expect(buttons.nth(1)).not_to_have_attribute("data-value", "floyd-steinberg")
    expect(buttons.first).to_have_attribute("data-value", NONE)
    expect(notebook.widget.locator(".digits-sheet .mod-active")).to_have_attribute(
        "data-value", "bayer"
    )
    notebook.press("Family")
    expect(buttons.nth(1)).to_have_attribute("data-value", "floyd-steinberg")
    notebook.press("Steps")


def test_a_closer_look_at_the_bars(notebook: NotebookPage) -> None:
    expect(notebook.widget.locator(".digits-certainty")).to_contain_text("runner-up")
    own = notebook.sentence.inner_text()
    notebook.press("Over time")
    expect(notebook.widget.locator(".digits-line-0 path")).to_be_attached()
    notebook.press("Temperature")
    thumb = notebook.widget.locator(".digits-says .noUi-handle")
    thumb.focus()
    thumb.press("ArrowRight")
    expect(notebook.sentence).to_contain_text("At temperature")
    assert notebook.widget.locator(".digits-says").evaluate(UNNAMED) == []
    assert notebook.contrast(".digits-certainty") >= 4.5
    notebook.press("Temperature")
    expect(notebook.sentence).to_have_text(own)
    notebook.press("Over time")


def test_logits_are_shown_and_become_confidences(notebook: NotebookPage) -> None:
    notebook.show_widget(1)
    notebook.draw(sample(3))
    expect(notebook.sentence).to_contain_text("These are logits")
    notebook.press("Show as confidences")
    expect(notebook.sentence).to_contain_text("Probably 3: 72")
    notebook.press("Show as confidences")
    expect(notebook.sentence).to_contain_text("These are logits")
