"""`Finding`: one thing that is wrong with a picture, and what to do about it.

Commands, widget and Python code report the same finding for the same trace.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from digits_widget.steps.step import Image

if TYPE_CHECKING:
    from digits_widget.trace import Snapshot, Trace

_INK = 0.1
"""A pixel above this value is ink, as for `Crop`."""

_FAINT = 0.3
"""A picture is faint if its strongest ink is below this."""

_DOT = 0.15
"""Largest side of a dot, as a share of the picture's; more may be a small digit."""

_SOLID = 0.6
"""Least share of ink in a dot's box, and its least ratio of sides."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a picture."""

    kind: str
    """Slug: ``blank``, ``lost``, ``dot``, ``full``, ``paper`` or ``faint``."""

    what: str
    """The problem; the picture's name follows, as in ``No ink in``."""

    cure: str
    """What to do: one or two whole sentences."""

    is_digit: bool = False
    """Whether the picture may still be a digit, so that a model can be asked."""

    def about(self, name: str) -> str:
        """Return the problem and the cure for the picture called `name`."""
        return f"{self.what} {name}. {self.cure}"


BLANK = Finding(
    "blank",
    "No ink in",
    "Draw a digit; or use a darker pen, go closer and add light to photograph one.",
)
LOST = Finding(
    "lost",
    "The steps removed all ink from",
    "Draw thicker lines, or use the preset mnist, which keeps thin ones.",
)
DOT = Finding(
    "dot",
    "Only a dot in",
    "A dot is not a digit: keep drawing, or move the camera closer.",
)
FULL = Finding(
    "full",
    "Ink covers nearly all of",
    "Undo or erase, and leave paper around the digit.",
)
PAPER = Finding(
    "paper",
    "The steps mistake paper for ink in",
    "Use the preset mnist, or put the step Paper before Polarity.",
    is_digit=True,
)
FAINT = Finding(
    "faint",
    "Hardly any ink in",
    "Use the preset mnist, or put the step Strengthen after Fit or Resize.",
    is_digit=True,
)

FINDINGS: Mapping[str, Finding] = MappingProxyType(
    {found.kind: found for found in (BLANK, LOST, DOT, FULL, PAPER, FAINT)}
)
"""Every finding by its slug, worst first."""


def finding(trace: Trace) -> Finding | None:
    """Return the worst finding about a picture or drawing, or None.

    Parameters
    ----------
    trace : Trace
        The picture's way through any pipeline.
    """
    if trace.is_blank:
        return BLANK if _is_blank_early(trace) else LOST
    if trace.is_full and trace.snapshots[0].name == "raster":
        return FULL
    crop = _crop(trace)
    if crop is not None and _is_dot(*crop):
        return DOT
    if crop is not None and _keeps_paper(*crop):
        return PAPER
    return finding_in(trace.snapshots[-1].shown)


def finding_in(image: NDArray[np.floating]) -> Finding | None:
    """Return the worst finding that a tensor alone shows, or None.

    Parameters
    ----------
    image : ndarray
        (28, 28) floats in [0, 1], 1 is ink.
    """
    if not image.any():
        return LOST
    edge = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    if float(np.median(edge)) > _INK:
        return PAPER
    return FAINT if float(image.max()) < _FAINT else None


def _is_blank_early(trace: Trace) -> bool:
    """Return whether there was no ink before the steps began to frame it."""
    for shot in trace:
        if shot.name in {"polarity", "raster"}:
            return not (shot.image > 0).any()
    return not np.ptp(trace.snapshots[0].shown)


def _crop(trace: Trace) -> tuple[Image, Snapshot] | None:
    """Return the picture before the crop, and the snapshot after it."""
    shots = trace.snapshots
    for before, after in pairwise(shots):
        if after.name == "crop":
            return before.shown, after
    return None


def _is_dot(whole: Image, crop: Snapshot) -> bool:
    rows, cols = crop.image.shape
    square = min(rows, cols) / max(rows, cols)
    small = max(rows, cols) <= max(_DOT * max(whole.shape), 1)
    return small and square >= _SOLID and float(crop.image.mean()) >= _SOLID


def _keeps_paper(whole: Image, crop: Snapshot) -> bool:
    if crop.image.shape != whole.shape:
        return False
    edge = np.concatenate([whole[0], whole[-1], whole[:, 0], whole[:, -1]])
    return float(np.median(edge)) > _INK
