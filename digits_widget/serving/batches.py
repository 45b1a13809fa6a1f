"""A batch of any size as requests under the message limit, in flight together."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digits_widget.errors import AnswerError, TooLargeError
from digits_widget.logits import Logits, read_scores
from digits_widget.prediction import Prediction, Timing
from digits_widget.serving.deadline import Deadline
from digits_widget.serving.dtypes import DTYPES
from digits_widget.serving.fitting import Fit
from digits_widget.serving.question import Question
from digits_widget.serving.transport import Know, Pending, Transport

_IN_FLIGHT = 8
"""Requests under way at once: enough to keep a server busy, few enough to bound memory
on both sides."""


@dataclass(frozen=True, eq=False)
class Parcel:
    """Some of the images, as one request."""

    count: int
    """How many images it carries."""

    question: Question
    """What it asks."""

    request: bytes
    """The same, serialised."""

    timing: Timing
    """Seconds spent so far."""


@dataclass(frozen=True)
class Batch:
    """All that the requests of one `predict` have in common."""

    transport: Transport
    know: Know
    fit: Fit
    largest: int
    """Most images in one request."""
    limit: int
    """Most bytes in one request."""
    logits: Logits = "refuse"
    """What becomes of an answer that is logits."""

    def predict(
        self, images: NDArray[np.float32], deadline: Deadline
    ) -> list[Prediction]:
        """Return one prediction for each of `images` (n, 28, 28), in their order."""
        parcels = self.parcels(images)
        first = next(parcels)
        if first.count == len(images):  # the common case: nothing to keep in flight
            answer = self.transport.ask(
                first.request, timeout=deadline.left, know=self.know
            )
            return self.read(first, *answer)
        return self._together(first, parcels, deadline)

    def _together(
        self, first: Parcel, rest: Iterator[Parcel], deadline: Deadline
    ) -> list[Prediction]:
        predictions: list[Prediction] = []
        waiting: deque[tuple[Parcel, Pending]] = deque()
        try:
            waiting.append((first, self._send(first, deadline)))
            for parcel in rest:
                if len(waiting) == _IN_FLIGHT:
                    done, pending = waiting.popleft()
                    predictions += self.read(done, *pending.result())
                waiting.append((parcel, self._send(parcel, deadline)))
            while waiting:
                done, pending = waiting.popleft()
                predictions += self.read(done, *pending.result())
        finally:
            for _, pending in waiting:
                pending.cancel()
        return predictions

    def _send(self, parcel: Parcel, deadline: Deadline) -> Pending:
        return self.transport.send(
            parcel.request, timeout=deadline.left, know=self.know
        )

    def parcels(self, images: NDArray[np.float32]) -> Iterator[Parcel]:
        """Cut `images` into requests that stay under the limits."""
        size = self._size()
        for start in range(0, len(images), size):
            yield from self._pack(images[start : start + size])

    def _size(self) -> int:
        if self.fit.batch is None:
            return 1
        if self.fit.batch > 0:
            return self.fit.batch
        each = DTYPES[self.fit.input.dtype].numpy.itemsize * 28 * 28
        return max(1, min(self.largest, (self.limit - 512) // each))

    def _pack(self, images: NDArray[np.float32]) -> Iterator[Parcel]:
        started = time.perf_counter()
        array = self.fit.array(images)
        prepared = time.perf_counter()
        question = Question(
            self.fit.signature,
            {self.fit.input.name: array},
            {self.fit.input.name: self.fit.input.dtype},
            (self.fit.output.name,),
        )
        try:
            request = self.transport.encode(question)
        except TooLargeError:
            # Written as text or as varints, numbers take more room than in memory.
            if len(images) == 1 or self.fit.batch != -1:
                raise
            yield from self._pack(images[: len(images) // 2])
            yield from self._pack(images[len(images) // 2 :])
            return
        timing = Timing(prepared - started, time.perf_counter() - prepared)
        yield Parcel(len(images), question, request, timing)

    def read(self, parcel: Parcel, response: bytes, waited: float) -> list[Prediction]:
        """Return one prediction for each image of `parcel`, from its response."""
        started = time.perf_counter()
        outputs = self.transport.decode(response, parcel.question)
        scores = self._scores(parcel, outputs.get(self.fit.output.name))
        confidences, logits = read_scores(
            scores, model=outputs.model, logits=self.logits
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
                logits=None if logits is None else logits[number],
            )
            for number, row in enumerate(confidences)
        ]

    def _scores(
        self, parcel: Parcel, scores: NDArray[np.generic] | None
    ) -> NDArray[np.generic]:
        """Return one row for each image that was really asked about."""
        if scores is None:
            msg = (
                f"Got an answer without the output {self.fit.output.name!r}, which the "
                "model declares. Check what sits between you and the server."
            )
            raise AnswerError(msg)
        if self.fit.batch is None:
            return scores[np.newaxis]
        sent = parcel.count if self.fit.batch < 0 else self.fit.batch
        if scores.ndim == 2 and len(scores) != sent:
            msg = (
                f"Got {len(scores)} answers for {sent} images, expected one for each. "
                "The model mixes images up: choose another."
            )
            raise AnswerError(msg)
        return scores[: parcel.count]
