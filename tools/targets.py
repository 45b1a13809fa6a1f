"""What the shipped models must reach, beside what was measured of them."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from typing import Any

import numpy as np

from digits_widget.evaluation import wilson

_ROWS = (
    ("MNIST test", ("mnist", "accuracy"), "least", 0.995),
    ("unseen pen digits, mnist", ("unseen", "mnist", "accuracy"), "least", 0.985),
    (
        "unseen, seed-2020-fixed",
        ("unseen", "seed-2020-fixed", "accuracy"),
        "least",
        0.97,
    ),
    ("unseen, naive", ("unseen", "naive", "accuracy"), "least", 0.97),
    ("unseen, mean of all dithers", ("dithering",), "least", 0.98),
    ("unseen, calibration error", ("unseen", "mnist", "ece"), "most", 0.01),
    ("non-digits, above 90 % sure", ("non-digits", "all"), "most", 0.20),
)
"""Name, where the twin's figure is, and what it must be at least or at most."""


def targets(figures: dict[str, Any]) -> str:
    """Return a table of the twin's figures, each with its target and whether it is met.

    Parameters
    ----------
    figures : dict
        As ``tools/model_card.py`` measures them. The twin of version 2 never saw the
        writers that the targets are about.
    """
    lines = [f"{'version 2, by its twin':<28} {'measured':>9}   target"]
    for name, place, side, target in _ROWS:
        value = _found(figures["twin"], place)
        met = value <= target if side == "most" else value >= target
        bound = f"at {side} {target:6.2%}"
        lines.append(
            f"{name:<28} {value:9.2%}   {bound:<17} {'met' if met else 'MISSED'}"
        )
    # Version 2 itself learnt from all pen digits; MNIST's test set it never saw.
    itself = figures["version 2"]["mnist"]["accuracy"]
    lines.append(f"{'MNIST test, version 2 itself':<28} {itself:9.2%}")
    return "\n".join(lines)


def odd_rows(figures: Any) -> Iterator[str]:  # noqa: ANN401 - of JSON
    """Yield accuracies and intervals that somebody wrote in by hand."""
    if not isinstance(figures, dict):
        return
    if "correct" in figures:
        right, digits = figures["correct"], figures["digits"]
        given = (figures["accuracy"], *figures["interval"])
        if not np.allclose(given, (right / digits, *wilson(right, digits)), rtol=1e-9):
            yield f"{figures['accuracy']:.4%} for {right:,} of {digits:,}"
    for each in figures.values():
        yield from odd_rows(each)


def _found(figures: Any, place: tuple[str, ...]) -> float:  # noqa: ANN401 - of JSON
    for key in place:
        figures = figures[key]
    if isinstance(figures, dict):
        return statistics.fmean(v for name, v in figures.items() if name != "(none)")
    return float(figures)
