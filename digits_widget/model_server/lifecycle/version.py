"""One version and its state, from START to END."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from digits_widget.model_server.servables.servable import Servable
from digits_widget.model_server.status_error import StatusError

State = Literal["START", "LOADING", "AVAILABLE", "UNLOADING", "END"]


@dataclass
class Version:
    """A version's state. Only the lifecycle changes it, under its lock."""

    number: int
    """The version number."""

    path: Path
    """The version's folder."""

    state: State = "START"
    """The state that TensorFlow Serving's protocol reports."""

    error: StatusError | None = None
    """The error of the latest attempt to load it."""

    servable: Servable | None = None
    """The model, while it is in memory."""

    attempts: int = 0
    """Number of attempts to load it."""

    retry_at: float | None = None
    """Time of the next attempt on the monotonic clock, in seconds.

    Until then the state is LOADING: the server reports a failure only after the last
    attempt.
    """

    left: bool = False
    """Whether it failed and was then removed from the wanted versions."""

    @property
    def failed(self) -> bool:
        """Whether it ended in an error."""
        return self.state == "END" and self.error is not None

    @property
    def tried(self) -> bool:
        """Whether it is available or at least one attempt to load it has failed."""
        return self.state == "AVAILABLE" or self.error is not None

    @property
    def settled(self) -> bool:
        """Whether loading it has succeeded or finally failed."""
        return self.state == "AVAILABLE" or self.failed
