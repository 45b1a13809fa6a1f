"""`ThemedFigure`: a figure that a notebook shows in the colours of its own theme."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape

import matplotlib as mpl
from matplotlib.figure import Figure

INK = "#202020"
"""For words on a picture, whose paper is white in each theme."""

_TEXT = "var(--jp-content-font-color1, currentColor)"
_LINES = "var(--jp-border-color1, #bdbdbd)"
"""Colours of the page: of its text, and of thin lines, such as a grid."""

_GREYS = ("#cccccc", "#e6e6e6", "#ebebeb")
"""Pale greys that figures draw thin lines with: 0.8, 0.9 and 0.92 of white."""

_PROLOGUE = re.compile(r"\A.*?(?=<svg)", re.DOTALL)
_SIZE = re.compile(r'width="([\d.]+)pt" height="[\d.]+pt"')
_NAMED = re.compile(r'<g id="[^"]*"')
"""A group with a name, such as ``axes_1``, that each figure of a page would have."""

_SILENT = dict.fromkeys(("Creator", "Date", "Format", "Type"))
"""What matplotlib would say about itself."""


class ThemedFigure(Figure):
    """A matplotlib figure that follows the theme of the notebook that shows it.

    As the last value of a cell it appears as SVG in the page. Black text and lines take
    the colour of the page's text, and the background is the page's own. Everything else
    is matplotlib's: ``figure.savefig("figure.png")`` writes black on white.
    """

    def _repr_html_(self) -> str:
        words = self.get_suptitle() or " ".join(_titles(self)) or "A figure"
        return themed_svg(self, words)


def themed_svg(figure: Figure, words: str) -> str:
    """Return a figure as SVG for a page of any theme.

    Parameters
    ----------
    figure : Figure
        Drawn with matplotlib's default colours.
    words : str
        What it shows, for people who do not see it.
    """
    file = io.StringIO()
    with _without_paper(figure), mpl.rc_context({"svg.fonttype": "none"}):
        figure.savefig(file, format="svg", transparent=True, metadata=_SILENT)
    svg = _NAMED.sub("<g", _PROLOGUE.sub("", file.getvalue(), count=1))
    svg = svg.replace("stroke: #000000", f"stroke: {_TEXT}")
    for grey in _GREYS:
        svg = svg.replace(f"stroke: {grey}", f"stroke: {_LINES}")
    # Black is what SVG fills with where nothing is said, so matplotlib says nothing.
    look = f"max-width: 100%; height: auto; fill: {_TEXT}"
    shown = f'role="img" aria-label="{_escaped(words)}" style="{look}"'
    return _SIZE.sub(rf'width="\1pt" {shown}', svg, count=1)


@contextmanager
def _without_paper(figure: Figure) -> Iterator[None]:
    """Hide the white behind the axes and legends, for a while."""
    papers = [axes.patch for axes in figure.axes]
    legends = [axes.get_legend() for axes in figure.axes]
    papers += [each.get_frame() for each in (*legends, *figure.legends) if each]
    seen = [paper.get_visible() for paper in papers]
    for paper in papers:
        paper.set_visible(False)
    try:
        yield
    finally:
        for paper, visible in zip(papers, seen, strict=True):
            paper.set_visible(visible)


def _titles(figure: Figure) -> Iterator[str]:
    for axes in figure.axes:
        if axes.get_visible() and axes.get_title():
            yield axes.get_title()


def _escaped(words: str) -> str:
    """Return words for an attribute, in one line."""
    return escape(" ".join(words.split()))
