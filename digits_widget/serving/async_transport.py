"""`AsyncGrpcTransport`: calls the server over gRPC for asyncio, without blocking."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import grpc
from grpc import aio

from digits_widget.errors import DigitsError, OptionError
from digits_widget.protocol.metadata import ModelMetadata, VersionStatus
from digits_widget.protocol.servable import Servable
from digits_widget.protocol.tensors import Packing
from digits_widget.serving.connection import Connection
from digits_widget.serving.error_hints import closed_error, grpc_error
from digits_widget.serving.grpc_channel import call_options, open_call, open_channel
from digits_widget.serving.grpc_messages import GrpcMessages
from digits_widget.serving.target import Target
from digits_widget.serving.transport import GetHint

_Running: TypeAlias = Any
"""A call of `grpc.aio` in progress; gRPC's type stubs know only messages."""


class AsyncGrpcTransport(GrpcMessages):
    """One channel to one server, for one event loop; opened at the first call."""

    def __init__(
        self,
        target: Target,
        servable: Servable,
        connection: Connection,
        packing: Packing,
    ) -> None:
        super().__init__(target, servable, connection, packing)
        self._connection = connection
        self._channel: aio.Channel | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self.is_closed = False

    def send(
        self, request: bytes, *, timeout: float, get_hint: GetHint
    ) -> AsyncGrpcPending:
        """Send a `PredictRequest` without waiting.

        Parameters
        ----------
        request, timeout, get_hint
            As for `Transport.send`.
        """
        return self._start("Predict", request, timeout, get_hint)

    async def ask(
        self, request: bytes, *, timeout: float, get_hint: GetHint
    ) -> tuple[bytes, float]:
        """Send a `PredictRequest` and wait for the response.

        Parameters
        ----------
        request, timeout, get_hint
            As for `Transport.ask`.
        """
        return await self._start("Predict", request, timeout, get_hint).result()

    async def metadata(self, *, timeout: float, get_hint: GetHint) -> ModelMetadata:
        """Call GetModelMetadata.

        Parameters
        ----------
        timeout, get_hint
            As for `Transport.metadata`.
        """
        request = self.metadata_request()
        pending = self._start("GetModelMetadata", request, timeout, get_hint)
        return self.read_metadata((await pending.result())[0])

    async def status(
        self, model: str, *, timeout: float, get_hint: GetHint
    ) -> tuple[VersionStatus, ...]:
        """Call GetModelStatus.

        Parameters
        ----------
        model, timeout, get_hint
            As for `Transport.status`.
        """
        request = self.status_request(model)
        pending = self._start("GetModelStatus", request, timeout, get_hint)
        return self.read_status((await pending.result())[0])

    async def close(self) -> None:
        """Close the channel and cancel the calls in progress."""
        self.is_closed = True
        channel, self._channel = self._channel, None
        if channel is not None:
            await channel.close(None)

    def error(self, exc: grpc.RpcError, get_hint: GetHint) -> DigitsError:
        """Return our error for a failed call; this blocks while it looks for the cause.

        Parameters
        ----------
        exc : grpc.RpcError
            The exception of the call.
        get_hint : callable
            Adds a hint to the error.
        """
        return grpc_error(exc, self._target, self._servable, self._connection, get_hint)

    def closed_error(self) -> DigitsError:
        """Return the error for a call after `close`."""
        return closed_error(self._target, self._servable)

    def _start(
        self, name: str, request: bytes, timeout: float, get_hint: GetHint
    ) -> AsyncGrpcPending:
        call = open_call(self._opened(), name)
        running = call(request, **call_options(self._connection, timeout))
        pending = AsyncGrpcPending(running, self, get_hint)
        running.add_done_callback(pending.note_end)
        return pending

    def _opened(self) -> aio.Channel:
        if self.is_closed:
            raise self.closed_error()
        loop = asyncio.get_running_loop()
        if self._channel is None:
            self._channel = open_channel(aio, self._target, self._connection)
            self._loop = loop
        if self._loop is not loop:
            msg = (
                f"Got a call to {self._target} from another event loop, expected the "
                "loop of the client's first call. Make a client for each loop."
            )
            raise OptionError(msg, target=str(self._target))
        return self._channel


@dataclass
class AsyncGrpcPending:
    """A call in progress."""

    running: _Running
    transport: AsyncGrpcTransport
    get_hint: GetHint
    started: float = field(default_factory=time.perf_counter)
    seconds: float = 0.0

    def note_end(self, _: _Running) -> None:
        """Note when the response arrived; the caller may wait for others first."""
        self.seconds = time.perf_counter() - self.started

    async def result(self) -> tuple[bytes, float]:
        """Wait for the response; return it and the seconds it took.

        Raises
        ------
        ServingError
            The call failed; the subclass says why.
        """
        try:
            response: bytes = await self.running
        except grpc.RpcError as exc:
            # A look at the address, or another call, must not hold up the loop.
            error = await asyncio.to_thread(self.transport.error, exc, self.get_hint)
            raise error from exc
        except asyncio.CancelledError as exc:
            task = asyncio.current_task()
            if self.transport.is_closed and not (task and task.cancelling()):
                raise self.transport.closed_error() from exc
            raise
        return response, self.seconds or time.perf_counter() - self.started

    def cancel(self) -> None:
        """Cancel the call."""
        self.running.cancel()
