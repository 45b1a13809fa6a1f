"""Digits whose label is known, to train on and to measure with."""

from __future__ import annotations

from digits_widget.labelled.digits import (
    LabelledDrawings,
    LabelledImages,
    read_idx,
    read_mnist,
    read_pen_digits,
)

__all__ = [
    "LabelledDrawings",
    "LabelledImages",
    "read_idx",
    "read_mnist",
    "read_pen_digits",
]
