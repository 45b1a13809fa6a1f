from __future__ import annotations

from digits_widget.drawing import Drawing, Stroke
from digits_widget.widget.canvas.history import History

ONE = Drawing([Stroke([(0.1, 0.1), (0.2, 0.2)])])
TWO = ONE + Stroke([(0.3, 0.3), (0.4, 0.4)])


def test_undo_and_redo_walk_the_same_way() -> None:
    history = History().do(ONE).do(TWO)
    back = history.undo()
    assert back.now == ONE
    assert back.undo().now == Drawing()
    assert back.undo().redo().redo() == history


def test_clear_is_one_action_that_undo_takes_back() -> None:
    history = History().do(ONE).do(TWO).clear()
    assert not history.now
    assert history.undo().now == TWO


def test_clear_of_a_blank_sheet_is_no_action() -> None:
    assert History().clear() == History()


def test_a_new_action_forgets_what_was_undone() -> None:
    history = History().do(ONE).do(TWO).undo().do(Drawing())
    assert history.redo() == history


def test_undo_and_redo_at_the_ends_do_nothing() -> None:
    assert History().undo() == History()
    assert History().redo() == History()
