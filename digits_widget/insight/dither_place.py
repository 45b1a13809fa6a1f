"""Adds a `Dither` to a pipeline at one of two places, finds it, and removes it."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from digits_widget.pipeline import Pipeline
from digits_widget.steps import Dither, Fit, MagickResize, Resize, Step

Place = Literal["framed", "large"]
"""``framed`` is just before the tensor, so that the model sees the dots. ``large`` is
before the picture is scaled down, so that scaling averages the dots away."""

_SCALING = (Fit, Resize, MagickResize)


def find_dither(pipeline: Pipeline) -> tuple[Dither, Place] | None:
    """Return the first dither of a pipeline and its place; None if it has none.

    Anywhere after the scaling counts as framed.
    """
    for number, step in enumerate(pipeline.steps):
        if isinstance(step, Dither):
            return step, "large" if number < _scaling(pipeline.steps) else "framed"
    return None


def undithered(pipeline: Pipeline) -> Pipeline:
    """Return the pipeline without its dithers."""
    kept = tuple(step for step in pipeline.steps if not isinstance(step, Dither))
    return pipeline if kept == pipeline.steps else replace(pipeline, steps=kept)


def with_dither(pipeline: Pipeline, dither: Dither, place: Place) -> Pipeline:
    """Return the pipeline with `dither` as its only dither.

    Parameters
    ----------
    pipeline : Pipeline
        Its own dithers are removed.
    dither : Dither
        The step to add.
    place : str
        ``framed`` or ``large``, see `Place`.
    """
    steps = undithered(pipeline).steps
    before, after = split(steps, place)
    return replace(pipeline, steps=(*before, dither, *after))


def split(
    steps: tuple[Step, ...], place: Place
) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """Split the steps at a place into those before a dither there and those after.

    In a pipeline without scaling, both places are just before the tensor.

    Parameters
    ----------
    steps : tuple of callable
        The steps of a pipeline.
    place : str
        ``framed`` or ``large``, see `Place`.
    """
    last = len(steps) - 1
    number = min(_scaling(steps), last) if place == "large" else last
    return steps[:number], steps[number:]


def _scaling(steps: tuple[Step, ...]) -> int:
    """Return the index of the first step that scales, or the number of steps."""
    kinds = (number for number, step in enumerate(steps) if isinstance(step, _SCALING))
    return next(kinds, len(steps))
