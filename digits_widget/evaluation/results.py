"""Writes an `Evaluation` as text, CSV or JSON, and reads the JSON again."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digits_widget.errors import DataError, shortened
from digits_widget.evaluation.comparison import Comparison
from digits_widget.evaluation.comparison_table import Row
from digits_widget.evaluation.evaluation import Evaluation
from digits_widget.regular_file import read_regular_text

_FORMAT = "digits-widget/evaluation"
_MAX_BYTES = 1 << 28
"""Largest file: about two million digits."""

_UNREADABLE = (
    *(OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError),
)
"""Exceptions of a text that is not an evaluation."""

_TABLE = "digits-widget/evaluation-table"


def report(title: str, result: Evaluation) -> str:
    """Return the figures as lines of text, and one row for each label.

    Parameters
    ----------
    title : str
        First line.
    result : Evaluation
        The answers.
    """
    low, high = result.interval
    counts = f"{result.correct:,} of {len(result):,}"
    lines = [
        title,
        f"accuracy           {result.accuracy:8.2%}   ({counts})",
        f"95 % interval      {low:8.2%}   to {high:.2%}",
        f"mean confidence    {result.mean_confidence:8.2%}",
        f"calibration error  {result.reliability.error:8.2%}   (ECE, 15 bins)",
        f"Brier score        {result.brier:8.4f}",
        "",
        "label  digits  right     most often taken for",
    ]
    return "\n".join([*lines, *(_row(digit, result) for digit in range(10))])


def _row(digit: int, result: Evaluation) -> str:
    counts = result.confusion[digit].copy()
    total, right = int(counts.sum()), int(counts[digit])
    counts[digit] = 0
    share = f"{right / total:7.2%}" if total else "      -"
    wrong = int(counts.argmax())
    times = "once" if counts[wrong] == 1 else f"{counts[wrong]} times"
    taken = f"{wrong} ({times})" if counts[wrong] else "-"
    return f"{digit:5}  {total:6,}  {share}   {taken}"


def compared(comparison: Comparison, *, first: str, second: str) -> str:
    """Describe a comparison in two lines of text.

    Parameters
    ----------
    comparison : Comparison
        Counts of two runs.
    first, second : str
        Names of the runs.
    """
    value = comparison.p_value
    verdict = "more than chance" if value < 0.05 else "may be chance"
    return (
        f"only {first} is right: {comparison.only_first:,}; only {second}: "
        f"{comparison.only_second:,}; both: {comparison.both:,}; neither: "
        f"{comparison.neither:,}\nMcNemar's exact test: p = {value:.2g}, {verdict}"
    )


def figures_of(result: Evaluation) -> dict[str, Any]:
    """Return all figures by name, as plain numbers and lists."""
    bins = result.reliability
    return {
        "digits": len(result),
        "correct": result.correct,
        "accuracy": result.accuracy,
        "interval": list(result.interval),
        "mean_confidence": result.mean_confidence,
        "ece": bins.error,
        "brier": result.brier,
        "confusion": result.confusion.tolist(),
        "reliability": {
            "edges": bins.edges.tolist(),
            "counts": bins.counts.tolist(),
            "confidence": bins.confidence.tolist(),
            "accuracy": bins.accuracy.tolist(),
        },
    }


def save_json(path: Path, title: str, result: Evaluation) -> None:
    """Write the figures and every answer, as `load_json` reads them.

    Parameters
    ----------
    path : Path
        The file; an existing one is overwritten.
    title : str
        A name for the evaluation.
    result : Evaluation
        The answers.
    """
    text = json.dumps(
        {
            "format": _FORMAT,
            "title": title,
            "figures": figures_of(result),
            "labels": result.labels.tolist(),
            "confidences": [[round(c, 6) for c in row] for row in result.confidences],
        }
    )
    path.write_text(text, encoding="utf-8")


def load_json(path: Path) -> Evaluation:
    """Read what `save_json` wrote.

    Raises
    ------
    DataError
        The file cannot be read, or is not an evaluation.
    """
    try:
        found = json.loads(read_regular_text(path, most=_MAX_BYTES))
        if found["format"] != _FORMAT:
            raise KeyError(found["format"])
        return Evaluation(
            np.array(found["labels"], np.int64), _confidences(found["confidences"])
        )
    except (*_UNREADABLE, DataError) as exc:
        why = exc.strerror if isinstance(exc, OSError) else shortened(str(exc))
        msg = (
            f"Got {shortened(path)}, which is not an evaluation ({why}). Write one "
            "with digits-widget evaluate --json."
        )
        raise DataError(msg) from exc


def _confidences(rows: object) -> NDArray[np.float64]:
    confidences = np.array(rows, np.float64)
    if not ((confidences >= 0) & (confidences <= 1)).all():
        msg = "it has confidences that are not from 0 to 1"
        raise ValueError(msg)
    return confidences


def save_csv(path: Path, result: Evaluation) -> None:
    """Write one row for each digit: number, label, answer, ten confidences.

    Parameters
    ----------
    path : Path
        The file; an existing one is overwritten.
    result : Evaluation
        The answers.
    """
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        digits = [f"confidence_{digit}" for digit in range(10)]
        writer.writerow(["number", "label", "answer", *digits])
        rows = zip(result.labels, result.answers, result.confidences, strict=True)
        for number, (label, answer, confidences) in enumerate(rows):
            writer.writerow([number, label, answer, *(f"{c:.6f}" for c in confidences)])


def save_table_csv(path: Path, rows: Sequence[Row]) -> None:
    """Write a comparison table: one line for each row, its name and figures.

    Parameters
    ----------
    path : Path
        The file; an existing one is overwritten.
    rows : sequence of Row
        The table.
    """
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["name", "digits", "correct", "accuracy", "low", "high", "ece"])
        for row in rows:
            known = row.result
            shares = (known.accuracy, *known.interval, known.reliability.error)
            shown = [f"{share:.6f}" for share in shares]
            writer.writerow([row.name, len(known), known.correct, *shown])


def save_table_json(path: Path, title: str, rows: Sequence[Row]) -> None:
    """Write the figures of each row of a comparison table by its name.

    Parameters
    ----------
    path : Path
        The file; an existing one is overwritten.
    title : str
        A name for the table.
    rows : sequence of Row
        The table.
    """
    figures = {row.name: figures_of(row.result) for row in rows}
    text = json.dumps({"format": _TABLE, "title": title, "rows": figures})
    path.write_text(text, encoding="utf-8")
