"""`Explanation`: which ink the answer rests on, and which dab would change it."""

from __future__ import annotations

from base64 import b64encode
from html import escape

import numpy as np
from ipywidgets import HTML, Dropdown, HBox, ToggleButtons, VBox
from numpy.typing import NDArray

from digits_widget.insight.dabs import Dab, Dabs, find_dabs
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
from digits_widget.widget.desk import Desk
from digits_widget.widget.inquiry import Inquiry

_SIDE = 224
"""Of a tile in CSS pixels: eight for each of the image's."""

Found = tuple[NDArray[np.float32], Occlusion, Dabs]
"""The image, and what was found out about it."""


class Explanation:
    """Show what the answer rests on, for the drawing that rests.

    Parameters
    ----------
    desk : Desk
        What the parts of the widget share.
    """

    blank = "Draw a digit, and see which ink its answer rests on."

    def __init__(self, desk: Desk) -> None:
        self._many = desk.answerer.many
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
            options=[("Confidence", "confidence"), ("Odds", "odds")],
            description="Colours by",
            tooltip="Points of confidence, or how often the odds halve: that tells "
            "places apart where a model is very sure",
        )
        self.body = HTML()
        self.body.add_class("digits-reasons")
        self._inquiry = Inquiry(self, desk.background)
        self._patches.observe(desk.guard(self._cover), names="value")
        self._measure.observe(desk.guard(self._colour), names="value")
        controls = HBox([self._patches, self._measure])
        controls.add_class("digits-controls")
        self.widget = VBox([controls, self._inquiry.line, self.body])
        self.widget.add_class("digits-explanation")

    def show(self, state: State) -> None:
        """Work on the drawing of `state` once it rests."""
        self._inquiry(state)

    def work(self, state: State) -> Found:
        """Ask about all variants: one call for the patches, one for the dabs."""
        assert state.trace is not None  # noqa: S101 - only traces are answered
        image, patches = state.trace.tensor, self._patches.value
        occlusion = occlude(image, self._many, patches=patches)
        # A dab is wider than two pixels: between these places there is little to find,
        # and a batch four times as large would keep the next drawing waiting.
        return image, occlusion, find_dabs(image, self._many, step=2)

    def draw(self, result: Found) -> str:
        """Show both pictures; say the most of it in one sentence."""
        self._found = result
        image, occlusion, dabs = result
        measure = self._measure.value
        grid = occlusion.bits if measure == "odds" else occlusion.falls
        self.body.value = _map(image, occlusion, grid, measure) + _dabs(image, dabs)
        return summary(occlusion, dabs)

    def clear(self) -> None:
        """Show two sheets of paper."""
        self._found = None
        self.body.value = _figure(_RESTS, "", _legend("", ""), ()) + _figure(
            _DABS, "", "", ()
        )

    def _cover(self, _change: object) -> None:
        self._inquiry.again()

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


def _dabs(image: NDArray[np.float32], dabs: Dabs) -> str:
    words = (dab_words(dabs, ink=True), dab_words(dabs, ink=False))
    marks = "".join(_mark(dab) for dab in (dabs.more, dabs.less) if dab)
    # Pale, so that the marks are seen on ink and on paper.
    picture = _picture(0.6 * image, f"Where the dabs go. {' '.join(words)}")
    return _figure(
        _DABS,
        f'{picture}<svg viewBox="0 0 28 28" aria-hidden="true">{marks}</svg>',
        '<div class="digits-legend">'
        "<span>⊕ ink, ⊖ eraser: a dot 3 pixels wide</span></div>",
        (f"⊕ {words[0]}", f"⊖ {words[1]}"),
    )


def _mark(dab: Dab) -> str:
    x, y = dab.column + 0.5, dab.row + 0.5
    cross = f"M{x - 1} {y}h2" + (f"M{x} {y - 1}v2" if dab.ink else "")
    kind = "more" if dab.ink else "less"
    shape = f'<circle cx="{x}" cy="{y}" r="1.9"/><path d="{cross}"/>'
    # A white line below each, so that it stands out on any ground.
    return f'<g class="digits-halo">{shape}</g><g class="digits-{kind}">{shape}</g>'


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
    data = b64encode(tile_png(pixels, side=2 * _SIDE)).decode()
    return (
        f'<img decoding="sync" alt="{escape(words)}" '
        f'src="data:image/png;base64,{data}">'
    )
