"""`Finding`: one thing that was looked at, how it is, and the cure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How a thing is."""

    WELL = "well"
    """As it should be."""

    DOUBTFUL = "doubtful"
    """Works, or is not needed by everybody; worth reading."""

    BROKEN = "broken"
    """Something will not work."""

    @property
    def mark(self) -> str:
        """One character: ✓, ! or ✗."""
        return {"well": "✓", "doubtful": "!", "broken": "✗"}[self.value]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    topic: str
    """What it belongs to, such as ``Versions``."""

    state: State
    """How it is."""

    said: str
    """What was found, in one sentence."""

    cure: str = ""
    """What to do; empty if nothing is to be done."""

    def __str__(self) -> str:
        cure = f"\n    → {self.cure}" if self.cure else ""
        return f"  {self.state.mark} {self.said}{cure}"


def well(topic: str, said: str) -> Finding:
    """Return a finding of something that is as it should be."""
    return Finding(topic, State.WELL, said)


def doubtful(topic: str, said: str, cure: str) -> Finding:
    """Return a finding that is worth reading."""
    return Finding(topic, State.DOUBTFUL, said, cure)


def broken(topic: str, said: str, cure: str) -> Finding:
    """Return a finding of something that will not work."""
    return Finding(topic, State.BROKEN, said, cure)
