"""Measures models on labelled digits, and compares them."""

from __future__ import annotations

from digits_widget.evaluation.evaluation import BATCH, Evaluation, evaluate, wilson

__all__ = ["BATCH", "Evaluation", "evaluate", "wilson"]
