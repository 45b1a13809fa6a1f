from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from digits_widget.drawing import Drawing, Stroke
from digits_widget.errors import OptionError
from digits_widget.labelled import LabelledDrawings, read_pen_digits
from digits_widget.labelled.disagreements import Disagreements
from digits_widget.labelled.lines import labelled_lines
from digits_widget.labelled.sets import prepare, read_set
from digits_widget.pipeline import PRESETS
from digits_widget.prediction import Prediction
from digits_widget.samples import sample


def says(digit: int) -> Prediction:
    """Return a prediction of `digit`, all alone."""
    return Prediction(np.eye(10)[digit])


def erased() -> Drawing:
    """Return a drawing with an eraser, another pen, and times."""
    line = Stroke([(0.1, 0.2), (0.8, 0.9)], [0.0, 0.5], width=0.09)
    return Drawing([line, Stroke([(0.4, 0.5)], [0.9], width=0.1, ink=False)])


def test_disagreements_are_kept_and_agreements_are_not() -> None:
    kept = Disagreements()
    kept.settle(sample(3), (says(3), says(8)))
    kept.settle(sample(4), (says(4), says(4)))
    assert [each.drawing for each in kept] == [sample(3)]
    assert [answer.label for answer in kept[0].answers] == [3, 8]


def test_a_drawing_that_grows_has_one_card_and_none_once_both_agree() -> None:
    kept = Disagreements()
    whole = sample(4)
    first = Drawing(whole.strokes[:1])
    assert len(whole) > 1
    kept.settle(first, (says(1), says(6)))
    kept.settle(whole, (says(9), says(4)))
    assert [each.drawing for each in kept] == [whole]
    kept.settle(whole + Stroke([(0.9, 0.9), (1, 1)]), (says(4), says(4)))
    assert len(kept) == 0


def test_a_card_with_a_label_stays_as_it_is() -> None:
    kept = Disagreements()
    kept.settle(sample(3), (says(3), says(8)))
    kept.label(0, 3)
    kept.settle(sample(3), (says(3), says(3)))
    assert kept[0].label == 3
    kept.remove(0)
    assert len(kept) == 0


@pytest.mark.parametrize("label", [10, -1, "3"])
def test_only_digits_are_labels(label: int) -> None:
    kept = Disagreements()
    kept.settle(sample(3), (says(3), says(8)))
    with pytest.raises(OptionError, match="0 to 9"):
        kept.label(0, label)


def test_watchers_are_told_about_changes_alone() -> None:
    kept, told = Disagreements(), []
    kept.watch(lambda: told.append(len(kept)))
    kept.settle(sample(4), (says(4), says(4)))
    kept.settle(sample(3), (says(3), says(8)))
    kept.clear()
    assert told == [1, 0]


def test_what_has_a_label_makes_the_round_trip_through_a_file(tmp_path: Path) -> None:
    kept = Disagreements()
    for number, drawing in enumerate((sample(5), erased(), sample(2))):
        kept.settle(drawing, (says(5), says(number)))
        if number < 2:
            kept.label(number, 5 + number)
    path = tmp_path / "kept.jsonl"
    kept.save(path)
    for known in (read_pen_digits(path), read_set(path, seed=7)):
        assert isinstance(known, LabelledDrawings)
        assert known.drawings == (sample(5), erased())
        assert known.labels.tolist() == [5, 6]
    # What a model is asked about is the same to the last bit.
    images = prepare(read_set(path), PRESETS["mnist"])
    assert np.array_equal(images[1], PRESETS["mnist"](erased()).tensor)


def test_writers_are_kept_and_nothing_is_an_empty_text(tmp_path: Path) -> None:
    known = LabelledDrawings((sample(1),), np.array([1]), ("ann",))
    path = tmp_path / "lines.jsonl"
    path.write_text(labelled_lines(known), encoding="utf-8")
    assert read_pen_digits(path).writers == ("ann",)
    assert Disagreements().lines() == ""
