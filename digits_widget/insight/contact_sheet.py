"""`ContactSheet`: one drawing, dithered by every method of the catalogue.

`contact_sheet` makes the pictures, the caller sends `questions` to the model in one
batch, and `tiles` joins pictures and answers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from digits_widget.dithering import CATALOGUE, Method
from digits_widget.dithering.own import YOURS
from digits_widget.dithering.quality import Quality, quality
from digits_widget.drawing import Drawing
from digits_widget.insight.dither_place import Place, split, undithered
from digits_widget.pipeline import Pipeline
from digits_widget.prediction import Prediction
from digits_widget.steps import Dither, Step, ToTensor
from digits_widget.steps.step import BatchedStep, Image
from digits_widget.trace import Trace

NONE = "none"
"""Name of the tile without dithering."""

Order = Literal["contrast", "family", "confidence", "quality", "ink"]


@dataclass(frozen=True, eq=False)
class ContactSheet:
    """The dithered pictures and their tensors."""

    names: tuple[str, ...]
    """`NONE`, `YOURS` if there is an own method, then every method of the catalogue."""

    greys: Image
    """(rows, cols) float32 in [0, 1], 1 is ink, read-only: the picture to dither."""

    shown: NDArray[np.float32]
    """(n, rows, cols) in [0, 1], 1 is ink, read-only: the pictures for the model."""

    tensors: NDArray[np.float32]
    """(n, 28, 28), or as `ToTensor` says, read-only: the tensors for the request."""

    @property
    def is_grey(self) -> bool:
        """Whether dithering changes anything: the picture has more than two values."""
        return np.unique(self.greys).size > 2

    @property
    def changed(self) -> int:
        """How many methods change a pixel of the tensor by a tenth of its most ink."""
        plain, *others = self.tensors.astype(np.float32)
        differences = np.abs(np.stack(others) - plain)
        most = float(plain.max()) or 1.0
        far = differences.reshape(len(differences), -1).max(axis=1) >= most / 10
        return int(far.sum())

    @property
    def questions(self) -> NDArray[np.float32]:
        """The tensors to send: those of pictures with ink."""
        return self.tensors[self.shown.any(axis=(1, 2))]


@dataclass(frozen=True, eq=False)
class Tile:
    """One method's picture, and the answer about it."""

    name: str
    """Name in the catalogue, `NONE` or `YOURS`."""

    shown: Image
    """(rows, cols) in [0, 1], 1 is ink: the picture for the model."""

    prediction: Prediction | None
    """The answer about it; None if it has no ink."""

    agrees: bool
    """Whether the label is the same as without dithering."""

    quality: Quality
    """How far the picture is from the one without dithering."""

    @property
    def family(self) -> str:
        """Family of the method; empty for `NONE`."""
        return CATALOGUE[self.name].family if self.name in CATALOGUE else ""

    @property
    def ink(self) -> float:
        """Share of ink in the picture, in [0, 1]."""
        return float(self.shown.mean())


def contact_sheet(
    prepare: Callable[[Drawing], Trace],
    drawing: Drawing,
    *,
    place: Place = "framed",
    chosen: Dither | None = None,
    own: Method | None = None,
) -> ContactSheet:
    """Dither a drawing by every method, at the given place in the pipeline.

    Parameters
    ----------
    prepare : callable
        A `Pipeline`, whose own dither is left out; or a function from drawing to trace,
        whose tensor is dithered.
    drawing : Drawing
        A drawing with ink.
    place : str
        ``framed`` or ``large``, see `Place`. For a function only ``framed``.
    chosen : Dither, optional
        Used with its own options; all other methods use their defaults.
    own : Method, optional
        A method that is not of the catalogue.

    Raises
    ------
    EmptyDrawingError, StepOrderError, ImageError
        As the pipeline raises.
    """
    greys, rest = before_dither(prepare, drawing, place)
    steps = [Dither(method) for method in (*((own,) if own else ()), *CATALOGUE)]
    names = (NONE, *map(name_of, steps))
    prints = [_chosen(step, chosen).run(greys).image for step in steps]
    shown = _through(rest[:-1], [greys, *prints])
    tensors = _through(rest[-1:], shown)
    sheet = ContactSheet(names, greys, np.stack(shown), np.stack(tensors))
    for array in (sheet.greys, sheet.shown, sheet.tensors):
        array.flags.writeable = False
    return sheet


def before_dither(
    prepare: Callable[[Drawing], Trace], drawing: Drawing, place: Place
) -> tuple[Image, tuple[Step, ...]]:
    """Return the picture to dither, and the steps that follow.

    Parameters
    ----------
    prepare, drawing, place
        As for `contact_sheet`.
    """
    if not isinstance(prepare, Pipeline):
        return prepare(drawing).tensor, (ToTensor(),)
    plain = undithered(prepare)
    # For strokes the pipeline skips the steps for pictures; so does this.
    before, rest = (
        tuple(
            step
            for step in steps
            if drawing.picture or not getattr(step, "pictures_only", False)
        )
        for steps in split(plain.steps, place)
    )
    return plain(drawing).snapshots[len(before)].image, rest


def tiles(sheet: ContactSheet, answers: Sequence[Prediction]) -> tuple[Tile, ...]:
    """Join the pictures of a sheet to the answers about them.

    Parameters
    ----------
    sheet : ContactSheet
        The pictures.
    answers : sequence of Prediction
        The answers about the sheet's `questions`, in order.
    """
    found = iter(answers)
    given = [next(found) if shown.any() else None for shown in sheet.shown]
    labels = [answer.label if answer else None for answer in given]
    qualities = quality(sheet.shown[0], sheet.shown)
    return tuple(
        Tile(name, shown, answer, label == labels[0], seen)
        for name, shown, answer, label, seen in zip(
            sheet.names, sheet.shown, given, labels, qualities, strict=True
        )
    )


def arranged(these: Sequence[Tile], order: Order) -> tuple[Tile, ...]:
    """Sort tiles; the one without dithering stays first, then yours.

    Parameters
    ----------
    these : sequence of Tile
        The result of `tiles`, grouped by family.
    order : str
        ``contrast`` puts those first that change the digit, then those that change its
        confidence most; ``family`` keeps the order; ``confidence`` puts the highest
        first, ``quality`` the nearest to the greys, ``ink`` the least ink. Equal tiles
        keep their order.
    """
    first, *others = these
    keys: dict[Order, Callable[[Tile], tuple[float, ...] | float]] = {
        "contrast": lambda tile: (tile.agrees, -_change(first, tile)),
        "family": lambda _: 0,
        "confidence": lambda tile: (
            -(tile.prediction.confidence if tile.prediction else 0)
        ),
        "quality": lambda tile: -tile.quality.psnr,
        "ink": lambda tile: tile.ink,
    }
    yours = [tile for tile in others if tile.name == YOURS]
    return (first, *yours, *sorted(others[len(yours) :], key=keys[order]))


def _change(first: Tile, tile: Tile) -> float:
    """Return how far a tile's confidence in the digit without dithering is away."""
    if first.prediction is None or tile.prediction is None:
        return 1.0
    digit = first.prediction.label
    change = tile.prediction.confidences[digit] - first.prediction.confidence
    return abs(float(change))


def name_of(dither: Dither) -> str:
    """Return the name of the tile of a dither."""
    return YOURS if dither.own else dither.method


def _chosen(step: Dither, chosen: Dither | None) -> Dither:
    return chosen if chosen and chosen.printer is step.printer else step


def _through(steps: Sequence[Step], images: list[Image]) -> list[Image]:
    for step in steps:
        if isinstance(step, BatchedStep):
            images = step.many(images)
        else:
            images = [step(image) for image in images]
    return images
