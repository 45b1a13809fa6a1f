"""``llms.txt``: the pages of the site as one list that a language model can read.

The form is that of https://llmstxt.org: a title, a summary, and sections of links.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from bs4 import BeautifulSoup, Tag

_TREE = re.compile(
    r"^```\{toctree\}\n:hidden:\n:caption: (?P<caption>[^\n]+)\n\n(?P<pages>.*?)^```",
    re.DOTALL | re.MULTILINE,
)

_SENTENCE = re.compile(r"[A-Z0-9].*?[.?!](?=\s|$)")


def llms_txt(index: str, built: Path) -> str:
    """Return the text.

    Parameters
    ----------
    index : str
        The Markdown of the site's first page, whose tables of contents name the others.
    built : Path
        The site.
    """
    summary = _first_sentence(built / "index.html")
    return "\n".join(["# digits_widget", "", f"> {summary}", *_sections(index, built)])


def _sections(index: str, built: Path) -> Iterator[str]:
    for tree in _TREE.finditer(index):
        yield f"\n## {tree['caption']}\n"
        for name in tree["pages"].split():
            yield _line(built, f"{name}.html")
            if name == "tutorials/index":
                others = sorted((built / "tutorials").glob("*.html"))
                yield from (
                    _line(built, path.relative_to(built).as_posix())
                    for path in others
                    if path.stem != "index"
                )
    yield ""


def _line(built: Path, page: str) -> str:
    path = built / page
    title = _article(path).find("h1")
    words = title.get_text().removesuffix("¶") if title else path.stem
    return f"- [{words}]({page}): {_first_sentence(path)}"


def _first_sentence(path: Path) -> str:
    paragraphs = _article(path).find_all("p")
    texts = (" ".join(each.get_text().split()) for each in paragraphs)
    found = (_SENTENCE.match(text) for text in texts)
    return next((each[0] for each in found if each), "")


def _article(path: Path) -> Tag:
    page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    article = page.find("article")
    return article if isinstance(article, Tag) else page
