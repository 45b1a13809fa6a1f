"""One version that this process has seen, from START to END."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from digits_widget.model_server.refusal import Refusal
from digits_widget.model_server.servables.servable import Servable

State = Literal["START", "LOADING", "AVAILABLE", "UNLOADING", "END"]


@dataclass
class Version:
    """A version's state. Changed only under the lifecycle's lock."""

    number: int
    """Its version number."""

    path: Path
    """Its folder."""

    state: State = "START"
    """Where it is on its way."""

    error: Refusal | None = None
    """Why it did not load, or not yet."""

    servable: Servable | None = None
    """The model, while it is in memory."""

    attempts: int = 0
    """How often loading was tried."""

    retry_at: float | None = None
    """When loading is tried again, on the monotonic clock, in seconds.

    Until then the state is LOADING: a failure is told when there is no more hope.
    """

    left: bool = False
    """Whether it was wanted no more, after it failed."""

    @property
    def failed(self) -> bool:
        """Whether it ended in an error."""
        return self.state == "END" and self.error is not None

    @property
    def tried(self) -> bool:
        """Whether it is available or has failed to load, for the last time or not."""
        return self.state == "AVAILABLE" or self.error is not None

    @property
    def settled(self) -> bool:
        """Whether loading it has come to an end, a good or a bad one."""
        return self.state == "AVAILABLE" or self.failed
