"""Checks a built site: every link inside leads somewhere, and nothing is fetched."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

_FETCHED = {
    ("script", "src"),
    ("img", "src"),
    ("source", "src"),
    ("iframe", "src"),
    ("link", "href"),
}
"""What a browser loads without being asked."""

_NEVER_LOADED = {"canonical", "license", "author"}
"""Kinds of ``<link>`` that only say something."""


class _Page(HTMLParser):
    """The links and places of one page."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.places: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what one element links to and what it is called."""
        said = dict(attrs)
        self.places |= {said[key] or "" for key in ("id", "name") if said.get(key)}
        for key, value in attrs:
            if (tag, key) in _FETCHED and said.get("rel") not in _NEVER_LOADED:
                self.fetched.append(value or "")
            elif (tag, key) == ("a", "href"):
                self.links.append(value or "")


def check_site(folder: Path) -> Iterator[str]:
    """Yield a sentence for each link that leads nowhere, or out to be fetched."""
    for path in sorted(folder.rglob("*.html")):
        page = _read(path)
        where = path.relative_to(folder)
        for link in page.fetched:
            if urlsplit(link).netloc:
                yield f"{where} fetches {link}"
        for link in {*page.links, *page.fetched}:
            if not _leads_somewhere(path, link):
                yield f"{where} links to {link}, which is not there"


def _leads_somewhere(path: Path, link: str) -> bool:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return True
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if target.is_dir():
        target /= "index.html"
    if not target.exists():
        return False
    if not parts.fragment or target.suffix != ".html":
        return True
    return unquote(parts.fragment) in _read(target).places


@cache
def _read(path: Path) -> _Page:
    page = _Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page
