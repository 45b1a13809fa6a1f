"""The road: whole on a small screen, alive, and a way to the panels."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from digits_widget.samples import sample
from tests.browser.looks import assert_good
from tests.waiting import until
from tools.lab import Lab
from tools.notebook_page import NotebookPage
from tools.screenshots import NAMED

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.timeout(240)]

SMALL_SCREENS = {"wide": (1366, 768), "square": (1024, 768)}

MOVING = """widget => widget.getAnimations({subtree: true})
  .filter(motion => !(motion instanceof CSSTransition)).length"""

HOLD_AT_THE_START = f"""widget => {{
  if (!({MOVING})(widget)) return false;
  for (const motion of widget.getAnimations({{subtree: true}})) {{
    motion.pause();
    motion.currentTime = 0;
  }}
  return true;
}}"""

COUNT = """widget => {
  window.travels = 0;
  const animate = Element.prototype.animate;
  Element.prototype.animate = function (...how) {
    window.travels += Boolean(this.closest(".digits-widget"));
    return animate.apply(this, how);
  };
}"""


@pytest.fixture(scope="module")
def opened(lab: Lab, browser: Browser) -> Iterator[NotebookPage]:
    """Open a notebook with one drawn widget."""
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    notebook = NotebookPage(page, lab, lab.notebook([NAMED]))
    notebook.show_widget()
    notebook.widget.evaluate(COUNT)
    notebook.draw(sample(5))
    expect(notebook.best).to_have_text("5")
    yield notebook
    assert not notebook.errors
    page.close()


@pytest.mark.parametrize("size", SMALL_SCREENS)
def test_pad_road_and_bars_are_in_sight_at_once(
    opened: NotebookPage, size: str
) -> None:
    width, height = SMALL_SCREENS[size]
    opened.page.set_viewport_size({"width": width, "height": height})
    top = opened.widget.locator(".digits-top")
    cells = opened.page.locator(".jp-WindowedPanel-outer, .jp-NotebookPanel-notebook")
    room, needed = cells.first.bounding_box(), top.bounding_box()
    assert room
    assert needed
    assert needed["height"] < room["height"]
    assert needed["width"] < room["width"]
    assert_good(top)


DRAW_A_PHOTO = """import io
from PIL import Image
from digits_widget import Drawing
from tests.photos import SCENES, photograph
file = io.BytesIO()
Image.fromarray(photograph(3, SCENES["pen"])).save(file, "PNG")
widget.draw(Drawing(picture=file.getvalue()))"""

LINES = """titles => titles.map(title => {
  const range = document.createRange();
  range.selectNodeContents(title);
  return range.getClientRects().length;
})"""
"""In how many lines each title stands."""


@pytest.mark.parametrize("size", SMALL_SCREENS)
def test_no_title_of_a_photo_takes_three_lines(opened: NotebookPage, size: str) -> None:
    width, height = SMALL_SCREENS[size]
    opened.page.set_viewport_size({"width": width, "height": height})
    assert not opened.python(DRAW_A_PHOTO)
    widget = opened.widget
    expect(widget.locator(".digits-road")).to_contain_text("Find paper and ink")
    titles = widget.locator(".digits-station button > b, .digits-tiles b")
    lines = titles.evaluate_all(LINES)
    assert len(lines) == 11 + 9
    assert max(lines) == 2
    opened.press("Undo")
    expect(opened.best).to_have_text("5")


@pytest.mark.parametrize(
    ("station", "panel"),
    [("Crop to ink", "Steps"), ("Request", "Wire"), ("Model", "Inside")],
)
def test_a_station_opens_its_panel(
    opened: NotebookPage, station: str, panel: str
) -> None:
    opened.press("Why")
    opened.widget.locator(".digits-station", has_text=station).click()
    tab = opened.widget.locator(".digits-tab-bar button", has_text=panel)
    expect(tab).to_have_attribute("aria-pressed", "true")


def test_arrows_go_from_station_to_station(opened: NotebookPage) -> None:
    stations = opened.widget.locator(".digits-station button")
    stations.first.focus()
    for key, place in (("ArrowRight", 1), ("End", 7), ("ArrowLeft", 6), ("Home", 0)):
        opened.page.keyboard.press(key)
        expect(stations.nth(place)).to_be_focused()


def travels(notebook: NotebookPage) -> int:
    """Return how many motions the page has begun in the widget so far."""
    return int(notebook.page.evaluate("window.travels"))


def test_the_ink_moves_once_for_each_answer_and_comes_to_rest(
    opened: NotebookPage,
) -> None:
    opened.press("Clear")
    expect(opened.best).not_to_be_attached()
    before = travels(opened)
    opened.draw(sample(3))
    expect(opened.best).to_have_text("3")
    opened.page.wait_for_function("before => window.travels > before", arg=before)
    opened.page.wait_for_function(
        f"widget => ({MOVING})(widget) === 0", arg=opened.widget.element_handle()
    )
    expect(opened.widget.locator(".digits-packet")).to_have_count(0)
    after = travels(opened)
    # Nothing new: nothing moves.
    opened.press("Steps")
    opened.press("Wire")
    assert travels(opened) == after


def test_a_stroke_may_begin_where_the_ink_sets_out(opened: NotebookPage) -> None:
    opened.press("Clear")
    expect(opened.best).not_to_be_attached()
    opened.draw(sample(1))
    opened.page.wait_for_function(HOLD_AT_THE_START, arg=opened.widget.element_handle())
    opened.drag([(0.4, 0.5), (0.6, 0.5)])
    # The kernel may hear the pointer and this question in either order.
    until(lambda: opened.python("print(len(widget.drawing))") == "2")


def test_nothing_moves_for_a_person_who_asks_for_less_motion(
    opened: NotebookPage,
) -> None:
    opened.page.emulate_media(reduced_motion="reduce")
    opened.press("Clear")
    expect(opened.best).not_to_be_attached()
    before = travels(opened)
    opened.draw(sample(4))
    expect(opened.best).to_have_text("4")
    opened.python("widget.wait()")
    assert travels(opened) == before
    opened.page.emulate_media(reduced_motion="no-preference")
