"""`AsyncClient`: the same as `Client` for asyncio, over gRPC."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Self

from numpy.typing import ArrayLike

from digits_widget.errors import UnsupportedError
from digits_widget.protocol.metadata import ModelMetadata, VersionStatus
from digits_widget.protocol.tensors import Packing
from digits_widget.serving.async_transport import AsyncGrpcTransport
from digits_widget.serving.base_client import BaseClient, Predicted
from digits_widget.serving.call import Outputs
from digits_widget.serving.grpc_transport import GrpcTransport


class AsyncClient(BaseClient):
    """A model on a server, for use by any number of tasks of one event loop.

    The client connects at the first call. Use it with ``async with``, or `close` it. A
    cancelled task cancels its call. After a failure, the client looks for the cause in
    a thread, so that the event loop goes on.

    Parameters
    ----------
    target, model, version, …
        As for `Client`; over gRPC only. A function for `token` must not block.

    Raises
    ------
    OptionError
        An option or the address is invalid.
    UnsupportedError
        The address is one of REST.

    Examples
    --------
    >>> from digits_widget.serving import AsyncClient
    >>> AsyncClient("127.0.0.1:8500", model="digits", version=1)
    <AsyncClient of model 'digits' version 1 at 127.0.0.1:8500>
    """

    async def predict(
        self, images: ArrayLike, *, timeout: float | None = None
    ) -> Predicted:
        """Ask which digit each image shows.

        Parameters
        ----------
        images, timeout
            As for `Client.predict`, which describes the result, too.
        """
        return await self._predict(images, self._deadline(timeout))

    async def predict_raw(
        self,
        inputs: Mapping[str, ArrayLike],
        *,
        outputs: Iterable[str] = (),
        timeout: float | None = None,
    ) -> Outputs:
        """Call any model: arrays by name in, arrays by name out.

        Parameters
        ----------
        inputs, outputs, timeout
            As for `Client.predict_raw`.
        """
        return await self._predict_raw(inputs, outputs, self._deadline(timeout))

    async def metadata(self, *, timeout: float | None = None) -> ModelMetadata:
        """Return the model's signatures. Every call asks the server again."""
        return await self._metadata.refresh(self._deadline(timeout))

    async def status(
        self, *, timeout: float | None = None
    ) -> tuple[VersionStatus, ...]:
        """Return the state of every version of the model, highest first."""
        return await self._status(self._deadline(timeout))

    async def wait_until_ready(self, timeout: float = 60.0) -> ModelMetadata:
        """Wait until the server runs and the model answers; return its metadata."""
        return await self._wait_until_ready(timeout)

    async def close(self) -> None:
        """Close the connection and cancel the calls in progress."""
        await self._transport.close()
        self._inquiries.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def _open(self, packing: Packing) -> tuple[AsyncGrpcTransport, GrpcTransport]:
        if self._target.is_rest:
            msg = (
                f"Got {self.target}, an address of REST, expected one of gRPC. Use the "
                "address of the gRPC port, without http://, or Client in a thread: "
                "await asyncio.to_thread(client.predict, image)."
            )
            raise UnsupportedError(msg, target=self.target, model=self.model)
        way = (self._target, self._servable, self._connection, packing)
        self._transport = AsyncGrpcTransport(*way)
        # It opens a connection only after a failure, to ask what the server has.
        self._inquiries = GrpcTransport(*way)
        return self._transport, self._inquiries

    def _new_turn(self) -> _Turn:
        return _Turn()

    async def _pause(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class _Turn:
    """A lock for the tasks of an event loop, with a limit on waiting."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()

    async def acquire(self, *, timeout: float) -> bool:
        try:
            async with asyncio.timeout(timeout):
                return await self._lock.acquire()
        except TimeoutError:
            return False

    def release(self) -> None:
        self._lock.release()
