"""`Transport`: the seam between the client and the wire. gRPC and REST both fit it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

from digits_widget.errors import ServingError
from digits_widget.serving.examples import Label, Row
from digits_widget.serving.metadata import ModelMetadata
from digits_widget.serving.question import Outputs, Question
from digits_widget.serving.version_status import VersionStatus

Know: TypeAlias = Callable[[type[ServingError]], str]
"""Tells what is known about a failure of some class: what is there, and what to do."""


class Pending(Protocol):
    """A request under way."""

    def result(self) -> tuple[bytes, float]:
        """Wait for the response; return it, and the seconds from sending to having.

        Raises
        ------
        ServingError
            The subclass says why there is none.
        """

    def cancel(self) -> None:
        """Give it up."""


class Transport(Protocol):
    """One way to a model server. Every timeout is in seconds."""

    def encode(self, question: Question) -> bytes:
        """Return the request as it travels."""

    def decode(self, response: bytes, question: Question) -> Outputs:
        """Return what the response says."""

    def ask(self, request: bytes, *, timeout: float, know: Know) -> tuple[bytes, float]:
        """Send an encoded question; return the response and the seconds it took."""

    def send(self, request: bytes, *, timeout: float, know: Know) -> Pending:
        """Send an encoded question and do not wait."""

    def metadata(self, *, timeout: float, know: Know) -> ModelMetadata:
        """Return what the model declares."""

    def status(
        self, model: str, *, timeout: float, know: Know
    ) -> tuple[VersionStatus, ...]:
        """Return the state of all versions of `model`."""

    def classify(
        self,
        signature: str,
        rows: Sequence[Row],
        context: Row | None,
        *,
        timeout: float,
        know: Know,
    ) -> list[list[Label]]:
        """Return the labels for each row; an empty signature is the default one."""

    def regress(
        self,
        signature: str,
        rows: Sequence[Row],
        context: Row | None,
        *,
        timeout: float,
        know: Know,
    ) -> list[float]:
        """Return the number for each row; an empty signature is the default one."""

    def close(self) -> None:
        """Close the connections and give up what is under way."""
