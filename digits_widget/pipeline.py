"""`Pipeline` runs the steps on a drawing and keeps every picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from numpy.typing import NDArray

from digits_widget.drawing import Drawing
from digits_widget.errors import EmptyDrawingError
from digits_widget.raster import rasterize
from digits_widget.steps import (
    Centre,
    Crop,
    ExplainedStep,
    Fit,
    Outcome,
    Step,
    ToTensor,
)
from digits_widget.steps.step import Image
from digits_widget.trace import Snapshot, Trace


@dataclass(frozen=True)
class Pipeline:
    """Steps in their order, under a name. Call it with a drawing."""

    steps: tuple[Step, ...]
    """Run from first to last; the last is `ToTensor`."""

    name: str = "own"
    """What to call it."""

    def __call__(self, drawing: Drawing) -> Trace:
        """Draw on the grid, run every step, keep every picture.

        Raises
        ------
        EmptyDrawingError
            No ink at all.
        StepOrderError
            A step cannot work on what the one before it gave.
        """
        image = rasterize(drawing)
        if not image.any():
            msg = "Got a drawing without ink, expected a digit. Draw one first."
            raise EmptyDrawingError(msg)
        caption = (
            f"{len(drawing)} {'stroke' if len(drawing) == 1 else 'strokes'} drawn on "
            f"{image.shape[1]}x{image.shape[0]} pixels, edges in shades of grey."
        )
        shots = [_snapshot("raster", "Raster", Outcome(image, caption))]
        for step in self.steps:
            name, title, outcome = _run(step, image)
            count = sum(shot.name.split("-")[0] == name for shot in shots)
            unique = f"{name}-{count + 1}" if count else name
            shots.append(_snapshot(unique, title, outcome))
            image = outcome.image
        return Trace(tuple(shots))


def _run(step: Step, image: Image) -> tuple[str, str, Outcome]:
    if isinstance(step, ExplainedStep):
        return step.name, step.title, step.run(image)
    name = getattr(step, "__name__", type(step).__name__)
    return name, name, Outcome(step(image), f"{name} was applied.")


def _snapshot(name: str, title: str, outcome: Outcome) -> Snapshot:
    image: NDArray[Any] = outcome.image.view()
    image.flags.writeable = False
    shown = image if outcome.shown is None else outcome.shown
    decided = MappingProxyType(dict(outcome.decided))
    return Snapshot(name, title, outcome.caption, image, decided, shown)


PRESETS: Mapping[str, Pipeline] = MappingProxyType(
    {"mnist": Pipeline((Crop(), Fit(), Centre(), ToTensor()), name="mnist")}
)
"""Pipelines by name; ``mnist`` is the default everywhere."""
