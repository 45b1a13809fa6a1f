"""`Film`: pictures that follow each other in one place, with the answers to them."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from html import escape

import numpy as np
from numpy.typing import NDArray

from digits_widget.errors import ImageError
from digits_widget.prediction import DIGITS, Prediction
from digits_widget.tile import tile_png

_REST = 6
"""How many times longer than the others the last picture stays."""

_STYLE = """
.digits-film { color: var(--jp-content-font-color1, inherit); font: 14px sans-serif; }
.digits-film .frames { position: relative; height: 230px; margin-top: 8px; }
.digits-film figure { position: absolute; inset: 0; margin: 0; visibility: hidden;
  animation: var(--play) var(--total) step-end infinite; }
.digits-film figure > * { position: absolute; }
.digits-film img { left: 1px; top: 1px; width: 196px; height: 196px; margin: 0;
  object-fit: contain; image-rendering: pixelated;
  outline: 1px solid var(--jp-border-color1, #bdbdbd); }
.digits-film svg { left: 210px; top: 0; fill: currentColor; }
.digits-film svg .best { fill: #1f77b4; }
.digits-film svg rect { opacity: 0.35; }
.digits-film svg .best { opacity: 1; }
.digits-film figcaption { left: 0; top: 206px; }
.digits-film .play { display: none; }
.digits-film:has(:checked) figure { animation-play-state: paused; }
@media (prefers-reduced-motion: reduce) {
  .digits-film .pause { display: none; }
  .digits-film .play { display: inline; }
  .digits-film figure { animation-play-state: paused; }
  .digits-film:has(:checked) figure { animation-play-state: running; }
}
"""


class Film:
    """A picture that moves, for a notebook: in its theme, with a box to pause it.

    It needs no kernel and no script. Where the person asks their system for less
    motion, it waits until they tick the box.

    Parameters
    ----------
    images : sequence of ndarray, or ndarray
        n pictures, (rows, cols) floats in [0, 1], 1 is ink; n is at least 1.
    answers : sequence of Prediction
        n answers, drawn as bars beside the pictures; or none.
    captions : sequence of str
        n texts, written below the pictures; or none.
    seconds : float
        How long each picture stays. The last one stays longer.

    Raises
    ------
    ImageError
        There is no picture, or one of the wrong shape or range; or answers or captions
        are not as many as the pictures.
    """

    def __init__(
        self,
        images: Sequence[NDArray[np.floating]] | NDArray[np.floating],
        *,
        answers: Sequence[Prediction] = (),
        captions: Sequence[str] = (),
        seconds: float = 0.2,
    ) -> None:
        if not len(images):
            msg = "A film needs at least one picture."
            raise ImageError(msg)
        count = len(images)
        if not {len(answers), len(captions)} <= {0, count}:
            msg = (
                f"{count} pictures need {count} answers and {count} captions, or none."
            )
            raise ImageError(msg)
        self._captions = list(captions) or [""] * count
        drawn = [_bars(answer) for answer in answers] or [""] * count
        self._seconds = seconds
        self._frames = [
            f"{_picture(image)}{bars}<figcaption>{escape(words)}</figcaption>"
            for image, bars, words in zip(images, drawn, self._captions, strict=True)
        ]

    def __len__(self) -> int:
        return len(self._frames)

    def _repr_html_(self) -> str:
        name = f"film-{sha256(''.join(self._frames).encode()).hexdigest()[:12]}"
        beats = len(self) + _REST - 1
        frames = "".join(
            f'<figure style="animation-delay: {(place - beats) * self._seconds:g}s; '
            f'--play: {name}{"-last" * (place == len(self) - 1)}">{frame}</figure>'
            for place, frame in enumerate(self._frames)
        )
        return (
            f"<style>{_STYLE}{_moves(name, 1 / beats)}"
            f"{_moves(f'{name}-last', _REST / beats)}</style>"
            f'<div class="digits-film" style="--total: {beats * self._seconds:g}s">'
            '<label><input type="checkbox"> <span class="pause">Pause</span>'
            '<span class="play">Play</span></label>'
            f'<div class="frames" role="img" aria-label="{self._words()}">{frames}'
            "</div></div>"
        )

    def _words(self) -> str:
        ends = dict.fromkeys((self._captions[0], self._captions[-1]))
        said = ", then ".join(filter(None, ends))
        return escape(f"A film of {len(self)} pictures. {said}".strip())


def _moves(name: str, share: float) -> str:
    """Return an animation that shows a picture for the first share of each round."""
    return (
        f"@keyframes {name} {{ from {{ visibility: visible }} "
        f"{100 * share:.4f}% {{ visibility: hidden }} }}"
    )


def _picture(image: NDArray[np.floating]) -> str:
    png = tile_png(image, side=max(image.shape))
    return f'<img alt="" src="data:image/png;base64,{b64encode(png).decode()}">'


def _bars(answer: Prediction) -> str:
    """Return ten bars 150 pixels high, their digits below, and the best confidence."""
    best = answer.label
    columns = "".join(
        f'<rect x="{20 * digit + 12}" y="{170 - 150 * share:.1f}" width="16" '
        f'height="{150 * share:.1f}"{_best(digit == best)}/>'
        f'<text x="{20 * digit + 20}" y="188" text-anchor="middle">{digit}</text>'
        for digit, share in enumerate(answer.confidences)
    )
    top = 164 - 150 * answer.confidence
    sure = f'<text x="{20 * best + 20}" y="{top:.1f}" text-anchor="middle">'
    return (
        f'<svg width="{20 * DIGITS + 20}" height="196">{columns}'
        f"{sure}{answer.confidence:.0%}</text></svg>"
    )


def _best(is_best: bool) -> str:  # noqa: FBT001 - its only argument
    return ' class="best"' * is_best
