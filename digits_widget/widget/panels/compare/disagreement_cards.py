"""`DisagreementCards`: drawings that two models read differently, to be labelled."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from ipywidgets import HTML, Box, Button, Dropdown, VBox

from digits_widget.certainty import percent
from digits_widget.datasets.disagreements import Disagreement, Disagreements
from digits_widget.inputs import paper_of
from digits_widget.tile import tile_png
from digits_widget.widget import html

_SIDE = 84
"""Side of a thumbnail in CSS pixels."""

_UNKNOWN = -1
"""A menu's value for "no label"; ipywidgets takes None for "nothing chosen"."""

FILE = "disagreements.jsonl"


class DisagreementCards:
    """Show the drawings, newest first, and a link to download those with a label.

    Parameters
    ----------
    disagreements : Disagreements
        The drawings.
    guard : callable
        Wraps a handler, so that the widget shows its errors.
    """

    def __init__(
        self,
        disagreements: Disagreements,
        guard: Callable[[Callable[..., Any]], Callable[..., None]],
    ) -> None:
        self._disagreements = disagreements
        self._guard = guard
        self._lock = threading.RLock()
        # The key is the drawing: a card that gets a label stays the same widget.
        self._cards: dict[int, tuple[Disagreement, VBox]] = {}
        self._title, self._box = HTML(), Box()
        self._title.add_class("digits-cards-title")
        self._box.add_class("digits-cards")
        self.widget = VBox([self._title, self._box])
        disagreements.watch(self.draw)
        self.draw()

    def draw(self) -> None:
        """Show the present drawings."""
        # Two threads may have changed them: draw under a lock, so that the newest wins.
        with self._lock:
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
        label.observe(
            self._guard(lambda change: self._label(kept, change["new"])),
            names="value",
        )
        remove.on_click(
            self._guard(lambda _button: self._disagreements.remove(kept.drawing))
        )
        card = VBox([HTML(_picture(kept)), label, remove])
        card.add_class("digits-card")
        return kept, card

    def _label(self, kept: Disagreement, choice: int) -> None:
        # Positions change while another thread adds or removes one: name the drawing.
        label = None if choice == _UNKNOWN else choice
        self._disagreements.label(kept.drawing, label)


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
    link = html.download(
        FILE,
        disagreements.lines().encode(),
        mime="application/x-ndjson",
        words=f"Download {ready} as a labelled set",
    )
    return f"<p>{words}. {link}, for <code>digits-widget evaluate</code>.</p>"


def _picture(kept: Disagreement) -> str:
    png = tile_png(paper_of(kept.drawing, side=2 * _SIDE), side=2 * _SIDE)
    first, second = kept.answers
    words = (
        f"A ● {first.label}, {percent(first.confidence)}<br>"
        f"B ◆ {second.label}, {percent(second.confidence)}"
    )
    alt = f"The drawing: A says {first.label}, B says {second.label}"
    return f"{html.picture(png, alt)}<p>{words}</p>"
