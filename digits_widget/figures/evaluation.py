"""Saves the figures of an evaluation in a folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digits_widget.evaluation import Evaluation
from digits_widget.evaluation.comparison_table import Row
from digits_widget.figures.calibration import draw_calibration
from digits_widget.figures.comparison_table import draw_comparison_table
from digits_widget.figures.confusion import draw_confusion
from digits_widget.figures.mistakes import draw_mistakes

_DPI = 80


def save_figures(folder: Path, images: NDArray[np.float32], result: Evaluation) -> None:
    """Write ``confusion.png``, ``calibration.png`` and ``mistakes.png``.

    Parameters
    ----------
    folder : Path
        The folder; created if it does not exist.
    images : ndarray
        (n, 28, 28) float32 in [0, 1], 1 is ink: the images of the evaluation.
    result : Evaluation
        The answers.
    """
    folder.mkdir(parents=True, exist_ok=True)
    draw_confusion(result).savefig(folder / "confusion.png", dpi=_DPI)
    draw_calibration(result).savefig(folder / "calibration.png", dpi=_DPI)
    draw_mistakes(images, result).savefig(folder / "mistakes.png", dpi=_DPI)


def save_comparison_table(folder: Path, rows: Sequence[Row]) -> None:
    """Write ``survey.png``, the accuracy of all rows of a table.

    Parameters
    ----------
    folder : Path
        The folder; created if it does not exist.
    rows : sequence of Row
        The table.
    """
    folder.mkdir(parents=True, exist_ok=True)
    draw_comparison_table(rows).savefig(folder / "survey.png", dpi=_DPI)
