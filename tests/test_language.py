"""The project speaks plain English: the habits of a translation do not come back."""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

import digits_widget

PACKAGE = Path(digits_widget.__file__).parent

FORBIDDEN = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(somebody|someone|anybody|nobody|whoever|everybody)\b",
        r"\b(for those|the one|the ones) who\b",
        r"\b(has|have) right\b",
        r"\bread right\b",
        r"\bhas [\d,.]+ % [^.]*\bright\b",
        r"\b(no|any|of) use\b",
        r"\b(had by|is had)\b",
        r"\bto bear\b",
        r"\bhangs on\b",
        r"\bweighs? the same\b",
        r"\bgo that way\b",
        r"\bis not done\b",
        r"\bstands? there (once|twice)\b",
        r"\bstands in the environment\b",
        r"\bwhose move\b",
        r"\bby the server's words\b",
        r"\ball that (is|was) (needed|there|started)\b",
        r"\ball that it takes\b",
        r"\bimaginary hands?\b",
        r"^(?-i:Last) the\b",
        r"\bold acquaintances?\b",
        r"\bmind the brackets\b",
        r"\b(that|which) (is|are) no (?!longer\b)[a-z]+\b",
        r"\bwhich is not there\b",
        r"\bhas not[.,;?]",
        r"\bwhat the hand did\b",
        r"\bas by hand\b",
        r"\bin vain\b",
        r"\bto and fro\b",
        r"\bwe shall\b",
        r"\bdata sets?\b",
        r"^(?-i:Of) (a|an|the|what|which|this|these)\b",
    )
]
"""Phrases without an actor, inverted, or translated word by word."""

FILES = sorted(PACKAGE.rglob("*.py"))


ROOT = PACKAGE.parent

SCRIPTS = sorted(path for kind in ("*.js", "*.html") for path in PACKAGE.rglob(kind))
"""What browsers get: the widget's own page, and those of a class."""

PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CODE_OF_CONDUCT.md",
    ROOT / "SECURITY.md",
    ROOT / "SUPPORT.md",
    ROOT / "deploy" / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def prose(source: str) -> Iterator[str]:
    """Yield the comments of a file, and its texts of more than one word."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and "noqa" not in token.string:
            yield token.string.lstrip("# ")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from re.split(r"\n\s*\n", node.value)


def found_in(texts: Iterable[str]) -> list[tuple[str, str]]:
    """Return each forbidden phrase with the text that has it."""
    return [
        (phrase.pattern, text)
        for text in (" ".join(text.split()) for text in texts)
        for phrase in FORBIDDEN
        if phrase.search(text)
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_phrase_reads_like_a_translation(path: Path) -> None:
    found = found_in(prose(path.read_text("utf-8")))
    assert not found


@pytest.mark.parametrize(
    "path", SCRIPTS, ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_no_script_reads_like_a_translation(path: Path) -> None:
    assert not found_in(path.read_text("utf-8").splitlines())


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_page_reads_like_a_translation(path: Path) -> None:
    paragraphs = re.split(r"\n\s*\n", path.read_text("utf-8"))
    assert not found_in(paragraphs)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_lesson_reads_like_a_translation(path: Path) -> None:
    cells = json.loads(path.read_text("utf-8"))["cells"]
    lesson = "\n\n".join(
        "".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"
    )
    assert not found_in(re.split(r"\n\s*\n", lesson))


@pytest.mark.parametrize(
    "text",
    [
        "Whoever changes the state shows it.",
        "The model has right 99 % of the images.",
        "Got x, which is no picture.",
        "with the activation 'x', which Keras has not.",
        "Of the folder the version was only its name.",
        "Last the question.",
        "Names that are no numbers are ignored.",
        "From confidences it is had by a power.",
        "The model has 99 % of MNIST's test images right.",
        "The whole 9 hangs on a few pixels.",
        "Changing a published version is not done.",
    ],
)
def test_the_phrases_catch_their_examples(text: str) -> None:
    assert any(phrase.search(text) for phrase in FORBIDDEN)
