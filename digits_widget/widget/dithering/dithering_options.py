"""`DitheringOptions`: a control for each thing that a dithering method lets choose."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from ipywidgets import VBox, Widget

from digits_widget.dithering import find_method
from digits_widget.steps import Dither
from digits_widget.steps.parameter import Parameter
from digits_widget.widget.control import control, meant


class DitheringOptions:
    """Show the options of one dither, and tell what becomes of it.

    Parameters
    ----------
    changed : callable
        Told the dither with another choice.
    guard : callable
        Wraps the controls' handlers.
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
        """Show the options of `dither`; nothing without one."""
        if dither == self._dither:
            return
        self._dither = dither
        parameters = dict(dither.parameters()) if dither else {}
        # Chosen elsewhere: on the sheet.
        parameters.pop("method", None)
        like = parameters.pop("like", None)
        if like and like.choices != (None,):
            parameters["like"] = like
        self.widget.children = [
            self._control(name, parameter) for name, parameter in parameters.items()
        ]

    def _control(self, name: str, parameter: Parameter) -> Widget:
        assert self._dither is not None  # noqa: S101 - only a dither has options
        widget = control(name, parameter, self._dither.values()[name])
        widget.tooltip = _meaning(self._dither, name)
        handler = self._guard(partial(self._choose, name))
        widget.observe(handler, names="value")
        return widget

    def _choose(self, name: str, change: dict[str, Any]) -> None:
        dither = self._dither
        value = meant(change["new"])
        if dither is None or dither.values()[name] == value:
            return
        changed = plain(dither.changed(name, value))
        if changed.parameters() == dither.parameters():
            # The controls are right already; making new ones would end a drag.
            self._dither = changed
        self._changed(changed)


def plain(dither: Dither) -> Dither:
    """Return the same dither without the options that are at their defaults."""
    usual = Dither(dither.method, like=dither.like).values()
    kept = {k: v for k, v in dither.options.items() if usual[k] != v}
    return Dither(dither.method, like=dither.like, **kept)


def _meaning(dither: Dither, name: str) -> str:
    if name == "like":
        return "A program whose output is printed to the last bit"
    option = find_method(dither.method).options.get(name)
    return option.meaning if option else name
