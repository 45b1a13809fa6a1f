"""The site's pages in a real browser: accessible, and no wider than a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tools.find_browser import find
from tools.lab import chromium

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.timeout(900)]

PAGES = (
    "index",
    "search",
    "tutorials/04_preprocessing",
    "how-to/class",
    "reference/command-line",
    "reference/dithering/index",
    "reference/python/samples",
    "reference/wire",
    "explanation/accessibility",
)
"""One of each kind."""

PHONE, LAPTOP, HEIGHT = 320, 1366, 900

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

CHECKED = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],
}

SPACED = """* {
  line-height: 1.5 !important;
  letter-spacing: 0.12em !important;
  word-spacing: 0.16em !important;
}
p { margin-bottom: 2em !important; }"""
"""What a reader may set, as WCAG's criterion 1.4.12 lists it."""

CUT_OFF = """() => [...document.querySelectorAll("article *")].filter(each => {
  const style = getComputedStyle(each);
  return each.innerText?.trim() && ["hidden", "clip"].includes(style.overflowX)
    && (each.scrollWidth > each.clientWidth + 1
      || each.scrollHeight > each.clientHeight + 1);
}).map(each => each.outerHTML.slice(0, 80))"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not find():
        pytest.skip("no Chromium or Chrome here; tools/find_browser.py says how")
    with chromium() as browser:
        yield browser


@pytest.fixture(params=[PHONE, LAPTOP], ids=lambda width: f"{width} px")
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": request.param, "height": HEIGHT})
    yield page
    page.close()


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(name: str, page: Page, site: Path) -> None:
    page.goto((site / f"{name}.html").as_uri())
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page, options=CHECKED)
        assert not found.response["violations"], found.generate_report()
        if page.viewport_size == {"width": PHONE, "height": HEIGHT}:
            # Its colours are those of the other width.
            break


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_wider_than_the_page_or_cut_off_with_more_space(
    name: str, page: Page, site: Path
) -> None:
    page.goto((site / f"{name}.html").as_uri())
    wider = "document.documentElement.scrollWidth - innerWidth"
    assert page.evaluate(wider) <= 0
    page.add_style_tag(content=SPACED)
    assert page.evaluate(wider) <= 0
    assert page.evaluate(CUT_OFF) == []


def test_tab_reaches_what_scrolls_and_a_link_to_the_text(
    page: Page, site: Path
) -> None:
    page.goto((site / "reference" / "wire.html").as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Skip to content"
    reached = page.evaluate(
        """() => [...document.querySelectorAll("pre, .table-wrapper")]
          .filter(each => each.scrollWidth > each.clientWidth)
          .map(each => each.tabIndex)"""
    )
    assert set(reached) <= {0}
    width = page.viewport_size["width"] if page.viewport_size else 0
    assert bool(reached) == (width == PHONE)


def test_pictures_do_not_glare_in_the_dark(page: Page, site: Path) -> None:
    page.goto((site / "reference" / "dithering" / "index.html").as_uri())
    picture = page.locator(".dither-gallery img").first
    style = "image => getComputedStyle(image).filter"
    for scheme, brightness in zip(SCHEMES, ("1", "0.8"), strict=True):
        page.emulate_media(color_scheme=scheme)
        assert picture.evaluate(style) == f"brightness({brightness})"
