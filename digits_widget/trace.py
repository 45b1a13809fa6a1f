"""`Trace`: the images after every step of a pipeline, each a `Snapshot`."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from numpy.typing import NDArray

from digits_widget.errors import UnknownMethodError, shortened
from digits_widget.findings import Finding, finding
from digits_widget.steps.step import Image, Outcome
from digits_widget.trace_picture import trace_html, trace_png

_FULL = 0.98
"""Least share of ink of a full picture; a digit, even one erased in ink, has less."""


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The image after one step, and the decisions of that step."""

    name: str
    """Slug, such as ``crop``; the second of a kind is ``crop-2``."""

    title: str
    """Name on screen, such as ``Crop to ink``."""

    caption: str
    """One plain sentence with the numbers."""

    image: NDArray[Any]
    """The result of the step, read-only: (rows, cols) float32 in [0, 1], 1 is ink.
    Before `Polarity` 1 is light, and before `Flatten` there may be channels."""

    decided: Mapping[str, Any]
    """The numbers of the caption by name: box, shift, threshold."""

    shown: Image
    """The picture for `tile_png`: ink, (rows, cols) float32 in [0, 1], or
    colours, (rows, cols, 3 or 4). Mostly `image` itself."""


@dataclass(frozen=True, eq=False)
class Trace:
    """The images on the way to the tensor; a notebook shows them as a filmstrip."""

    snapshots: tuple[Snapshot, ...]
    """The first is the raster or the picture, the last is the tensor."""

    @property
    def tensor(self) -> NDArray[Any]:
        """Exactly what the request carries, read-only: (28, 28) float32, 1 is ink."""
        return self.snapshots[-1].image

    @property
    def is_blank(self) -> bool:
        """Whether the tensor has no ink, so that the model cannot be asked."""
        return not self.snapshots[-1].shown.any()

    @property
    def is_full(self) -> bool:
        """Whether the first image is nearly all ink, so that no digit shows."""
        shown = self.snapshots[0].shown
        return shown.ndim == 2 and float(shown.mean()) > _FULL

    @property
    def finding(self) -> Finding | None:
        """The worst finding about the picture: no ink, one dot, paper taken for ink."""
        return finding(self)

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
        msg = (
            f"Got the step {shortened(repr(name))}, expected one of this trace: "
            f"{names}."
        )
        raise UnknownMethodError(msg)

    def __repr__(self) -> str:
        steps = " → ".join(shot.title for shot in self.snapshots)
        return f"<Trace: {steps}{' — ' if self._said else ''}{self._said}>"

    def _repr_html_(self) -> str:
        told = f"<p>{html.escape(self._said)}</p>" if self._said else ""
        return trace_html(self.snapshots) + told

    @property
    def _said(self) -> str:
        found = self.finding
        return found.about("this picture") if found else ""

    def _repr_png_(self) -> bytes:
        return trace_png(self.snapshots)


def snapshot(name: str, title: str, outcome: Outcome, *, light: bool) -> Snapshot:
    """Keep the result of a step.

    Parameters
    ----------
    name, title : str
        Slug and on-screen name of the step.
    outcome : Outcome
        The result; its image becomes read-only.
    light : bool
        Whether 1 is light in the image, as before `Polarity`.
    """
    image = outcome.image
    image.flags.writeable = False
    shown = image if outcome.shown is None else outcome.shown
    if light and shown.ndim == 2 and outcome.shown is None:
        shown = 1 - shown
    shown.flags.writeable = False
    decided = MappingProxyType(dict(outcome.decided))
    return Snapshot(name, title, outcome.caption, image, decided, shown)
