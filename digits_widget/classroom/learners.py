"""`Learners`: who has joined, by nickname."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from digits_widget.classroom.messages import LONGEST_NICKNAME


class Page(Protocol):
    """An open page of a learner or of the wall."""

    def tell(self, message: Mapping[str, object]) -> None:
        """Send a message; does nothing if the page is gone."""


@dataclass(eq=False)
class Learner:
    """A learner who has joined."""

    name: str
    """12 hexadecimal digits, the same each time that the learner's page comes back."""

    nickname: str
    """Unique in the class."""

    pages: set[Page] = field(default_factory=set)
    """The open pages of this learner; a learner may have two tabs."""

    @property
    def is_here(self) -> bool:
        """Whether a page is open."""
        return bool(self.pages)

    def tell(self, message: Mapping[str, object]) -> None:
        """Send a message to every open page."""
        for page in tuple(self.pages):
            page.tell(message)


class Learners:
    """Everyone who has joined, in the order of joining."""

    def __init__(self) -> None:
        self._by_name: dict[str, Learner] = {}

    def __iter__(self) -> Iterator[Learner]:
        return iter(tuple(self._by_name.values()))

    def __len__(self) -> int:
        return len(self._by_name)

    def __contains__(self, learner: Learner) -> bool:
        return self._by_name.get(learner.name) is learner

    def join(self, secret: str, nickname: str, writers: Mapping[str, str]) -> Learner:
        """Return the learner of this page, with a nickname that no other one has.

        Parameters
        ----------
        secret : str
            What the page keeps, and sends again when it comes back.
        nickname : str
            The wanted one. The second "anna" becomes "anna 2".
        writers : mapping of str to str
            The learners who have handed in, and their nicknames.
        """
        name = hashlib.sha256(secret.encode()).hexdigest()[:12]
        learner = self._by_name.get(name)
        if learner is None:
            others = {each.name: each.nickname for each in self} | dict(writers)
            others.pop(name, None)
            taken = {each.casefold() for each in others.values()}
            learner = Learner(name, _free(nickname, taken))
            self._by_name[name] = learner
        return learner

    def forget(self, learner: Learner) -> None:
        """Drop a learner, so that the nickname is free again."""
        if learner in self:
            del self._by_name[learner.name]


def _free(nickname: str, taken: set[str]) -> str:
    free, number = nickname, 1
    while free.casefold() in taken:
        number += 1
        ending = f" {number}"
        free = nickname[: LONGEST_NICKNAME - len(ending)] + ending
    return free
