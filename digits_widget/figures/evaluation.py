"""The figures of an evaluation, as files in a folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digits_widget.evaluation import Evaluation
from digits_widget.evaluation.survey import Row
from digits_widget.figures.calibration import draw_calibration
from digits_widget.figures.confusion import draw_confusion
from digits_widget.figures.mistakes import draw_mistakes
from digits_widget.figures.survey import draw_survey

_DPI = 80


def save_figures(folder: Path, images: NDArray[np.float32], result: Evaluation) -> None:
    """Write ``confusion.png``, ``calibration.png`` and ``mistakes.png``.

    Parameters
    ----------
    folder : Path
        Made where it is not there.
    images : ndarray
        (n, 28, 28) float32 in [0, 1], 1 is ink: what was asked about.
    result : Evaluation
        What was answered.
    """
    folder.mkdir(parents=True, exist_ok=True)
    draw_confusion(result).savefig(folder / "confusion.png", dpi=_DPI)
    draw_calibration(result).savefig(folder / "calibration.png", dpi=_DPI)
    draw_mistakes(images, result).savefig(folder / "mistakes.png", dpi=_DPI)


def save_survey(folder: Path, rows: Sequence[Row]) -> None:
    """Write ``survey.png``, the rows of a table beside each other."""
    folder.mkdir(parents=True, exist_ok=True)
    draw_survey(rows).savefig(folder / "survey.png", dpi=_DPI)
