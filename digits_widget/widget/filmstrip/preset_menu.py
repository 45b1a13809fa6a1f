"""`PresetMenu`: the pipelines by name, each with a sentence."""

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
"""What each preset does, and what to look at."""

OWN = "your own"
"""What the menu calls a pipeline that is no preset."""

_OWN_SENTENCE = "Steps of your own."


class PresetMenu:
    """Show which pipeline is used, and let people take another.

    Parameters
    ----------
    use : callable
        Told the pipeline that was chosen.
    make : callable
        Called when somebody wants steps of their own and there are none yet.
    guard : callable
        Wraps a handler, so that its errors are seen.
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
        self._menu = Dropdown(
            options=(*PRESETS, OWN),
            description="Preset",
            tooltip="Ready-made steps from the drawing to the model",
        )
        self._sentence = HTML()
        self._sentence.add_class("digits-preset-sentence")
        self._menu.observe(guard(self._choose), names="value")
        self.widget = HBox([self._menu, self._sentence])
        self.widget.add_class("digits-preset")

    def show(self, prepare: Callable[[Drawing], Trace]) -> None:
        """Show which pipeline is used."""
        self._now = prepare
        name = _preset_of(prepare)
        if name is None:
            self._own = prepare
        sentence = _OWN_SENTENCE if name is None else SENTENCES[name]
        self._sentence.value = escape(sentence)
        self._menu.value = name or OWN

    def _choose(self, change: dict[str, str]) -> None:
        name = change["new"]
        if self._now is None or name == (_preset_of(self._now) or OWN):
            return
        chosen = self._own if name == OWN else PRESETS[name]
        if chosen:
            self._use(chosen)
        else:
            self._menu.value = _preset_of(self._now)
            self._make()


def _preset_of(prepare: Callable[[Drawing], Trace]) -> str | None:
    return next((name for name, preset in PRESETS.items() if preset == prepare), None)
