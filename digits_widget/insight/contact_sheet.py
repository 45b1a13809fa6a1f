"""`ContactSheet`: one drawing, dithered by every method of the catalogue.

The pictures are made first, without asking anybody; all of them are asked about in one
batch, and `tiles` joins them to the answers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from digits_widget.dithering import CATALOGUE
from digits_widget.drawing import Drawing
from digits_widget.insight.dither_place import Place, split, undithered
from digits_widget.pipeline import Pipeline
from digits_widget.prediction import Prediction
from digits_widget.steps import Dither, Step, ToTensor
from digits_widget.steps.step import BatchedStep, Image
from digits_widget.trace import Trace

NONE = "none"
"""Name of the tile without any dithering."""

Order = Literal["family", "confidence", "ink"]


@dataclass(frozen=True, eq=False)
class ContactSheet:
    """The pictures, and what a request about them carries."""

    names: tuple[str, ...]
    """`NONE`, then every method of the catalogue."""

    greys: Image
    """(rows, cols) float32 in [0, 1], 1 is ink, read-only: what is dithered."""

    shown: NDArray[np.float32]
    """(n, rows, cols) in [0, 1], 1 is ink, read-only: as the model sees them."""

    tensors: NDArray[np.float32]
    """(n, 28, 28), or as `ToTensor` says, read-only: as they are sent."""

    @property
    def is_grey(self) -> bool:
        """Whether there is anything to dither: more than two values."""
        return np.unique(self.greys).size > 2

    @property
    def questions(self) -> NDArray[np.float32]:
        """The tensors to ask about: a picture without ink is no question."""
        return self.tensors[self.shown.any(axis=(1, 2))]


@dataclass(frozen=True, eq=False)
class Tile:
    """One method's picture, and the answer about it."""

    name: str
    """In the catalogue, or `NONE`."""

    shown: Image
    """(rows, cols) in [0, 1], 1 is ink: as the model sees it."""

    prediction: Prediction | None
    """What the model says about it; None where no ink is left."""

    agrees: bool
    """Whether that is the same as without dithering."""

    @property
    def family(self) -> str:
        """Of the method; empty for `NONE`."""
        return CATALOGUE[self.name].family if self.name in CATALOGUE else ""

    @property
    def ink(self) -> float:
        """Share of the picture that is ink, in [0, 1]."""
        return float(self.shown.mean())


def contact_sheet(
    prepare: Callable[[Drawing], Trace],
    drawing: Drawing,
    *,
    place: Place = "framed",
    chosen: Dither | None = None,
) -> ContactSheet:
    """Dither a drawing by every method, where `place` says.

    Parameters
    ----------
    prepare : callable
        A `Pipeline`, whose own dither is left out; or a function, whose tensor is
        dithered as it is.
    drawing : Drawing
        With ink on it.
    place : str
        See `Place`. A function has only the framed one.
    chosen : Dither, optional
        Has options of its own; all others are at their defaults.

    Raises
    ------
    EmptyDrawingError, StepOrderError, ImageError
        As the pipeline does.
    """
    greys, rest = before_dither(prepare, drawing, place)
    prints = [_print(name, greys, chosen) for name in CATALOGUE]
    shown = _through(rest[:-1], [greys, *prints])
    tensors = _through(rest[-1:], shown)
    sheet = ContactSheet((NONE, *CATALOGUE), greys, np.stack(shown), np.stack(tensors))
    for array in (sheet.greys, sheet.shown, sheet.tensors):
        array.flags.writeable = False
    return sheet


def before_dither(
    prepare: Callable[[Drawing], Trace], drawing: Drawing, place: Place
) -> tuple[Image, tuple[Step, ...]]:
    """Return the picture to dither, and the steps it still has before it.

    Parameters and errors are those of `contact_sheet`.
    """
    if not isinstance(prepare, Pipeline):
        return prepare(drawing).tensor, (ToTensor(),)
    plain = undithered(prepare)
    # As the pipeline does with drawings: it passes over what only pictures need.
    before, rest = (
        tuple(step for step in steps if not getattr(step, "pictures_only", False))
        for steps in split(plain.steps, place)
    )
    return plain(drawing).snapshots[len(before)].image, rest


def tiles(sheet: ContactSheet, answers: Sequence[Prediction]) -> tuple[Tile, ...]:
    """Join the pictures of a sheet to the answers to its `questions`, in order."""
    found = iter(answers)
    given = [next(found) if shown.any() else None for shown in sheet.shown]
    labels = [answer.label if answer else None for answer in given]
    return tuple(
        Tile(name, shown, answer, label == labels[0])
        for name, shown, answer, label in zip(
            sheet.names, sheet.shown, given, labels, strict=True
        )
    )


def arranged(these: Sequence[Tile], order: Order) -> tuple[Tile, ...]:
    """Return tiles in an order; the one without dithering stays first.

    Parameters
    ----------
    these : sequence of Tile
        As `tiles` gives them: families together.
    order : str
        ``family``, as they are; ``confidence``, the surest first; ``ink``, the least
        first. Where two are alike, they stay as they were.
    """
    keys: dict[Order, Callable[[Tile], float]] = {
        "family": lambda _: 0,
        "confidence": lambda tile: (
            -(tile.prediction.confidence if tile.prediction else 0)
        ),
        "ink": lambda tile: tile.ink,
    }
    first, *others = these
    return (first, *sorted(others, key=keys[order]))


def _print(name: str, greys: Image, chosen: Dither | None) -> Image:
    step = chosen if chosen and chosen.method == name else Dither(name)
    return step.run(greys).image


def _through(steps: Sequence[Step], images: list[Image]) -> list[Image]:
    for step in steps:
        if isinstance(step, BatchedStep):
            images = step.many(images)
        else:
            images = [step(image) for image in images]
    return images
