"""Splits a batch into requests under the message limit and sends them in parallel."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digits_widget.errors import AnswerError, NotTenError, OptionError, TooLargeError
from digits_widget.logits import Logits, read_scores
from digits_widget.prediction import DIGITS, Prediction, Timing, spacing
from digits_widget.protocol.dtypes import DTYPES, Dtype
from digits_widget.protocol.servable import Servable
from digits_widget.protocol.wire import Wire
from digits_widget.serving.call import REQUEST, RESPONSE, Call, Exchange
from digits_widget.serving.coroutines import settled
from digits_widget.serving.deadline import Deadline
from digits_widget.serving.input_adapter import InputAdapter, check_images
from digits_widget.serving.transport import (
    AnyTransport,
    AsyncPending,
    GetHint,
    Pending,
)

_IN_FLIGHT = 8
"""Requests in flight at once: enough to keep a server busy, few enough to bound memory
on both sides."""


_KINDS = {
    "O": "text",
    "U": "text",
    "S": "text",
    "b": "true and false",
    "i": "whole numbers",
    "u": "whole numbers",
    "c": "complex numbers",
}
"""Plain words for NumPy's kinds of values that cannot be confidences."""


@dataclass(frozen=True, eq=False)
class Parcel:
    """Some of the images, packed into one request."""

    count: int
    """Number of images in the request."""

    call: Call
    """The call before serialisation."""

    request: bytes
    """The call, serialised."""

    timing: Timing
    """Seconds spent so far."""


@dataclass(frozen=True)
class Batch:
    """The settings that all requests of one `predict` share."""

    transport: AnyTransport
    get_hint: GetHint
    adapter: InputAdapter
    largest: int
    """Most images in one request."""
    limit: int
    """Most bytes in one request."""
    logits: Logits = "refuse"
    """Treatment of logits: an error, or their softmax."""

    async def predict(
        self, images: NDArray[np.float32], deadline: Deadline
    ) -> list[Prediction]:
        """Return one prediction for each of `images` (n, 28, 28), in their order.

        Parameters
        ----------
        images : (n, 28, 28) float32 ndarray
            Values in [0, 1], 1 is ink.
        deadline : Deadline
            Time by which all answers must arrive.
        """
        parcels = self.parcels(images)
        first = next(parcels)
        if first.count == len(images):  # the common case: a single request
            answer = await self._ask(first, deadline)
            return self.read(first, *answer)
        return await self._together(first, parcels, deadline)

    async def capture(
        self, images: ArrayLike, deadline: Deadline, target: str, servable: Servable
    ) -> Exchange:
        """Ask about `images` in one request and keep both messages.

        Parameters
        ----------
        images : array_like
            (28, 28) or (n, 28, 28) float in [0, 1], 1 is ink.
        deadline : Deadline
            Time by which the answer must arrive.
        target, servable : str, Servable
            The server and the model, for the commands to paste.

        Raises
        ------
        OptionError
            There is no image, or more images than fit in one request.
        """
        checked = np.array(check_images(images))
        asked = checked.reshape(-1, *checked.shape[-2:])
        asked.flags.writeable = False
        parcel = next(self.parcels(asked), None)
        if parcel is None or parcel.count < len(asked):
            msg = (
                f"Got {len(asked)} images, expected one or a few that fit in one "
                "request. Ask about fewer."
            )
            raise OptionError(msg)
        response, waited = await self._ask(parcel, deadline)
        return Exchange(
            Wire(REQUEST, parcel.request),
            Wire(RESPONSE, response),
            tuple(self.read(parcel, response, waited)),
            asked,
            target,
            servable,
        )

    async def _ask(self, parcel: Parcel, deadline: Deadline) -> tuple[bytes, float]:
        return await settled(
            self.transport.ask(
                parcel.request, timeout=deadline.left, get_hint=self.get_hint
            )
        )

    async def _together(
        self, first: Parcel, rest: Iterator[Parcel], deadline: Deadline
    ) -> list[Prediction]:
        predictions: list[Prediction] = []
        waiting: deque[tuple[Parcel, Pending | AsyncPending]] = deque()
        try:
            waiting.append((first, self._send(first, deadline)))
            for parcel in rest:
                if len(waiting) == _IN_FLIGHT:
                    done, pending = waiting.popleft()
                    predictions += self.read(done, *await settled(pending.result()))
                waiting.append((parcel, self._send(parcel, deadline)))
            while waiting:
                done, pending = waiting.popleft()
                predictions += self.read(done, *await settled(pending.result()))
        finally:
            for _, pending in waiting:
                pending.cancel()
        return predictions

    def _send(self, parcel: Parcel, deadline: Deadline) -> Pending | AsyncPending:
        return self.transport.send(
            parcel.request, timeout=deadline.left, get_hint=self.get_hint
        )

    def parcels(self, images: NDArray[np.float32]) -> Iterator[Parcel]:
        """Cut `images` into requests that stay under the limits."""
        size = self._size()
        for start in range(0, len(images), size):
            yield from self._pack(images[start : start + size])

    def _size(self) -> int:
        if self.adapter.batch is None:
            return 1
        if self.adapter.batch > 0:
            self._check_batch(self.adapter.batch)
            return self.adapter.batch
        each = DTYPES[self.adapter.input.dtype].numpy.itemsize * 28 * 28
        return max(1, min(self.largest, (self.limit - 512) // each))

    def _check_batch(self, declared: int) -> None:
        """Refuse more images than a request can carry, before building one."""
        if declared * 28 * 28 > self.limit:  # a pixel takes at least one byte
            msg = (
                f"Got a model that takes exactly {declared:,} images in one request, "
                f"expected no more than fit into {self.limit:,} bytes. Export it with "
                "None for the batch, or raise max_request_bytes= if it means that."
            )
            raise TooLargeError(msg)

    def _pack(self, images: NDArray[np.float32]) -> Iterator[Parcel]:
        started = time.perf_counter()
        array = self.adapter.array(images)
        prepared = time.perf_counter()
        call = Call(
            self.adapter.signature,
            {self.adapter.input.name: array},
            {self.adapter.input.name: self.adapter.input.dtype},
            (self.adapter.output.name,),
        )
        try:
            request = self.transport.encode(call)
        except TooLargeError:
            # Numbers as text or varints take more space than in memory.
            if len(images) == 1 or self.adapter.batch != -1:
                raise
            yield from self._pack(images[: len(images) // 2])
            yield from self._pack(images[len(images) // 2 :])
            return
        timing = Timing(prepared - started, time.perf_counter() - prepared)
        yield Parcel(len(images), call, request, timing)

    def read(self, parcel: Parcel, response: bytes, waited: float) -> list[Prediction]:
        """Return one prediction for each image of `parcel`, from its response.

        Parameters
        ----------
        parcel : Parcel
            The request and its images.
        response : bytes
            The serialised response.
        waited : float
            Seconds that the response took to arrive.
        """
        started = time.perf_counter()
        outputs = self.transport.decode(response, parcel.call)
        name = self.adapter.output.name
        scores = self._scores(parcel, outputs.get(name))
        kind = DTYPES.get(outputs.dtypes.get(name, self.adapter.output.dtype))
        confidences, logits = read_scores(
            scores,
            model=outputs.model,
            logits=self.logits,
            precision=_precision(kind),
        )
        timing = Timing(
            parcel.timing.preparing,
            parcel.timing.encoding,
            waited,
            time.perf_counter() - started,
        )
        return [
            Prediction(
                row,
                model=outputs.model,
                version=outputs.version,
                signature=outputs.signature,
                timing=timing,
                request_bytes=len(parcel.request),
                response_bytes=len(response),
                # Keeping the bytes of large batches would fill the memory.
                request=parcel.request if parcel.count == 1 else b"",
                response=response if parcel.count == 1 else b"",
                logits=None if logits is None else logits[number],
            )
            for number, row in enumerate(confidences)
        ]

    def _scores(
        self, parcel: Parcel, scores: NDArray[np.generic] | None
    ) -> NDArray[np.generic]:
        """Return one row for each real image, without those that fill up the batch."""
        if scores is None:
            msg = (
                f"Got an answer without the output {self.adapter.output.name!r}, which "
                "the model declares. Check what sits between you and the server."
            )
            raise AnswerError(msg)
        if scores.dtype.kind != "f":
            raise self._not_ten(_KINDS.get(scores.dtype.kind, str(scores.dtype)))
        rows = scores[np.newaxis] if self.adapter.batch is None else scores
        if rows.ndim != 2 or rows.shape[1] != DIGITS:
            what = f"numbers of shape {scores.shape}"
            raise self._not_ten(what)
        each = self.adapter.batch or 1
        sent = parcel.count if each < 0 else each
        if len(rows) != sent:
            msg = (
                f"Got {len(rows)} answers for {sent} images, expected one for each. "
                "The model mixes images up: choose another."
            )
            raise AnswerError(msg)
        return rows[: parcel.count]

    def _not_ten(self, what: str) -> NotTenError:
        msg = (
            f"Got {what} from the output {self.adapter.output.name!r}, expected ten "
            "confidences for each image. Choose another output with output=, or read "
            f"this one with predict_raw({{{self.adapter.input.name!r}: …}})."
        )
        return NotTenError(msg)


def _precision(kind: Dtype | None) -> float:
    """Return the precision of the type on the wire; decoding widens small floats."""
    return 0.0 if kind is None or kind.is_string else spacing(kind.stored)
