from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from digits_widget.datasets import LabelledDrawings, read_pen_digits
from digits_widget.datasets.disagreements import Disagreements
from digits_widget.datasets.jsonl import labelled_lines
from digits_widget.datasets.sets import prepare, read_set
from digits_widget.drawing import Drawing, Stroke
from digits_widget.errors import DataError, OptionError
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


def test_the_same_digit_of_which_only_one_is_sure_is_a_disagreement() -> None:
    kept = Disagreements()
    guess = np.full(10, 0.09)
    guess[8] = 0.19
    kept.settle(sample(8), (says(8), Prediction(guess)))
    assert [each.drawing for each in kept] == [sample(8)]
    # Neither is sure: there is nothing to learn from a label.
    kept.settle(sample(7), (Prediction(guess), Prediction(guess)))
    assert len(kept) == 1


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


def drawings(count: int) -> list[Drawing]:
    """Return drawings of which none has grown from another."""
    return [Drawing([Stroke([(n / count, 0), (n / count, 1)])]) for n in range(count)]


class HandedOver:
    """A lock that, when it is let go, has another thread do its whole work first."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._lock = threading.Lock()
        self._work = [work]

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()
        if self._work:
            other = threading.Thread(target=self._work.pop())
            other.start()
            other.join()


@pytest.mark.parametrize("way", ["settle", "label", "remove"])
def test_what_another_thread_adds_meanwhile_is_kept(
    way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, (first, second, third) = Disagreements(), drawings(3)
    kept.settle(first, (says(3), says(8)))
    kept.settle(second, (says(3), says(8)))
    other = HandedOver(partial(kept.settle, third, (says(1), says(7))))
    monkeypatch.setattr(kept, "_lock", other)
    changes = {
        "settle": partial(kept.settle, first, (says(2), says(9))),
        "label": partial(kept.label, first, 3),
        "remove": partial(kept.remove, first),
    }
    changes[way]()
    assert {second, third} <= {each.drawing for each in kept}
    assert kept[-1].drawing == third


def test_many_threads_lose_nothing() -> None:
    kept, sheets = Disagreements(), drawings(120)
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda d: kept.settle(d, (says(3), says(8))), sheets))
            list(threads.map(lambda d: kept.label(d, 3), sheets[::2]))
            list(threads.map(kept.remove, sheets[1::4]))
    finally:
        sys.setswitchinterval(before)
    assert {each.drawing for each in kept} == set(sheets) - set(sheets[1::4])
    assert set(kept.labelled.drawings) == set(sheets[::2])


def test_a_card_is_found_by_its_drawing_wherever_it_is_by_now() -> None:
    kept, (first, second) = Disagreements(), drawings(2)
    for drawing in (first, second):
        kept.settle(drawing, (says(3), says(8)))
    kept.remove(first)
    kept.label(second, 8)
    assert [(each.drawing, each.label) for each in kept] == [(second, 8)]
    # Another thread was quicker.
    kept.remove(first)
    kept.label(first, 3)
    assert [(each.drawing, each.label) for each in kept] == [(second, 8)]


def test_a_place_that_cannot_be_written_to_is_said(tmp_path: Path) -> None:
    for where in (tmp_path, tmp_path / "none" / "a.jsonl", "a\0b"):
        with pytest.raises(DataError, match="cannot be written"):
            Disagreements().save(where)
