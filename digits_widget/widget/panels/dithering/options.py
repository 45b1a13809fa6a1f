"""`DitheringOptions`: a control for each option of a dithering method."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from ipywidgets import VBox, Widget

from digits_widget.option import Option
from digits_widget.steps import Dither
from digits_widget.widget.option_control import from_control, option_control


class DitheringOptions:
    """Show the options of one dither, and report each change.

    Parameters
    ----------
    changed : callable
        Receives the dither with its changed option.
    guard : callable
        Wraps a handler, so that the widget shows its errors.
    """

    def __init__(
        self,
        changed: Callable[[Dither], None],
        guard: Callable[[Callable[..., Any]], Callable[..., None]],
    ) -> None:
        self._changed = changed
        self._guard = guard
        self._dither: Dither | None = None
        self.widget = VBox()
        self.widget.add_class("digits-options")

    def show(self, dither: Dither | None) -> None:
        """Show the options of `dither`, or no control for None."""
        if dither == self._dither:
            return
        self._dither = dither
        parameters = dict(dither.parameters()) if dither else {}
        # A person chooses the method on the sheet.
        parameters.pop("method", None)
        like = parameters.pop("like", None)
        if like and like.choices != (None,):
            parameters["like"] = like
        self.widget.children = [
            self._control(name, parameter) for name, parameter in parameters.items()
        ]

    def _control(self, name: str, parameter: Option) -> Widget:
        assert self._dither is not None  # noqa: S101 - only a dither has options
        widget = option_control(name, parameter, self._dither.values()[name])
        widget.tooltip = _meaning(self._dither, name)
        handler = self._guard(partial(self._choose, name))
        widget.observe(handler, names="value")
        return widget

    def _choose(self, name: str, change: dict[str, Any]) -> None:
        dither = self._dither
        value = from_control(change["new"])
        if dither is None or dither.values()[name] == value:
            return
        changed = plain(dither.changed(name, value))
        if changed.parameters() == dither.parameters():
            # The controls show the change already; new ones would end a drag.
            self._dither = changed
        self._changed(changed)


def plain(dither: Dither) -> Dither:
    """Return the same dither without options that equal their defaults."""
    usual = Dither(dither.printer, like=dither.like).values()
    kept = {k: v for k, v in dither.options.items() if usual[k] != v}
    return Dither(dither.printer, like=dither.like, **kept)


def _meaning(dither: Dither, name: str) -> str:
    if name == "like":
        return "A program whose output is printed to the last bit"
    option = dither.printer.options.get(name)
    return option.meaning if option else name
