"""What a model answered about digits whose label is known, counted and compared."""

from __future__ import annotations

from digits_widget.evaluation.evaluation import BATCH, Evaluation, evaluate, wilson

__all__ = ["BATCH", "Evaluation", "evaluate", "wilson"]
