"""`Cards`: the disagreements that were kept, to be given their true digit."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from functools import partial
from typing import Any

from ipywidgets import HTML, Box, Button, Dropdown, VBox

from digits_widget.insight.reasons import percent
from digits_widget.labelled.disagreements import Disagreement, Disagreements
from digits_widget.raster import rasterize
from digits_widget.tile import tile_png

_SIDE = 84
"""Of a thumbnail in CSS pixels."""

_UNKNOWN = -1
"""What stands for no label: None would be no choice at all."""

FILE = "disagreements.jsonl"


class Cards:
    """Show what was kept, newest first, and a link to download what has a label.

    Parameters
    ----------
    disagreements : Disagreements
        What was kept.
    guard : callable
        Wraps a handler, so that its errors are seen.
    """

    def __init__(
        self,
        disagreements: Disagreements,
        guard: Callable[[Callable[..., Any]], Callable[..., None]],
    ) -> None:
        self._disagreements = disagreements
        self._guard = guard
        # By drawing: a card that has got its label is still the same widget.
        self._cards: dict[int, tuple[Disagreement, VBox]] = {}
        self._title, self._box = HTML(), Box()
        self._title.add_class("digits-cards-title")
        self._box.add_class("digits-cards")
        self.widget = VBox([self._title, self._box])
        disagreements.watch(self.draw)
        self.draw()

    def draw(self) -> None:
        """Draw what is kept now."""
        kept = tuple(self._disagreements)
        self._cards = {id(each.drawing): self._card(each) for each in kept}
        self._title.value = _title(self._disagreements)
        self._box.children = [
            self._cards[id(each.drawing)][1] for each in reversed(kept)
        ]

    def _card(self, kept: Disagreement) -> tuple[Disagreement, VBox]:
        old = self._cards.get(id(kept.drawing))
        if old and old[0].answers is kept.answers:
            old[1].children[1].value = _choice(kept.label)
            return kept, old[1]
        label = Dropdown(
            options=[("true digit?", _UNKNOWN), *((str(n), n) for n in range(10))],
            value=_choice(kept.label),
            tooltip="The digit that was meant",
        )
        remove = Button(description="Remove", tooltip="Forget this drawing")
        place = partial(self._place, kept)
        label.observe(
            self._guard(lambda change: self._label(place(), change["new"])),
            names="value",
        )
        remove.on_click(
            self._guard(lambda _button: self._disagreements.remove(place()))
        )
        card = VBox([HTML(_picture(kept)), label, remove])
        card.add_class("digits-card")
        return kept, card

    def _label(self, index: int, choice: int) -> None:
        label = None if choice == _UNKNOWN else choice
        if self._disagreements[index].label != label:
            self._disagreements.label(index, label)

    def _place(self, kept: Disagreement) -> int:
        drawings = [each.drawing for each in self._disagreements]
        return next(i for i, each in enumerate(drawings) if each is kept.drawing)


def _choice(label: int | None) -> int:
    return _UNKNOWN if label is None else label


def _title(disagreements: Disagreements) -> str:
    count, ready = len(disagreements), len(disagreements.labelled)
    if not count:
        return "<p>What they disagree about is kept here, once the hand rests.</p>"
    plural = "disagreement" if count == 1 else "disagreements"
    words = f"<b>{count} {plural}</b>"
    if not ready:
        return f"<p>{words}. Say which digit was meant, to keep it in a file.</p>"
    data = b64encode(disagreements.lines().encode()).decode()
    link = (
        f'<a class="digits-download" download="{FILE}" '
        f'href="data:application/x-ndjson;base64,{data}">Download {ready} as a '
        "labelled set</a>"
    )
    return f"<p>{words}. {link}, for <code>digits-widget evaluate</code>.</p>"


def _picture(kept: Disagreement) -> str:
    data = b64encode(tile_png(rasterize(kept.drawing, side=2 * _SIDE), side=2 * _SIDE))
    first, second = kept.answers
    words = (
        f"A ● {first.label}, {percent(first.confidence)}<br>"
        f"B ◆ {second.label}, {percent(second.confidence)}"
    )
    return (
        f'<img alt="The drawing: A says {first.label}, B says {second.label}" '
        f'decoding="sync" src="data:image/png;base64,{data.decode()}"><p>{words}</p>'
    )
