"""`Yours`: a text for an own kernel or threshold matrix, and how it is understood."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from ipywidgets import HTML, Textarea, ToggleButton, VBox

from digits_widget.dithering import Method, own_method
from digits_widget.widget import html
from digits_widget.widget.worker import Worker

REST = 0.4
"""Seconds without another letter before the text is read: half a word is no mistake."""

_EXAMPLE = """{"kernel": [[0, "x", 7],
            [3,  5,  1]],
 "divisor": 16}"""

_HELP = (
    'A kernel shares the error of the pixel "x": here 7/16 of it go to the next pixel, '
    "the rest to the row below. A threshold matrix says in which order pixels get ink: "
    '{"matrix": [[0, 2], [3, 1]]}.'
)


class Yours:
    """Read a text as a person writes it, and report each method that it stands for.

    Parameters
    ----------
    changed : callable
        Receives the method. Until there is another, a text with a mistake changes
        nothing.
    guard : callable
        Wraps a handler, so that the widget shows its errors.
    """

    def __init__(
        self,
        changed: Callable[[Method], None],
        guard: Callable[[Callable[..., Any]], Callable[..., None]],
    ) -> None:
        self._changed = changed
        self._worker = Worker(own_method, self._take, self._fail, quiet=REST)
        self.fold = ToggleButton(
            description="Your own",
            tooltip="Write a kernel or a threshold matrix of your own",
        )
        self._text = Textarea(_EXAMPLE, description="JSON", rows=4)
        self._help, self._said = HTML(f"<p>{escape(_HELP)}</p>"), HTML()
        self.widget = VBox()
        self.widget.add_class("digits-yours")
        self._text.add_class("digits-yours-text")
        self.fold.observe(guard(self._unfold), names="value")
        self._text.observe(guard(self._read), names="value")

    def _unfold(self, change: dict[str, bool]) -> None:
        parts = [self._help, self._text, self._said]
        self.widget.children = parts if change["new"] else []
        if change["new"]:
            self._worker(self._text.value, now=True)

    def _read(self, change: dict[str, str]) -> None:
        self._worker(change["new"])

    def _take(self, method: Method) -> None:
        self._said.value = html.status(_understood(method))
        self._changed(method)

    def _fail(self, problem: Exception) -> None:
        words = f"{problem} Until then, the tile is as before."
        self._said.value = (
            f'<div role="status" class="digits-problem">⚠ {escape(words)}</div>'
        )


def _understood(method: Method) -> str:
    """Say how the text was read."""
    kernel, tile = method.kernel, method.tile
    if kernel:
        places = len(kernel.taps)
        return (
            f"A kernel: {kernel.total} of {kernel.divisor} parts of each error go on, "
            f"to {places} {'pixel' if places == 1 else 'pixels'}. Its tile is "
            f"{method.name}."
        )
    assert tile is not None  # noqa: S101 - the only other form
    rows, cols = tile.ranks.shape
    return (
        f"A matrix of {rows}x{cols} thresholds, {tile.levels} of them different. Its "
        f"tile is {method.name}."
    )
