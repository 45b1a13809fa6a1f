"""Evaluations as text and files."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from digits_widget.errors import DataError
from digits_widget.evaluation import Evaluation
from digits_widget.evaluation.results import load_json, report, save_csv, save_json

ROWS = np.random.default_rng(1).dirichlet(np.ones(10), 30)
RESULT = Evaluation(np.arange(30) % 10, ROWS)


def test_json_gives_back_the_answers(tmp_path: Path) -> None:
    save_json(tmp_path / "run.json", "a run", RESULT)
    again = load_json(tmp_path / "run.json")
    np.testing.assert_array_equal(again.labels, RESULT.labels)
    np.testing.assert_allclose(again.confidences, RESULT.confidences, atol=1e-6)


@pytest.mark.parametrize("text", ["", "[]", '{"format": "other"}', '{"labels": 3}'])
def test_other_json_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "run.json"
    path.write_text(text)
    with pytest.raises(DataError, match="not an evaluation"):
        load_json(path)


def test_csv_has_a_row_for_each_digit(tmp_path: Path) -> None:
    save_csv(tmp_path / "run.csv", RESULT)
    with (tmp_path / "run.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [int(row["label"]) for row in rows] == RESULT.labels.tolist()
    assert [int(row["answer"]) for row in rows] == RESULT.answers.tolist()
    assert float(rows[3]["confidence_7"]) == pytest.approx(ROWS[3, 7], abs=1e-6)


def test_report_has_every_figure_and_every_label() -> None:
    said = report("a run", RESULT)
    for word in ("accuracy", "95 % interval", "ECE", "Brier"):
        assert word in said
    assert [line.split()[0] for line in said.splitlines()[-10:]] == list("0123456789")
