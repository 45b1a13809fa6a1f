"""`Reader`: the model and the framing that read the sheet; `Reading`: its answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from digits_widget.certainty import describe, percent
from digits_widget.drawing import Drawing
from digits_widget.insight.contact_sheet import ContactSheet, Tile, tiles
from digits_widget.pipeline import PRESETS
from digits_widget.trace import Trace
from digits_widget.widget.context import Context
from digits_widget.widget.predictors import Predictor, ServerPredictor

_OLD = 1
"""The version of the 2020 article, which the server has beside the newest one."""


@dataclass(frozen=True)
class Reader:
    """A model, and the steps that prepare the drawing for it."""

    is_old: bool = False
    """Whether version 1 reads, in place of the widget's own model."""

    is_unframed: bool = False
    """Whether the preset ``naive`` prepares, in place of the widget's own steps."""

    @property
    def name(self) -> str:
        """Its entry in the menu."""
        model = f"Version {_OLD}" if self.is_old else "This model"
        return f"{model}, unframed" if self.is_unframed else model

    @property
    def remark(self) -> str:
        """What a person may try, to see how it differs from `OWN`."""
        if self.is_unframed:
            return "Unframed, a small digit stays small: draw one."
        return f"Version {_OLD} is the article's network: try a thin pen."

    def prepare(self, context: Context) -> Callable[[Drawing], Trace]:
        """Return the steps from drawing to trace."""
        return PRESETS["naive"] if self.is_unframed else context.session.prepare

    def read(self, sheet: ContactSheet, context: Context) -> Reading:
        """Ask about all pictures of a sheet in one request, and wait for the answers.

        Parameters
        ----------
        sheet : ContactSheet
            Made with `prepare`.
        context : Context
            Has the widget's own model.
        """
        questions = sheet.questions
        predictor = self._predictor(context.predictor)
        answers = predictor.many(questions) if len(questions) else []
        seconds = answers[0].timing.waiting if answers else 0
        return Reading(sheet, tiles(sheet, answers), seconds)

    def _predictor(self, own: Predictor) -> Predictor:
        if self.is_old and isinstance(own, ServerPredictor):
            return own.at_version(_OLD)
        return own


OWN = Reader()
"""The widget's own model and steps."""


def readers(predictor: Predictor) -> tuple[Reader, ...]:
    """Return the readers that can be asked, `OWN` first.

    Version 1 is among them only where a server has the model that this package ships.
    """
    has_old = isinstance(predictor, ServerPredictor) and predictor.model == "digits"
    return tuple(
        Reader(is_old, is_unframed)
        for is_unframed in (False, True)
        for is_old in (False, True)[: 1 + has_old]
    )


@dataclass(frozen=True, eq=False)
class Reading:
    """A sheet, and what one reader says about each of its pictures."""

    sheet: ContactSheet
    """The pictures."""

    tiles: tuple[Tile, ...]
    """A picture and an answer each; the first one is without dithering."""

    seconds: float
    """Seconds that the request took; 0 if nothing was sent."""

    @property
    def agreement(self) -> str:
        """How many methods leave the answer as it is without dithering."""
        _first, *others = self.tiles
        return f"{sum(tile.agrees for tile in others)} of {len(others)} methods agree"

    @property
    def words(self) -> str:
        """The whole sheet in one or two sentences."""
        answer = self.tiles[0].prediction
        if answer is None:
            return "No ink is left, with or without dithering."
        return (
            f"Without dithering {describe(answer)}; {self.agreement}{self._apart}"
            f"{self._took}.{_range(self.tiles, answer.label)}"
        )

    @property
    def nearest_and_farthest(self) -> str:
        """A sentence that sets how the tiles look against how they are read."""
        tiles = [tile for tile in self.tiles[1:] if tile.prediction]
        if not tiles:
            return ""
        nearest = max(tiles, key=lambda tile: tile.quality.psnr)
        farthest = min(tiles, key=lambda tile: tile.quality.psnr)
        return (
            f"Nearest to the greys, seen from afar, is {_described(nearest)}; farthest "
            f"is {_described(farthest)}."
        )

    @property
    def _apart(self) -> str:
        rest = sum(not tile.agrees for tile in self.tiles[1:])
        return f", ▲ {rest} {'does' if rest == 1 else 'do'} not" if rest else ""

    @property
    def _took(self) -> str:
        if not self.seconds:
            return ""
        return f" ({1000 * self.seconds:.0f}\N{NO-BREAK SPACE}ms for one request)"


def _described(tile: Tile) -> str:
    """Name a tile, with how it looks and how it is read."""
    answer = tile.prediction
    read = f"{answer.label} with {percent(answer.confidence)}" if answer else "blank"
    return f"{tile.name} ({tile.quality.psnr:.0f} dB, {read})"


def _range(these: tuple[Tile, ...], digit: int) -> str:
    """Tell how the confidence in a digit differs from method to method."""
    answers = [tile.prediction for tile in these if tile.prediction]
    shares = [float(answer.confidences[digit]) for answer in answers]
    low, middle, high = (
        percent(float(share)) for share in np.quantile(shares, [0, 0.5, 1])
    )
    if low == middle == high:
        return ""
    return f" {digit} has {low} at worst, {middle} in the middle, {high} at best."
