"""A background for tests: nothing runs before it is told to."""

from __future__ import annotations

from collections.abc import Callable


class Later:
    """A background that works when it is told to."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []

    def __call__(self, work: Callable[[], None]) -> None:
        self.waiting.append(work)

    def work(self) -> None:
        while self.waiting:
            self.waiting.pop(0)()
