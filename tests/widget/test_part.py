from __future__ import annotations

from ipywidgets import HTML

from digits_widget.state import State
from digits_widget.widget.deck import Deck
from digits_widget.widget.later import Later
from digits_widget.widget.part import Part


class Board:
    """A panel that keeps what it was told."""

    def __init__(self) -> None:
        self.widget = HTML()
        self.told: list[int] = []

    def show(self, state: State) -> None:
        self.told.append(state.revision)


def test_a_panel_that_nobody_sees_is_told_nothing_until_somebody_does() -> None:
    board = Board()
    part = Part(board)
    part.show(State(1))
    part.show(State(2))
    assert board.told == []
    assert not part.is_seen
    part.widget._view_count = 1
    assert board.told == [2]
    part.show(State(3))
    part.widget._view_count = 0
    part.show(State(4))
    assert board.told == [2, 3]


def test_a_panel_for_a_saved_notebook_is_told_always() -> None:
    board = Board()
    part = Part(board, always=True)
    part.show(State(1))
    part.widget._view_count = 1
    assert board.told == [1]


def test_a_panel_may_be_made_when_it_is_first_seen() -> None:
    made: list[Board] = []

    def make() -> Board:
        made.append(Board())
        return made[-1]

    part = Part(Later(make))
    part.show(State(1))
    assert not made
    part.widget._view_count = 1
    part.show(State(2))
    (board,) = made
    assert board.told == [1, 2]
    assert part.widget.children == (board.widget,)


def test_a_deck_has_one_panel_on_the_screen() -> None:
    first, second = HTML("one"), HTML("two")
    deck = Deck({"One": first, "Two": second})
    assert deck.widget.children[1].children == (first,)
    deck.open("Two")
    assert deck.widget.children[1].children == (second,)
