"""`Transport`: the interface between the client and the wire, for gRPC and REST.

`AsyncTransport` is what `AsyncClient` needs of it, with answers to await.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeAlias

import grpc

from digits_widget.errors import ServingError
from digits_widget.protocol.metadata import ModelMetadata, VersionStatus
from digits_widget.serving.call import Call, Outputs
from digits_widget.serving.examples import Answers, Method, Row

GetHint: TypeAlias = Callable[[type[ServingError], grpc.StatusCode, str], str]
"""Returns a hint about a failure from its class, its status and the server's message:
the known facts and the cure."""


class Pending(Protocol):
    """A request in progress."""

    def result(self) -> tuple[bytes, float]:
        """Wait for the response; return it and the seconds it took.

        Raises
        ------
        ServingError
            The request failed; the subclass says why.
        """

    def cancel(self) -> None:
        """Cancel the request."""


class Transport(Protocol):
    """One way to a model server. Every timeout is in seconds."""

    def encode(self, call: Call) -> bytes:
        """Return the serialised request."""

    def decode(self, response: bytes, call: Call) -> Outputs:
        """Return the outputs in a response.

        Parameters
        ----------
        response : bytes
            The serialised response.
        call : Call
            The call that it answers.
        """

    def ask(
        self, request: bytes, *, timeout: float, get_hint: GetHint
    ) -> tuple[bytes, float]:
        """Send an encoded request; return the response and the seconds it took.

        Parameters
        ----------
        request : bytes
            The serialised request.
        timeout : float
            Seconds until the call fails.
        get_hint : callable
            Adds a hint to the error of a failed call.
        """

    def send(self, request: bytes, *, timeout: float, get_hint: GetHint) -> Pending:
        """Send an encoded request without waiting.

        Parameters
        ----------
        request : bytes
            The serialised request.
        timeout : float
            Seconds until the call fails.
        get_hint : callable
            Adds a hint to the error of a failed call.
        """

    def metadata(self, *, timeout: float, get_hint: GetHint) -> ModelMetadata:
        """Return the model's metadata.

        Parameters
        ----------
        timeout : float
            Seconds until the call fails.
        get_hint : callable
            Adds a hint to the error of a failed call.
        """

    def status(
        self, model: str, *, timeout: float, get_hint: GetHint
    ) -> tuple[VersionStatus, ...]:
        """Return the state of all versions of `model`.

        Parameters
        ----------
        model : str
            The model's name.
        timeout : float
            Seconds until the call fails.
        get_hint : callable
            Adds a hint to the error of a failed call.
        """

    def infer(
        self,
        method: Method,
        signature: str,
        rows: Sequence[Row],
        context: Row | None,
        *,
        timeout: float,
        get_hint: GetHint,
    ) -> Answers:
        """Return labels or a number for each row.

        Parameters
        ----------
        method : {"classify", "regress"}
            The method to call.
        signature : str
            The signature's name; empty for the default.
        rows : sequence of mapping
            Values by column.
        context : mapping or None
            Columns that all rows share.
        timeout : float
            Seconds until the call fails.
        get_hint : callable
            Adds a hint to the error of a failed call.
        """

    def counted_models(self, *, timeout: float) -> set[str]:
        """Return the names of models in the server's metrics, if it has any.

        TensorFlow Serving has no call that lists its models.
        """

    def close(self) -> None:
        """Close the connections and give up the requests in progress."""


class AsyncPending(Protocol):
    """The same as `Pending`, to await."""

    def result(self) -> Awaitable[tuple[bytes, float]]:
        """Wait for the response; return it and the seconds it took."""

    def cancel(self) -> None:
        """Cancel the request."""


class AsyncTransport(Protocol):
    """A way to a model server for one event loop; its methods are `Transport`'s."""

    def encode(self, call: Call) -> bytes:
        """Return the serialised request."""

    def decode(self, response: bytes, call: Call) -> Outputs:
        """Return the outputs in a response.

        Parameters
        ----------
        response, call
            As for `Transport.decode`.
        """

    def ask(
        self, request: bytes, *, timeout: float, get_hint: GetHint
    ) -> Awaitable[tuple[bytes, float]]:
        """Send an encoded request; return the response and the seconds it took.

        Parameters
        ----------
        request, timeout, get_hint
            As for `Transport.ask`.
        """

    def send(
        self, request: bytes, *, timeout: float, get_hint: GetHint
    ) -> AsyncPending:
        """Send an encoded request without waiting.

        Parameters
        ----------
        request, timeout, get_hint
            As for `Transport.send`.
        """

    def metadata(
        self, *, timeout: float, get_hint: GetHint
    ) -> Awaitable[ModelMetadata]:
        """Return the model's metadata.

        Parameters
        ----------
        timeout, get_hint
            As for `Transport.metadata`.
        """

    def status(
        self, model: str, *, timeout: float, get_hint: GetHint
    ) -> Awaitable[tuple[VersionStatus, ...]]:
        """Return the state of all versions of `model`.

        Parameters
        ----------
        model, timeout, get_hint
            As for `Transport.status`.
        """


AnyTransport: TypeAlias = Transport | AsyncTransport
"""What logic that is written once, for both clients, asks."""
