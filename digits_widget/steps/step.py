"""What a step is: a callable from image to image, and what it says about its work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]
"""(rows, cols) float32 in [0, 1], 1 is ink; before `Polarity` 1 is light, and before
`Flatten` there may be a last axis of channels."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """What one step made of one image."""

    image: NDArray[Any]
    """What the next step gets."""

    caption: str
    """One plain sentence that says what was decided, with the numbers."""

    decided: Mapping[str, Any] = field(default_factory=dict)
    """The same numbers by name, such as ``{"box": (12, 30, 80, 140)}``."""

    shown: Image | None = None
    """What to draw where that is not `image`: (rows, cols) in [0, 1], 1 is ink."""


class Step(Protocol):
    """Any callable from image to image; the built-in ones are frozen dataclasses."""

    def __call__(self, image: Image, /) -> NDArray[Any]:
        """Return the changed image and leave the given one as it was."""
        ...


@runtime_checkable
class ExplainedStep(Protocol):
    """A step that also says what it decided: all the built-in ones."""

    name: ClassVar[str]
    """Slug, such as ``crop``."""

    title: ClassVar[str]
    """For people, such as ``Crop to ink``."""

    def run(self, image: Image, /) -> Outcome:
        """Do the step and explain it."""
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
        """Return what the step makes of each image, bit for bit."""
        ...
