"""`Snapshot` and `Trace`: every picture on the way, kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from numpy.typing import NDArray

from digits_widget.errors import UnknownMethodError
from digits_widget.steps.step import Image, Outcome
from digits_widget.strip import strip_html, strip_png

_FULL = 0.98
"""Share of the paper under ink. A digit leaves more of it, also one erased in ink."""


@dataclass(frozen=True, eq=False)
class Snapshot:
    """One picture on the way, and what the step that made it decided."""

    name: str
    """Slug, such as ``crop``; the second of a kind is ``crop-2``."""

    title: str
    """For people, such as ``Crop to ink``."""

    caption: str
    """One plain sentence with the numbers."""

    image: NDArray[Any]
    """What the step gave, read-only: (rows, cols) float32 in [0, 1], 1 is ink. Before
    `Polarity` 1 is light, and before `Flatten` there may be channels."""

    decided: Mapping[str, Any]
    """The numbers of the caption by name: box, shift, threshold."""

    shown: Image
    """What to draw, as `tile_png` takes it: ink, (rows, cols) float32 in [0, 1], or
    colours, (rows, cols, 3 or 4). Mostly `image` itself."""


@dataclass(frozen=True, eq=False)
class Trace:
    """All pictures on the way to the tensor; shows itself as a filmstrip."""

    snapshots: tuple[Snapshot, ...]
    """The first is the raster or the picture, the last is the tensor."""

    @property
    def tensor(self) -> NDArray[Any]:
        """Exactly what the request carries, read-only: (28, 28) float32, 1 is ink."""
        return self.snapshots[-1].image

    @property
    def is_blank(self) -> bool:
        """Whether no ink reached the end, so that there is nothing to ask about."""
        return not self.snapshots[-1].shown.any()

    @property
    def is_full(self) -> bool:
        """Whether hardly any paper was left to begin with, so that no digit shows."""
        shown = self.snapshots[0].shown
        return shown.ndim == 2 and float(shown.mean()) > _FULL

    def __len__(self) -> int:
        return len(self.snapshots)

    def __iter__(self) -> Iterator[Snapshot]:
        return iter(self.snapshots)

    def __getitem__(self, name: str) -> Snapshot:
        """Return the snapshot of this name, such as ``trace["crop"]``."""
        for shot in self.snapshots:
            if shot.name == name:
                return shot
        names = ", ".join(shot.name for shot in self.snapshots)
        msg = f"Got the step {name!r}, expected one of this trace: {names}."
        raise UnknownMethodError(msg)

    def __repr__(self) -> str:
        return f"<Trace: {' → '.join(shot.title for shot in self.snapshots)}>"

    def _repr_html_(self) -> str:
        return strip_html(self.snapshots)

    def _repr_png_(self) -> bytes:
        return strip_png(self.snapshots)


def snapshot(name: str, title: str, outcome: Outcome, *, light: bool) -> Snapshot:
    """Keep what a step made.

    Parameters
    ----------
    name, title : str
        Of the step.
    outcome : Outcome
        Its image becomes read-only.
    light : bool
        Whether 1 is still light, not ink.
    """
    image = outcome.image
    image.flags.writeable = False
    shown = image if outcome.shown is None else outcome.shown
    if light and shown.ndim == 2 and outcome.shown is None:
        shown = 1 - shown
    shown.flags.writeable = False
    decided = MappingProxyType(dict(outcome.decided))
    return Snapshot(name, title, outcome.caption, image, decided, shown)
