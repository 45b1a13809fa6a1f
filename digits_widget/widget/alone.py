"""`Alone`: a part of the widget in a cell of its own."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Any

from ipywidgets import HTML, DOMWidget, VBox


class Alone(VBox):
    """Show a part, and in a saved notebook the picture of the whole widget.

    Parameters
    ----------
    name : str
        Of the part, as an attribute of the widget.
    contents : sequence of DOMWidget
        The part.
    style : HTML
        What every part needs of the page.
    still : callable
        Gives the whole widget as PNG.
    words : callable
        Gives what the widget says about the drawing.
    """

    def __init__(
        self,
        name: str,
        *contents: DOMWidget,
        style: HTML,
        still: Callable[[], bytes],
        words: Callable[[], str],
    ) -> None:
        self._name = name
        self._still = still
        self._words = words
        # The browser counts the views once the count is a number.
        super().__init__([style, *contents], _view_count=0)
        self.add_class("digits-widget")

    def _repr_mimebundle_(self, **kwargs: object) -> dict[str, Any]:
        """Add a picture and a sentence, for places where no widget lives."""
        bundle: dict[str, Any] = super()._repr_mimebundle_(**kwargs)
        return {**bundle, "image/png": b64encode(self._still()).decode()}

    def __repr__(self) -> str:
        return f"<DigitsWidget.{self._name}: {self._words()}>"
