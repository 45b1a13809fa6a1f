"""`Snapshot` and `Trace`: every picture on the way, kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from digits_widget.steps.step import Image


@dataclass(frozen=True, eq=False)
class Snapshot:
    """One picture on the way, and what the step that made it decided."""

    name: str
    """Slug, such as ``crop``; a second one of a kind is ``crop-2``."""

    title: str
    """For people, such as ``Crop to ink``."""

    caption: str
    """One plain sentence with the numbers."""

    image: NDArray[Any]
    """What the step gave, read-only: (rows, cols) float32 in [0, 1], 1 is ink."""

    decided: Mapping[str, Any]
    """The numbers of the caption by name: box, shift, threshold."""

    shown: Image
    """What to draw: `image` itself, or its likeness in (rows, cols), 1 is ink."""


@dataclass(frozen=True, eq=False)
class Trace:
    """All pictures from the raster to the tensor."""

    snapshots: tuple[Snapshot, ...]
    """The first is the raster or the picture, the last is the tensor."""

    @property
    def tensor(self) -> NDArray[Any]:
        """Exactly what the request carries: (28, 28) float32, read-only."""
        return self.snapshots[-1].image

    @property
    def is_blank(self) -> bool:
        """Whether no ink reached the end, so that there is nothing to ask about."""
        return not self.snapshots[-1].shown.any()

    def __len__(self) -> int:
        return len(self.snapshots)

    def __iter__(self) -> Iterator[Snapshot]:
        return iter(self.snapshots)

    def __getitem__(self, name: str) -> Snapshot:
        return next(shot for shot in self.snapshots if shot.name == name)
