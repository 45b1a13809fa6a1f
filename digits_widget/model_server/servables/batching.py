"""Joins requests that come at the same time into one run of the graph.

There is no thread of its own: the first caller of a batch leads it. It waits for its
turn to run, and for the batch to fill or its time to pass; callers that come meanwhile
join. Then it runs the graph once, and everybody takes their rows home.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from digits_widget.model_server.refusal import Refusal, invalid
from digits_widget.model_server.servables.batching_parameters import BatchingParameters

Array = np.ndarray[Any, Any]
Run = Callable[[Mapping[str, Array], Sequence[str], float | None], list[Array]]
_Key = tuple[tuple[str, ...], tuple[str, ...]]


class _Task:
    """One caller's share of a batch."""

    def __init__(
        self, feeds: Mapping[str, Array], rows: int, timeout: float | None
    ) -> None:
        self.feeds = feeds
        self.rows = rows
        self.until = math.inf if timeout is None else time.monotonic() + timeout
        self.results: list[Array] = []


class _Batch:
    """Callers that run together."""

    def __init__(self) -> None:
        self.tasks: list[_Task] = []
        self.rows = 0
        self.is_full = threading.Event()
        self.is_done = threading.Event()
        self.error: Refusal | None = None


class Batcher:
    """Joins the requests for one model version.

    Parameters
    ----------
    parameters : BatchingParameters
        How large, how long, how many.
    """

    def __init__(self, parameters: BatchingParameters) -> None:
        self._parameters = parameters
        self._lock = threading.Lock()
        self._open: dict[_Key, _Batch] = {}
        self._waiting = 0
        self._slots = threading.BoundedSemaphore(parameters.threads)

    def __call__(
        self,
        run: Run,
        feeds: Mapping[str, Array],
        fetches: Sequence[str],
        timeout: float | None,
    ) -> list[Array]:
        """Run a request together with others that want the same.

        Raises
        ------
        Refusal
            INVALID_ARGUMENT if it has no batch dimension or is too large,
            FAILED_PRECONDITION if others have other shapes or the outputs have no
            rows, UNAVAILABLE if too many wait; and whatever the graph says.
        """
        rows = _rows(feeds)
        limit = self._parameters.largest_task
        if rows > self._parameters.max_batch_size:
            if not self._parameters.splits:
                msg = (
                    f"Task size {rows} is larger than maximum input batch size "
                    f"{self._parameters.max_batch_size}"
                )
                raise invalid(msg)
            return self._in_pieces(run, feeds, fetches, timeout, limit)
        task = _Task(feeds, rows, timeout)
        key = (tuple(sorted(feeds)), tuple(fetches))
        batch, leads = self._join(key, task)
        if leads:
            self._lead(key, batch, run, fetches)
        elif not batch.is_done.wait(timeout):
            raise Refusal("DEADLINE_EXCEEDED", "Timed out waiting for notification")
        if batch.error is not None:
            raise Refusal(batch.error.code, batch.error.message)
        return task.results

    def _in_pieces(
        self,
        run: Run,
        feeds: Mapping[str, Array],
        fetches: Sequence[str],
        timeout: float | None,
        size: int,
    ) -> list[Array]:
        rows = _rows(feeds)
        pieces = [
            self(
                run,
                {name: array[start : start + size] for name, array in feeds.items()},
                fetches,
                timeout,
            )
            for start in range(0, rows, size)
        ]
        return [np.concatenate(each) for each in zip(*pieces, strict=True)]

    def _join(self, key: _Key, task: _Task) -> tuple[_Batch, bool]:
        with self._lock:
            batch = self._open.get(key)
            limit = self._parameters.largest_task
            leads = batch is None or batch.rows + task.rows > limit
            if batch is None or leads:
                if self._waiting >= self._parameters.max_enqueued_batches:
                    msg = (
                        "The batch scheduling queue to which this task was submitted "
                        "is full"
                    )
                    raise Refusal("UNAVAILABLE", msg)
                if batch is not None:
                    batch.is_full.set()
                batch = self._open[key] = _Batch()
                self._waiting += 1
            batch.tasks.append(task)
            batch.rows += task.rows
            if batch.rows >= limit:
                batch.is_full.set()
        return batch, leads

    def _lead(
        self,
        key: _Key,
        batch: _Batch,
        run: Run,
        fetches: Sequence[str],
    ) -> None:
        until = time.monotonic() + self._parameters.timeout
        try:
            with self._slots:
                batch.is_full.wait(max(0.0, until - time.monotonic()))
                self._close(key, batch)
                self._run(batch, run, fetches)
        except Refusal as exc:
            batch.error = exc
        except Exception as exc:  # noqa: BLE001
            # The others in the batch must hear of it, whatever it is.
            batch.error = Refusal("INTERNAL", repr(exc))
        finally:
            batch.is_done.set()

    def _close(self, key: _Key, batch: _Batch) -> None:
        with self._lock:
            self._waiting -= 1
            if self._open.get(key) is batch:
                del self._open[key]

    def _run(self, batch: _Batch, run: Run, fetches: Sequence[str]) -> None:
        rows = self._parameters.padded(batch.rows)
        joined = {
            name: self._joined([task.feeds[name] for task in batch.tasks], rows)
            for name in batch.tasks[0].feeds
        }
        # Whoever leads may be in a hurry; the others are not.
        until = max(task.until for task in batch.tasks)
        left = None if until == math.inf else max(0.0, until - time.monotonic())
        results = run(joined, fetches, left)
        for result in results:
            _check_output(result, rows)
        start = 0
        for task in batch.tasks:
            end = start + task.rows
            task.results = [result[start:end] for result in results]
            start = end

    def _joined(self, arrays: list[Array], rows: int) -> Array:
        if len({array.shape[1:] for array in arrays}) > 1:
            arrays = self._same_shape(arrays)
        missing = rows - sum(map(len, arrays))
        if missing:
            first = next(array for array in arrays if len(array))
            arrays = [*arrays, np.repeat(first[:1], missing, axis=0)]
        return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)

    def _same_shape(self, arrays: list[Array]) -> list[Array]:
        same_rank = len({array.ndim for array in arrays}) == 1
        if not self._parameters.pads or not same_rank:
            msg = (
                "Tensors with name have different shapes and padding is turned off. "
                "Set pad_variable_length_inputs to true, or ensure that all tensors "
                "with the same name have equal dimensions starting with the first dim."
            )
            raise Refusal("FAILED_PRECONDITION", msg)
        sides = np.max([array.shape[1:] for array in arrays], axis=0)
        return [_padded(array, tuple(sides.tolist())) for array in arrays]


def _padded(array: Array, sides: tuple[int, ...]) -> Array:
    if not array.size:
        return np.zeros((len(array), *sides), array.dtype)
    out = np.full((len(array), *sides), array.flat[0], array.dtype)
    out[tuple(slice(size) for size in array.shape)] = array
    return out


def _rows(feeds: Mapping[str, Array]) -> int:
    sizes = {array.shape[0] if array.ndim else None for array in feeds.values()}
    if None in sizes:
        msg = "Batching Run() input tensors must have at least one dimension"
        raise invalid(msg)
    if len(sizes) != 1:
        msg = "Batching Run() input tensors must have equal 0th-dimension size"
        raise invalid(msg)
    (rows,) = sizes
    return int(rows or 0)


def _check_output(result: Array, rows: int) -> None:
    if result.ndim == 0:
        msg = "Batched output tensor has 0 dimensions"
        raise Refusal("FAILED_PRECONDITION", msg)
    if len(result) != rows:
        msg = (
            "Batched output tensor's 0th dimension does not equal the sum of the 0th "
            "dimension sizes of the input tensors"
        )
        raise Refusal("FAILED_PRECONDITION", msg)
