from __future__ import annotations

import re
from collections.abc import Callable

from digits_widget.widget.panels.confidences.headline import REST, Headline
from tests.widget.conftest import Clock


class Time:
    """A clock, and what is to be done at which time."""

    def __init__(self) -> None:
        self.now = 0.0
        self._later: list[tuple[float, Callable[[], None]]] = []

    def __call__(self) -> float:
        return self.now

    def after(self, seconds: float, work: Callable[[], None]) -> None:
        self._later.append((self.now + seconds, work))

    def go_to(self, end: float) -> None:
        while due := [each for each in self._later if each[0] <= end]:
            first = min(due, key=lambda each: each[0])
            self._later.remove(first)
            self.now = max(self.now, first[0])
            first[1]()
        self.now = end


def test_a_moving_hand_changes_it_three_times_a_second_and_nothing_is_said(
    clock: Clock, settled: Callable[[], None]
) -> None:
    time, said, shown = Time(), list[str](), list[float]()
    headline = Headline(said.append, time.after, clock=time)
    headline.widget.observe(lambda _: shown.append(time.now), names="value")
    headline.show("Draw")
    for tick in range(60):
        time.go_to(tick / 15)
        headline.show(f"at {tick}", is_final=False)
        assert not clock.waiting(REST)
    assert all(sum(t <= each < t + 1 for each in shown) <= 3 for t in shown)
    assert len(shown) >= 8
    headline.show("7, sure")
    time.go_to(20)
    assert "7, sure" in headline.widget.value
    clock.go_on()
    settled()
    assert said == ["7, sure"]


def test_a_sentence_is_said_once_and_the_same_again_after_the_hand_has_moved(
    clock: Clock, settled: Callable[[], None]
) -> None:
    time, said = Time(), list[str]()
    headline = Headline(said.append, time.after, clock=time)
    headline.show("Draw")
    assert not clock.waiting(REST)
    for _ in range(3):
        headline.show("3")
        clock.go_on()
        settled()
    assert said == ["3"]
    headline.show("3", is_final=False)
    headline.show("3")
    clock.go_on()
    settled()
    assert said == ["3", "3"]


def test_only_the_sentence_that_stays_is_said(
    clock: Clock, settled: Callable[[], None]
) -> None:
    time, said = Time(), list[str]()
    headline = Headline(said.append, time.after, clock=time)
    for words in ("Draw", "3", "8", "9"):
        headline.show(words)
    assert clock.waiting(REST) == 1
    clock.go_on()
    settled()
    assert said == ["9"]


def test_what_it_says_is_text() -> None:
    time = Time()
    headline = Headline(print, time.after, clock=time)
    headline.show("<b>3</b>")
    assert re.findall(r"<b>", headline.widget.value) == []
