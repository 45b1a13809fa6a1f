"""`VersionStatus`: where one version of a model is on its way in or out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class VersionStatus:
    """One version of a model, as the server sees it."""

    version: int
    """Its number, which is the name of its folder."""

    state: str
    """START, LOADING, AVAILABLE, UNLOADING or END."""

    code: str = "OK"
    """Why it ended, as a gRPC status; OK if nothing went wrong."""

    message: str = ""
    """The server's words about it."""

    @property
    def is_ready(self) -> bool:
        """True while it answers requests."""
        return self.state == "AVAILABLE"

    def __str__(self) -> str:
        trouble = f": {self.message or self.code}" if self.code != "OK" else ""
        return f"{self.version} ({self.state}{trouble})"


def list_versions(versions: Iterable[VersionStatus]) -> str:
    """Return them as text, highest first."""
    return ", ".join(str(each) for each in sorted(versions, reverse=True)) or "none"
