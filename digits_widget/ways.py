"""`Way`: a pipeline, and the version of the bundled model that answers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Way:
    """A pipeline and the version that answers."""

    name: str
    """Name on screen."""

    preset: str
    """Name of the pipeline in `PRESETS`."""

    version: int
    """Version of the bundled model."""

    words: str
    """What it is, in a few words."""


THEN = Way("2020", "seed-2020", 1, "As the article of 2020 did it")
NOW = Way("Today", "mnist", 2, "Framed as MNIST's authors did")

WAYS = (THEN, NOW)
"""The two ways from the same ink to an answer."""
