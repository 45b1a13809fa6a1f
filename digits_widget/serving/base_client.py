"""`BaseClient`: what `Client` and `AsyncClient` share, written once as coroutines."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeAlias, get_args

import numpy as np
from numpy.typing import ArrayLike

from digits_widget.errors import (
    AnswerError,
    DeadlineError,
    ModelNotFoundError,
    OptionError,
    ServerUnavailableError,
    ServingError,
    TooLargeError,
    UnsupportedError,
    WrongPortError,
)
from digits_widget.logits import Logits
from digits_widget.protocol.metadata import (
    ModelMetadata,
    VersionStatus,
    by_hand,
    names_alone,
)
from digits_widget.protocol.servable import Servable
from digits_widget.protocol.signature import TensorSpec
from digits_widget.protocol.tensors import Packing
from digits_widget.serving.batches import Batch
from digits_widget.serving.call import Outputs
from digits_widget.serving.connection import MIB, Connection, Tls
from digits_widget.serving.coroutines import settled
from digits_widget.serving.deadline import Deadline
from digits_widget.serving.error_hints import ErrorHints, too_large_error
from digits_widget.serving.input_adapter import (
    InputAdapter,
    adapt,
    ask_raw,
    check_images,
    raw_call,
)
from digits_widget.serving.metadata_cache import MetadataCache, Turn
from digits_widget.serving.target import Target
from digits_widget.serving.transport import AnyTransport, Transport

Predicted: TypeAlias = Any
"""A `Prediction` for one image, or a list of them for a batch. A type checker does not
see an array's number of dimensions."""


class BaseClient(ABC):
    """The options of a client, which `Client` describes, and the logic of its calls.

    A subclass says how to wait: it opens a transport, has a lock and can pause.
    """

    def __init__(
        self,
        target: str = "127.0.0.1:8500",
        *,
        model: str = "digits",
        version: int | None = None,
        label: str | None = None,
        signature: str | None = None,
        output: str | None = None,
        input: str | TensorSpec | None = None,  # noqa: A002 - beside output
        timeout: float = 10.0,
        tls: Tls | None = None,
        token: str | Callable[[], str] | None = None,
        max_request_bytes: int = 4 * MIB,
        max_response_bytes: int = 64 * MIB,
        max_batch: int = 1000,
        packing: Packing = "content",
        keepalive: float | None = None,
        wait_for_ready: bool = False,
        logits: Logits = "refuse",
    ) -> None:
        if logits not in get_args(Logits):
            msg = f"Got logits={logits!r}, expected 'refuse' or 'softmax'."
            raise OptionError(msg)
        if max_batch < 1:
            msg = f"Got max_batch={max_batch}, expected one image in a request or more."
            raise OptionError(msg)
        if input is not None and not (input and output):
            msg = (
                f"Got input={input!r} and output={output!r}, expected a name for both. "
                "Name both, or leave out input=."
            )
            raise OptionError(msg)
        Deadline.after(timeout)  # raises if the timeout is invalid
        self._target = Target(target)
        self._servable = Servable(model, version, label, signature)
        self._connection = Connection(
            tls,
            token,
            max_request_bytes,
            max_response_bytes,
            keepalive,
            wait_for_ready,
        )
        _check_token(self._target, self._connection)
        self._timeout = timeout
        calls, inquiries = self._open(packing)
        self._calls: AnyTransport = calls
        self._metadata = MetadataCache(self._fetch_metadata, self._new_turn())
        self._error_hints = ErrorHints(inquiries, self._servable, self._metadata)
        self._input, self._output = input, output
        self._max_batch = max_batch
        self._logits = logits
        self._last_adapter: tuple[ModelMetadata, InputAdapter] | None = None

    @abstractmethod
    def _open(self, packing: Packing) -> tuple[AnyTransport, Transport]:
        """Return the way for calls, and the one to find out why a call failed."""

    @abstractmethod
    def _new_turn(self) -> Turn:
        """Return a lock for the callers of this client."""

    @abstractmethod
    def _pause(self, seconds: float) -> Awaitable[None] | None:
        """Wait a little."""

    @property
    def target(self) -> str:
        """The server's address."""
        return str(self._target)

    @property
    def model(self) -> str:
        """The model's name."""
        return self._servable.name

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._servable} at {self._target}>"

    async def _predict(self, images: ArrayLike, deadline: Deadline) -> Predicted:
        checked = check_images(images)
        batch = checked.reshape(-1, *checked.shape[-2:])
        if not len(batch):
            return []
        with self._named():
            predictions = await self._metadata.attempt(
                lambda metadata: self._batch(metadata).predict(batch, deadline),
                deadline,
            )
        self._metadata.note(predictions[-1].version)
        return predictions if checked.ndim == 3 else predictions[0]

    async def _predict_raw(
        self,
        inputs: Mapping[str, ArrayLike],
        outputs: Iterable[str],
        deadline: Deadline,
    ) -> Outputs:
        wanted = tuple(outputs)
        self._check_size(inputs)

        async def ask(metadata: ModelMetadata) -> Outputs:
            call = raw_call(metadata, self._servable.signature, inputs, wanted)
            return await ask_raw(self._calls, call, deadline, self._error_hints.hint)

        with self._named():
            try:
                await self._metadata.get(deadline)
            except UnsupportedError:  # then use the names that the caller gave
                return await ask(
                    names_alone(self._servable, self.target, inputs, wanted)
                )
            answer = await self._metadata.attempt(ask, deadline)
        self._metadata.note(answer.version)
        return answer

    async def _status(self, deadline: Deadline) -> tuple[VersionStatus, ...]:
        versions = await settled(
            self._calls.status(
                self.model,
                timeout=deadline.left,
                get_hint=self._error_hints.hint,
            )
        )
        return tuple(sorted(versions, reverse=True))

    async def _wait_until_ready(self, seconds: float) -> ModelMetadata:
        deadline = Deadline.after(seconds)
        while True:
            try:
                return await self._metadata.refresh(deadline)
            except WrongPortError:
                raise
            except (ServerUnavailableError, ModelNotFoundError, DeadlineError) as exc:
                if deadline.is_over:
                    raise self._not_ready(seconds, exc) from exc
            await settled(self._pause(min(0.1, deadline.left)))

    def _deadline(self, timeout: float | None) -> Deadline:
        return Deadline.after(self._timeout if timeout is None else timeout)

    async def _fetch_metadata(self, deadline: Deadline) -> ModelMetadata:
        try:
            return await settled(
                self._calls.metadata(
                    timeout=deadline.left, get_hint=self._error_hints.hint
                )
            )
        except UnsupportedError as exc:
            if self._input is None or self._output is None:
                raise self._untold(exc) from exc
            return by_hand(
                self._servable, self.target, input=self._input, output=self._output
            )

    def _check_size(self, inputs: Mapping[str, ArrayLike]) -> None:
        """Refuse arrays that are too large for a request, before copying them."""
        arrays = [each for each in inputs.values() if isinstance(each, np.ndarray)]
        elements = sum(each.size for each in arrays)  # at least one byte each
        limit = self._connection.max_request_bytes
        if elements > limit:
            size = f"at least {elements} bytes"
            raise too_large_error(size, limit, self._target, self._servable)

    def _untold(self, exc: UnsupportedError) -> UnsupportedError:
        return UnsupportedError(
            f"The server at {self.target} does not tell the inputs and outputs of "
            f"model {self.model!r} ({exc.code}). If it answers as TensorFlow Serving "
            "does, name them by hand: Client(…, input=…, output=…) for predict, or "
            "digits-widget predict --input … --output …; predict_raw takes the names "
            "that you give it. If not, check the address.",
            target=self.target,
            model=self.model,
            code=exc.code,
        )

    def _not_ready(self, timeout: float, last: ServingError) -> DeadlineError:
        return DeadlineError(
            f"The {self._servable} at {self._target} was not ready in {timeout:g} "
            f"seconds. The last attempt ended so: {last}",
            target=self.target,
            model=self.model,
            code="DEADLINE_EXCEEDED",
        )

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Add server and model to an error; the code that reads answers lacks both."""
        try:
            yield
        except (AnswerError, TooLargeError) as exc:
            exc.target, exc.model = self.target, self.model
            raise

    def _batch(self, metadata: ModelMetadata) -> Batch:
        last = self._last_adapter  # read once: another thread may replace it
        if last is None or last[0] is not metadata:
            found = adapt(metadata, self._servable.signature, self._output)
            self._last_adapter = last = (metadata, found)
        return Batch(
            self._calls,
            self._error_hints.hint,
            last[1],
            self._max_batch,
            self._connection.max_request_bytes,
            self._logits,
        )


def _check_token(target: Target, connection: Connection) -> None:
    encrypted = connection.tls is not None or target.scheme == "https"
    if connection.token is not None and not encrypted and not target.is_loopback:
        msg = (
            f"Got a token for {target} without tls=, expected encryption: others on "
            "the network could read it. Give tls=Tls()."
        )
        raise OptionError(msg, target=str(target))
