"""Writes an `Evaluation` as text, CSV or JSON, and reads the JSON again."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from digits_widget.errors import DataError
from digits_widget.evaluation.comparison import Comparison
from digits_widget.evaluation.evaluation import Evaluation
from digits_widget.evaluation.survey import Row

_FORMAT = "digits-widget/evaluation"
_TABLE = "digits-widget/evaluation-table"


def report(title: str, result: Evaluation) -> str:
    """Return the figures for people, and one row a label."""
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
    """Return for people what a comparison says."""
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
    """Write figures and every answer; `load_json` gives back the evaluation."""
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
        It cannot be read, or is something else.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if found["format"] != _FORMAT:
            raise KeyError(found["format"])  # noqa: TRY301 - one message for all
        return Evaluation(
            np.array(found["labels"], np.int64),
            np.array(found["confidences"], np.float64),
        )
    except (OSError, ValueError, KeyError, TypeError) as exc:
        why = exc.strerror if isinstance(exc, OSError) else exc
        msg = (
            f"Got {path}, which is no evaluation ({why}), expected what "
            "digits-widget evaluate --json wrote."
        )
        raise DataError(msg) from exc


def save_csv(path: Path, result: Evaluation) -> None:
    """Write one row a digit: number, label, answer, ten confidences."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        digits = [f"confidence_{digit}" for digit in range(10)]
        writer.writerow(["number", "label", "answer", *digits])
        rows = zip(result.labels, result.answers, result.confidences, strict=True)
        for number, (label, answer, confidences) in enumerate(rows):
            writer.writerow([number, label, answer, *(f"{c:.6f}" for c in confidences)])


def save_table_csv(path: Path, rows: Sequence[Row]) -> None:
    """Write one line a row of a table: its name, and its figures."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["name", "digits", "correct", "accuracy", "low", "high", "ece"])
        for row in rows:
            known = row.result
            shares = (known.accuracy, *known.interval, known.reliability.error)
            shown = [f"{share:.6f}" for share in shares]
            writer.writerow([row.name, len(known), known.correct, *shown])


def save_table_json(path: Path, title: str, rows: Sequence[Row]) -> None:
    """Write the figures of each row by its name."""
    figures = {row.name: figures_of(row.result) for row in rows}
    text = json.dumps({"format": _TABLE, "title": title, "rows": figures})
    path.write_text(text, encoding="utf-8")
