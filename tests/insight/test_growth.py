from __future__ import annotations

import numpy as np

from digits_widget.insight.growth import Growth
from digits_widget.insight.prefixes import prefixes
from digits_widget.prediction import Prediction
from digits_widget.samples import sample
from digits_widget.widget.panels.confidences.over_time import draw_growth

MOMENTS = prefixes(sample(5), at_most=6)


def says(label: int, confidence: float = 0.91) -> Prediction:
    confidences = np.full(10, (1 - confidence) / 9)
    confidences[label] = confidence
    return Prediction(confidences)


def growth(*labels: int | None) -> Growth:
    answers = [says(label) if label is not None else None for label in labels]
    return Growth(MOMENTS[-len(labels) :], tuple(answers))


def test_changes_are_where_another_label_is_said() -> None:
    found = growth(None, 1, 1, None, 7, 5)
    assert found.labels == (None, 1, 1, None, 7, 5)
    assert found.changes == (1, 4, 5)
    assert found.words == "First 1, 7; 5 from 100\N{NO-BREAK SPACE}% of the drawing on."


def test_one_label_throughout_is_said_so() -> None:
    assert growth(None, 5, 5).words == "It was 5 from the first answer on."


def test_nothing_asked_is_said_so() -> None:
    found = growth(None, None)
    assert found.changes == ()
    assert found.words.startswith("There was no digit")
    assert "digits-line-" not in draw_growth(found)


def test_lines_are_for_the_last_label_and_those_that_rose() -> None:
    assert growth(1, 7, 7, 5).digits == (5, 1, 7)
    assert len(growth(1, 2, 3, 4, 5, 6).digits) == 4


def test_the_chart_names_its_lines_and_breaks_where_nothing_was_asked() -> None:
    chart = draw_growth(growth(1, None, 5, 5))
    assert 'aria-label="Confidence over time. First 1; 5 from' in chart
    line = chart.split('digits-line-0"><path d="')[1].split('"')[0]
    assert line.count("M") == 2
    assert chart.count("stroke 1") == 1
