"""The output of a notebook's cell, and its removal when the cell runs again."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from IPython import get_ipython
from IPython.display import display
from ipywidgets import DOMWidget, VBox, Widget

from digits_widget.widget.overlay import GONE, Overlay

_CHILD = ".jp-OutputArea-child"
_OURS = f"{_CHILD}:has(.digits-if-gone)"
_DEAD = f"{_CHILD}:has(> .jupyter-widgets):not(:has(.digits-widget))"

IF_GONE = (
    f"<style>{_OURS}:first-child,{_CHILD}:not(:has(> .jupyter-widgets)) + {_OURS},"
    f"{_CHILD}:has(.digits-widget) + {_OURS},{_DEAD}:has(+ {_CHILD} .digits-if-gone)"
    "{display:none}.jp-OutputArea .digits-if-gone{display:block}</style>"
    f'<p class="digits-if-gone" hidden>{GONE}</p>'
)
"""Hidden below a widget, and shown in its place once its kernel has gone.

JupyterLab then shows a box with only "model not found" in it. No script of the widget
runs, but this style does.
"""


class CellOutput(VBox):
    """A widget that leaves a picture and a sentence in a saved notebook."""

    def _png(self) -> bytes:
        """Return the picture."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **kwargs: object) -> dict[str, Any]:
        bundle: dict[str, Any] = super()._repr_mimebundle_(**kwargs)
        return {**bundle, "image/png": b64encode(self._png()).decode()}

    def _ipython_display_(self) -> None:
        display(self._repr_mimebundle_(), raw=True)
        display({"text/html": IF_GONE, "text/plain": ""}, raw=True)


class PartOutput(CellOutput):
    """Show one part of the widget; a saved notebook shows a picture of the whole.

    Parameters
    ----------
    name : str
        The widget's attribute for the part.
    contents : sequence of DOMWidget
        The part itself.
    overlay : Overlay
        The script and style that every part needs on its page.
    png : callable
        Returns a picture of the whole widget, as PNG.
    words : callable
        Returns the widget's sentence about the drawing.
    """

    def __init__(
        self,
        name: str,
        *contents: DOMWidget,
        overlay: Overlay,
        png: Callable[[], bytes],
        words: Callable[[], str],
    ) -> None:
        self._name = name
        self._still = png
        self._words = words
        super().__init__([overlay, *contents])
        self.add_class("digits-widget")

    def _png(self) -> bytes:
        return self._still()

    def __repr__(self) -> str:
        return f"<DigitsWidget.{self._name}: {self._words()}>"


class Cell:
    """Close a widget whose cell has run again, as soon as no page shows it.

    Parameters
    ----------
    close_widget : callable
        Closes the widget, which the cell that runs now has made.
    overlay : Overlay
        Knows whether a page shows the widget.
    """

    def __init__(self, close_widget: Callable[[], None], overlay: Overlay) -> None:
        self._close_widget = close_widget
        self._overlay = overlay
        self._ran_again = False
        overlay.on("seen", self._close_if_unseen)
        self._shell = get_ipython()
        self._name = _cell_of(self._shell)
        if self._name:
            self._shell.events.register("pre_run_cell", self._look)

    def close(self) -> None:
        """Stop listening for cells that run."""
        if self._name:
            # `%reset` may have unregistered it, or an earlier call.
            with suppress(ValueError):
                self._shell.events.unregister("pre_run_cell", self._look)

    def _look(self, info: Any) -> None:  # noqa: ANN401 - IPython ships no types
        if info.cell_id == self._name:
            self.close()
            self._ran_again = True
            if self._overlay.was_seen:
                self._close_if_unseen()

    def _close_if_unseen(self) -> None:
        if self._ran_again and not self._overlay.is_seen:
            self._close_widget()


def _cell_of(shell: Any) -> str | None:  # noqa: ANN401
    """Return the page's identifier of the running cell; None if it gives none."""
    try:
        name = shell.get_parent()["metadata"]["cellId"]
    except (AttributeError, LookupError, TypeError):
        # This is not a kernel, or the page does not identify cells.
        return None
    return str(name) if hasattr(shell, "events") else None


def is_page() -> bool:
    """Return whether the widget is on a page without cells, which Voila shows."""
    return os.environ.get("SERVER_SOFTWARE", "").startswith("voila")


def owned_widgets(owner: object) -> Iterator[Widget]:
    """Find every ipywidget that `owner` holds, even one that is folded away.

    The search goes through attributes and traits, lists and mappings, and objects of
    this package. It leaves out what others own: functions and objects from a notebook,
    and the channel that all canvases share.
    """
    seen: set[int] = set()
    to_see: list[Any] = [owner]
    while to_see:
        found = to_see.pop()
        if id(found) in seen:
            continue
        seen.add(id(found))
        if isinstance(found, Widget):
            yield found
        to_see += _held_by(found)


def _held_by(holder: Any) -> list[Any]:  # noqa: ANN401 - whatever there is
    if isinstance(holder, dict):
        return [*holder.keys(), *holder.values()]
    if isinstance(holder, list | tuple | set | frozenset):
        return list(holder)
    held: list[Any] = []
    if isinstance(holder, Widget):
        held += [getattr(holder, name) for name in holder.keys if name[:1] != "_"]
    # Protobuf's messages have no module.
    if (type(holder).__module__ or "").startswith("digits_widget."):
        attributes = getattr(holder, "__dict__", {})
        held += [what for name, what in attributes.items() if name != "_trait_values"]
    return held
