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
    opened.page.emulate_media(reduced_motion="no-preference")
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

    # The film would go on while this looks at one pixel.
    notebook.page.emulate_media(reduced_motion="reduce")
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


@pytest.fixture
def film(notebook: NotebookPage) -> Iterator[Locator]:
    """Open the microscope on atkinson; give its slider."""
    notebook.press("Dithering")
    # Tiles take their places once the answers are there.
    expect(notebook.widget.locator(".digits-dithering .digits-line")).to_contain_text(
        "methods agree"
    )
    expect(notebook.widget.locator(".digits-dithering .digits-stale")).to_have_count(0)
    tile(notebook, "atkinson").click()
    expect(notebook.widget.locator(".digits-method")).to_contain_text("Bill Atkinson")
    button = notebook.widget.get_by_role("button", name="Microscope")
    if button.get_attribute("aria-pressed") == "true":
        button.click()
        expect(notebook.widget.locator(".digits-lenses")).to_have_count(0)
    button.click()
    yield notebook.widget.locator(".digits-film .noUi-handle")
    button.click()


def at(film: Locator) -> float:
    return float(film.get_attribute("aria-valuenow") or 0)


def goes_on(film: Locator) -> None:
    """Wait until the film has gone on by itself."""
    now = at(film)
    expect(film).not_to_have_attribute("aria-valuenow", f"{now:.1f}")


def test_the_microscope_plays_to_the_finished_picture_and_nothing_moves(
    notebook: NotebookPage, film: Locator
) -> None:
    goes_on(film)
    boxes = [
        notebook.widget.locator(place) for place in (".digits-sheet", ".digits-film")
    ]
    before = [box.bounding_box() for box in boxes]
    notebook.widget.get_by_label("Speed").select_option("Fast")
    last = film.get_attribute("aria-valuemax")
    assert last
    while at(film) < float(last):
        assert [box.bounding_box() for box in boxes] == before
    expect(notebook.widget.locator(".digits-books")).to_contain_text("+ carried 0.00")
    expect(notebook.widget.get_by_role("button", name="Play")).to_be_visible()
    # Another method begins at its own first pixel.
    tile(notebook, "sierra-lite").click()
    notebook.page.wait_for_function(
        "([film, last]) => film.getAttribute('aria-valuenow') < last",
        arg=[film.element_handle(), float(last)],
    )
    goes_on(film)


def test_space_on_the_slider_plays_and_pauses(
    notebook: NotebookPage, film: Locator
) -> None:
    goes_on(film)
    film.focus()
    notebook.page.keyboard.press("Space")
    expect(notebook.widget.get_by_role("button", name="Play")).to_be_visible()
    now = at(film)
    notebook.page.keyboard.press("ArrowRight")
    expect(film).to_have_attribute("aria-valuenow", f"{now + 1:.1f}")
    notebook.page.keyboard.press("Space")
    expect(notebook.widget.get_by_role("button", name="Pause")).to_be_visible()
    goes_on(film)


def test_a_film_that_is_out_of_sight_pauses(
    notebook: NotebookPage, film: Locator
) -> None:
    goes_on(film)
    page = notebook.page
    whole = page.viewport_size
    assert whole
    page.set_viewport_size({"width": 1280, "height": 500})
    notebook.paper.scroll_into_view_if_needed()
    expect(notebook.widget.get_by_role("button", name="Play")).to_have_count(1)
    page.set_viewport_size(whole)
    expect(notebook.widget.get_by_role("button", name="Play")).to_have_count(1)


def test_a_film_goes_on_after_another_panel_was_open(
    notebook: NotebookPage, film: Locator
) -> None:
    goes_on(film)
    notebook.press("Wire")
    expect(film).to_have_count(0)
    notebook.press("Dithering")
    notebook.press("Play")
    goes_on(film)
    goes_on(film)


def test_with_less_motion_the_film_waits_for_the_button(
    notebook: NotebookPage, film: Locator
) -> None:
    goes_on(film)
    notebook.page.emulate_media(reduced_motion="reduce")
    tile(notebook, "sierra-lite").click()
    expect(notebook.widget.locator(".digits-shares")).to_contain_text("2/4")
    expect(film).to_have_attribute("aria-valuenow", "0.0")
    expect(notebook.widget.get_by_role("button", name="Play")).to_be_visible()
    notebook.press("Play")
    goes_on(film)


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
    own = "3, sure"
    expect(notebook.sentence).to_have_text(own)
    notebook.press("Over time")
    expect(notebook.widget.locator(".digits-line-0 path")).to_be_attached()
    notebook.press("Temperature")
    thumb = notebook.widget.get_by_role("slider", name="Temperature")
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


def test_an_own_kernel_is_typed_mistaken_mended_and_picked(
    notebook: NotebookPage,
) -> None:
    notebook.show_widget()
    notebook.draw(sample(3))
    notebook.press("Dithering")
    notebook.press("Your own")
    line = notebook.widget.locator(".digits-dithering > .digits-line")
    expect(line).to_contain_text(f"of {len(CATALOGUE) + 1} methods agree")
    expect(tile(notebook, "yours")).to_have_attribute("tabindex", "-1")
    first = notebook.widget.locator(".digits-sheet button").nth(1)
    expect(first).to_have_attribute("data-value", "yours")
    text = notebook.widget.get_by_label("JSON")
    said = notebook.widget.locator(".digits-yours [role=status]")
    sheet = notebook.widget.locator(".digits-sheet")
    before = sheet.bounding_box()
    text.fill('{"kernel": [["x", 7]], "divisor": 6}')
    expect(said).to_contain_text("Raise the divisor to 7")
    assert sheet.bounding_box() == before
    assert notebook.contrast(".digits-yours [role=status]") >= 4.5
    # The page's own shortcuts stay out of the text.
    text.fill("")
    text.press_sequentially('{"kernel": [["x", 7]], "divisor": 8}')
    expect(said).to_contain_text("A kernel: 7 of 8")
    tile(notebook, "yours").click()
    expect(notebook.widget.locator(".digits-method")).to_contain_text("Your own kernel")
    assert "yours" in steps(notebook)
    assert sheet.evaluate(PAINTED) == len(CATALOGUE) + 2
