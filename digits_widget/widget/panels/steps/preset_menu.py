"""`PresetMenu`: the pipelines by name, with a sentence about each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from types import MappingProxyType

from ipywidgets import HTML, Dropdown, HBox

from digits_widget.drawing import Drawing
from digits_widget.pipeline import PRESETS
from digits_widget.trace import Trace

SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "mnist": "Frames the digit as MNIST's authors did: cropped, fitted in 20x20, "
        "its centre of mass in the middle of 28x28.",
        "seed-2020": "The ImageMagick command of the 2020 article, flaw and all: the "
        "whole canvas, scaled and dithered to two greys.",
        "seed-2020-fixed": "The same in black and white, so that thin lines survive; "
        "the digit still stands where it was drawn.",
        "naive": "Scales the whole canvas to 28x28, as most demos do: where and how "
        "large you draw matters.",
    }
)
"""A sentence about each preset: what it does, and what to look at."""

OWN = "your own"
"""The menu's name for a pipeline that is not a preset, until it has a name."""

_OWN_SENTENCE = "Steps of your own."


class PresetMenu:
    """Show which pipeline the session uses, and let a person choose another.

    Parameters
    ----------
    use : callable
        Receives the chosen pipeline.
    make : callable
        Called when a person chooses "your own" and has made no steps yet.
    guard : callable
        Wraps a handler, so that the widget shows its errors.
    """

    def __init__(
        self,
        use: Callable[[Callable[[Drawing], Trace]], None],
        make: Callable[[], None],
        guard: Callable[[Callable[..., None]], Callable[..., None]],
    ) -> None:
        self._use = use
        self._make = make
        self._own: Callable[[Drawing], Trace] | None = None
        self._now: Callable[[Drawing], Trace] | None = None
        self._is_naming = False
        self._menu = Dropdown(
            options=_options(OWN),
            description="Preset",
            tooltip="Ready-made steps from the drawing to the model",
        )
        self._sentence = HTML()
        self._sentence.add_class("digits-preset-sentence")
        self._menu.observe(guard(self._choose), names="value")
        self.widget = HBox([self._menu, self._sentence])
        self.widget.add_class("digits-preset")

    def show(self, prepare: Callable[[Drawing], Trace]) -> None:
        """Show which pipeline the session uses."""
        self._now = prepare
        name = _preset_of(prepare)
        if name is None:
            self._own = prepare
            self._call_own(getattr(prepare, "name", "") or OWN)
        sentence = _OWN_SENTENCE if name is None else SENTENCES[name]
        self._sentence.value = escape(sentence)
        self._menu.value = name or OWN

    def _call_own(self, name: str) -> None:
        """Give the last entry of the menu a name."""
        if self._menu.options != _options(name):
            # ipywidgets chooses a new list's first entry for a moment: do not use it.
            self._is_naming = True
            self._menu.options = _options(name)
            self._is_naming = False

    def _choose(self, change: dict[str, str]) -> None:
        name = change["new"]
        if self._is_naming:
            return
        if self._now is None or name == (_preset_of(self._now) or OWN):
            return
        chosen = self._own if name == OWN else PRESETS[name]
        if chosen:
            self._use(chosen)
        else:
            self._menu.value = _preset_of(self._now)
            self._make()


def _options(own: str) -> tuple[tuple[str, str], ...]:
    return (*((name, name) for name in PRESETS), (own, OWN))


def _preset_of(prepare: Callable[[Drawing], Trace]) -> str | None:
    return next((name for name, preset in PRESETS.items() if preset == prepare), None)
