"""`WhyPanel`: the ink on which the answer rests, and the dabs that would change it."""

from __future__ import annotations

from html import escape

import numpy as np
from ipywidgets import HTML, DOMWidget, Dropdown, HBox, ToggleButtons, VBox
from numpy.typing import NDArray

from digits_widget.insight.counterfactuals import (
    Counterfactuals,
    find_counterfactuals,
)
from digits_widget.insight.occlusion import Occlusion, occlude
from digits_widget.insight.reasons import (
    against,
    dab_words,
    heat,
    needed,
    scale,
    summary,
)
from digits_widget.state import State
from digits_widget.tile import tile_png
from digits_widget.widget import html
from digits_widget.widget.context import Context
from digits_widget.widget.panel import WorkingPanel
from digits_widget.widget.panels.why.make_it import MakeIt
from digits_widget.widget.panels.why.marks import mark

_SIDE = 224
"""Side of a tile in CSS pixels: eight for each pixel of the image."""

Found = tuple[NDArray[np.float32], Occlusion, Counterfactuals]
"""The image, its occlusion and its counterfactuals."""


class WhyPanel(WorkingPanel[Found]):
    """Show what the answer about the drawing rests on."""

    blank = "Draw a digit, and see which ink its answer rests on."

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._make_it = MakeIt(context)

    def make_it(self, target: int) -> None:
        """Make the drawing another digit, now or as soon as a page shows the panel.

        Parameters
        ----------
        target : int
            The digit, 0 to 9.
        """
        self._make_it.seek(target)

    def build(self) -> DOMWidget:
        """Make two menus above two pictures."""
        guard = self.context.guard
        self._found: Found | None = None
        self._patches = ToggleButtons(
            options=[("7 by 7 patches", "coarse"), ("Every pixel", "fine")],
            description="Cover",
            tooltips=[
                "Cover 4 by 4 pixels at each of 49 places, all in one request",
                "Cover 3 by 3 pixels about each of 784, all in one request",
            ],
        )
        self._measure = Dropdown(
            options=[("Odds", "odds"), ("Confidence", "confidence")],
            description="Colours by",
            tooltip="Points of confidence, or how often the odds halve: that tells "
            "places apart where a model is very sure",
        )
        self.body = HTML()
        self.body.add_class("digits-reasons")
        self._patches.observe(guard(lambda _change: self.work_again()), names="value")
        self._measure.observe(guard(self._colour), names="value")
        controls = HBox([self._patches, self._measure])
        controls.add_class("digits-controls")
        content = VBox([self._make_it.widget, controls, self.line, self.body])
        content.add_class("digits-why")
        return content

    def update(self, state: State) -> None:
        """Work on `state` once the drawing rests; tell the game at once."""
        super().update(state)
        self._make_it.show(state)

    def work(self, state: State) -> Found:
        """Ask about all variants, in one call for the patches and one for the dabs."""
        assert state.trace is not None  # noqa: S101 - only traces are answered
        image, patches = state.trace.tensor, self._patches.value
        many = self.context.predictor.many
        occlusion = occlude(image, many, patches=patches)
        # A dab is wider than two pixels, so a finer grid would find little more, and
        # its batch, four times as large, would keep the next drawing waiting.
        return image, occlusion, find_counterfactuals(image, many, step=2)

    def draw(self, result: Found) -> str:
        """Show both pictures; return their main point as one sentence."""
        self._found = result
        image, occlusion, dabs = result
        measure = self._measure.value
        grid = occlusion.bits if measure == "odds" else occlusion.falls
        self.body.value = _map(image, occlusion, grid, measure) + _dabs(image, dabs)
        return summary(occlusion, dabs)

    def clear(self) -> None:
        """Show two blank sheets."""
        self._found = None
        self.body.value = _figure(_RESTS, "", _legend("", ""), ()) + _figure(
            _DABS, "", "", ()
        )

    def _colour(self, _change: object) -> None:
        found = self._found
        if found:
            self.draw(found)


_RESTS = "What the answer rests on"
_DABS = "One dab more, one dab less"


def _map(
    image: NDArray[np.float32],
    occlusion: Occlusion,
    grid: NDArray[np.float64],
    measure: str,
) -> str:
    words = (needed(occlusion), against(occlusion))
    picture = _picture(heat(image, grid), f"Heat map. {words[0]}")
    return _figure(_RESTS, picture, _legend(*scale(occlusion, measure)), words)


def _dabs(image: NDArray[np.float32], counterfactuals: Counterfactuals) -> str:
    words = (
        dab_words(counterfactuals, ink=True),
        dab_words(counterfactuals, ink=False),
    )
    marks = "".join(
        mark(dab) for dab in (counterfactuals.more, counterfactuals.less) if dab
    )
    # Make it pale, so that the marks are visible on ink and on paper.
    picture = _picture(0.6 * image, f"Where the dabs go. {' '.join(words)}")
    return _figure(
        _DABS,
        f'{picture}<svg viewBox="0 0 28 28" aria-hidden="true">{marks}</svg>',
        '<div class="digits-legend">'
        "<span>⊕ ink, ⊖ eraser: a dot 3 pixels wide</span></div>",
        (f"⊕ {words[0]}", f"⊖ {words[1]}"),
    )


def _figure(title: str, picture: str, legend: str, words: tuple[str, ...]) -> str:
    lines = "".join(f"<p>{escape(line)}</p>" for line in words)
    return (
        f'<figure><b>{title}</b><div class="digits-reason-tile">{picture}</div>'
        f"{legend}<figcaption>{lines}</figcaption></figure>"
    )


def _legend(low: str, high: str) -> str:
    return (
        '<div class="digits-legend"><i></i>'
        f"<span>{escape(low)}</span><span>{escape(high)}</span></div>"
    )


def _picture(pixels: NDArray[np.float32], words: str) -> str:
    return html.picture(tile_png(pixels, side=2 * _SIDE), words)
