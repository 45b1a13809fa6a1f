"""Where in a pipeline greys become dots: puts a `Dither` there, and takes it out."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from digits_widget.pipeline import Pipeline
from digits_widget.steps import Dither, Fit, MagickResize, Resize, Step

Place = Literal["framed", "large"]
"""``framed``: just before the tensor, so that the model sees the dots. ``large``:
before the picture is scaled down, so that the scaling averages the dots away."""

_SCALING = (Fit, Resize, MagickResize)


def find_dither(pipeline: Pipeline) -> tuple[Dither, Place] | None:
    """Return the first dither of a pipeline and where it stands; None if there is none.

    One that stands anywhere after the scaling counts as framed.
    """
    for number, step in enumerate(pipeline.steps):
        if isinstance(step, Dither):
            return step, "large" if number < _scaling(pipeline.steps) else "framed"
    return None


def undithered(pipeline: Pipeline) -> Pipeline:
    """Return the pipeline without any dither: itself, if it has none."""
    kept = tuple(step for step in pipeline.steps if not isinstance(step, Dither))
    return pipeline if kept == pipeline.steps else replace(pipeline, steps=kept)


def with_dither(pipeline: Pipeline, dither: Dither, place: Place) -> Pipeline:
    """Return the pipeline with this dither in this place, and no other."""
    steps = undithered(pipeline).steps
    before, after = split(steps, place)
    return replace(pipeline, steps=(*before, dither, *after))


def split(
    steps: tuple[Step, ...], place: Place
) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """Part the steps at a place: those before a dither there, and those after.

    Without any scaling, both places are just before the tensor.
    """
    last = len(steps) - 1
    number = min(_scaling(steps), last) if place == "large" else last
    return steps[:number], steps[number:]


def _scaling(steps: tuple[Step, ...]) -> int:
    """Return the number of the first step that scales, or how many steps there are."""
    kinds = (number for number, step in enumerate(steps) if isinstance(step, _SCALING))
    return next(kinds, len(steps))
