"""Turns a lesson into its student's and its teacher's edition, and into slides."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from tools.lessons import CHECK, DETAILS, QUESTION, worked_exercises

_TOLD = re.compile(r"Solution|Answer to question \d+")
"""Titles of folds that give something away."""

_OUTWARD = re.compile(r"\[([^\]]+)\]\(\.\./[^)]*\)")
"""A link from a lesson to another folder of the project."""

_BREAK = re.compile(r"\f|^(?=#{1,3} )", re.MULTILINE)
"""Where one slide ends in Markdown: after an answer, and before a heading."""


def student(notebook: NotebookNode) -> NotebookNode:
    """Return a lesson without solutions and answers; its hints stay."""
    edition = copy.deepcopy(notebook)
    for cell in _prose(edition):
        cell.source = DETAILS.sub(_kept, cell.source).strip()
    edition.cells = [cell for cell in edition.cells if cell.source]
    return edition


def _solved(starter: str, solution: str) -> str:
    """Return a starter with its solution, which may need what the starter gives."""
    is_alone = len(ast.parse(starter).body) == 1
    return solution if is_alone else f"{starter}\n\n{solution}"


def _prose(notebook: NotebookNode) -> Iterator[NotebookNode]:
    """Yield the cells of words, without the links that lead out of the course."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = _OUTWARD.sub(r"\1", cell.source)
            yield cell


def _kept(fold: re.Match[str]) -> str:
    return "" if _TOLD.fullmatch(fold["title"]) else fold[0]


def instructor(notebook: NotebookNode) -> NotebookNode:
    """Return a lesson with every fold open, and every starter solved."""
    edition = copy.deepcopy(notebook)
    for _, solution, place in worked_exercises(edition.cells):
        starter = edition.cells[place - 1]
        if starter.cell_type == "code":
            starter.source = _solved(starter.source, solution.strip())
    for cell in _prose(edition):
        cell.source = cell.source.replace("<details>", "<details open>")
    return edition


def slides(notebook: NotebookNode) -> NotebookNode:
    """Return a lesson with a place in a slide show for each cell.

    A section, a question and an exercise each begin a slide, and what belongs to it
    lies below, in Reveal's sense. An answer appears under its result. Solutions are
    left out.
    """
    show = copy.deepcopy(notebook)
    for cell in _prose(show):
        cell.source = cell.source.replace(".ipynb)", ".html)")
    show.cells = [part for cell in show.cells for part in _parts(cell)]
    return show


def _parts(cell: NotebookNode) -> Iterator[NotebookNode]:
    """Yield the parts of a cell, each with its place in the show."""
    if cell.cell_type == "code":
        kind = "skip" if CHECK.match(cell.source) else "subslide"
        cell.metadata["slideshow"] = {"slide_type": kind}
        yield cell
        return
    for text in _BREAK.split(DETAILS.sub(_unfolded, cell.source)):
        if text.strip():
            place = {"slideshow": {"slide_type": _place_of(text.strip())}}
            yield new_markdown_cell(text.strip(), metadata=place)


def _place_of(text: str) -> str:
    if text.startswith("**Answer"):
        return "fragment"
    return "slide" if text.startswith("#") or QUESTION.match(text) else "subslide"


def _unfolded(fold: re.Match[str]) -> str:
    if fold["title"] == "Solution":
        return ""
    return f"**{fold['title']}.** {fold['text'].strip()}\n\f"
