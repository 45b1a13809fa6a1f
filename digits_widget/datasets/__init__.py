"""Labelled digits, for training and evaluation."""

from __future__ import annotations

from digits_widget.datasets.digits import (
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
