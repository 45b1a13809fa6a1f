"""`Step`: a callable from image to image; `Outcome`: its result and a caption."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]
"""(rows, cols) float32 in [0, 1], 1 is ink. Before `Polarity` 1 is light, and before
`Flatten` there may be a last axis of channels."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """The result of one step on one image."""

    image: NDArray[Any]
    """The image for the next step."""

    caption: str
    """One plain sentence about the decisions of the step, with the numbers."""

    decided: Mapping[str, Any] = field(default_factory=dict)
    """The same numbers by name, such as ``{"box": (12, 30, 80, 140)}``."""

    shown: Image | None = None
    """The picture to draw if it is not `image`: (rows, cols) in [0, 1], 1 is ink."""


class Step(Protocol):
    """Any callable from image to image; the built-in steps are frozen dataclasses."""

    def __call__(self, image: Image, /) -> NDArray[Any]:
        """Return the changed image, and leave the given one unchanged."""
        ...


@runtime_checkable
class ExplainedStep(Protocol):
    """A step that also describes its decisions, as all built-in steps do."""

    name: ClassVar[str]
    """Slug, such as ``crop``."""

    title: ClassVar[str]
    """Name on screen, such as ``Crop to ink``."""

    def run(self, image: Image, /) -> Outcome:
        """Do the step, and describe it."""
        ...


@runtime_checkable
class PastedStep(Protocol):
    """A step that can be written as a few lines of NumPy and Pillow."""

    def code(self) -> tuple[str, ...]:
        """Return lines that change the variable `image`, or set `tensor`."""
        ...


@runtime_checkable
class BatchedStep(Protocol):
    """A step that is faster on many images of one size at once."""

    def many(self, images: Sequence[Image], /) -> list[Image]:
        """Return the same result for each image as the step alone, bit for bit."""
        ...
