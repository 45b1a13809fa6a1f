"""`Diagnosis`: the result of one check, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    """The state of a checked thing."""

    WELL = "well"
    """Everything is right."""

    DOUBTFUL = "doubtful"
    """It works, or not every user needs it, but it is worth reading."""

    BROKEN = "broken"
    """It will not work."""

    @property
    def mark(self) -> str:
        """One character: ✓, ! or ✗."""
        return {"well": "✓", "doubtful": "!", "broken": "✗"}[self.value]


@dataclass(frozen=True)
class Diagnosis:
    """The result of one check."""

    topic: str
    """The group of the check, such as ``Versions``."""

    state: Health
    """The state."""

    said: str
    """The result, in one sentence."""

    cure: str = ""
    """What to do; empty if there is nothing to do."""

    def __str__(self) -> str:
        cure = f"\n    → {self.cure}" if self.cure else ""
        return f"  {self.state.mark} {self.said}{cure}"


def well(topic: str, said: str) -> Diagnosis:
    """Return a diagnosis of something that is right.

    Parameters
    ----------
    topic : str
        The group that it belongs to, such as ``Versions``.
    said : str
        The result, in one sentence.
    """
    return Diagnosis(topic, Health.WELL, said)


def doubtful(topic: str, said: str, cure: str) -> Diagnosis:
    """Return a diagnosis that is worth reading.

    Parameters
    ----------
    topic : str
        The group that it belongs to, such as ``Versions``.
    said : str
        The result, in one sentence.
    cure : str
        What to do.
    """
    return Diagnosis(topic, Health.DOUBTFUL, said, cure)


def broken(topic: str, said: str, cure: str) -> Diagnosis:
    """Return a diagnosis of something that will not work.

    Parameters
    ----------
    topic : str
        The group that it belongs to, such as ``Versions``.
    said : str
        The result, in one sentence.
    cure : str
        What to do.
    """
    return Diagnosis(topic, Health.BROKEN, said, cure)
