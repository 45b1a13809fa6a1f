"""Runs a graph in a session, as TensorFlow Serving does."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import config_pb2

from digits_widget.model_server.engines.engine import Array
from digits_widget.model_server.engines.tensorflow.errors import as_status_error
from digits_widget.model_server.engines.tensorflow.graph import Graph
from digits_widget.model_server.servables.signature import Signature
from digits_widget.model_server.status_error import StatusError
from digits_widget.protocol.dtypes import DTYPES
from digits_widget.protocol.signature import TensorSpec

_KEPT_CALLABLES = 32
_LONGEST_TIMEOUT = 86400.0


class SessionEngine:
    """A graph in a session.

    Parameters
    ----------
    session : tf.compat.v1.Session
        The session, restored and initialised. `close` closes it.
    graph : Graph
        The graph's ops.
    """

    def __init__(self, session: tf.compat.v1.Session, graph: Graph) -> None:
        self._session = session
        self._graph = graph
        self._callables: OrderedDict[Any, Callable[..., list[Array]]] = OrderedDict()
        self._lock = threading.Lock()

    def run(
        self,
        signature: Signature,
        inputs: Mapping[str, Array],
        outputs: Sequence[TensorSpec],
        timeout: float | None,
    ) -> list[Array]:
        """Run a signature once.

        Parameters
        ----------
        signature, inputs, outputs, timeout
            As for `Engine.run`.

        Raises
        ------
        StatusError
            As for `Engine.run`.
        """
        feeds = {signature.inputs[alias].tensor: inputs[alias] for alias in inputs}
        fetches = [spec.tensor for spec in outputs]
        wanted = tuple(dict.fromkeys(name for name in fetches if name not in feeds))
        if not wanted:
            return [feeds[name] for name in fetches]
        call = self._callable(tuple(feeds), wanted, self._milliseconds(timeout))
        fed = [_fed(signature.inputs[alias], inputs[alias]) for alias in inputs]
        try:
            results = map(_array, call(*fed))
        except Exception as exc:
            raise as_status_error(exc) from exc
        found = {**feeds, **dict(zip(wanted, results, strict=True))}
        return [found[name] for name in fetches]

    def close(self) -> None:
        """Free the session. No run may be in progress."""
        with self._lock:
            self._callables.clear()
        self._session.close()

    def _milliseconds(self, timeout: float | None) -> int:
        """Choose the session's own timeout; 0 for none.

        Without a timeout TensorFlow runs the graph in the caller's thread, which is
        faster, and a graph without loops ends by itself. The method rounds timeouts up
        to powers of two, so that a few prepared callables suffice.
        """
        if timeout is None or not self._graph.may_run_for_ever:
            return 0
        if timeout <= 0:
            raise StatusError("DEADLINE_EXCEEDED", "Timed out waiting for notification")
        wanted = int(min(timeout, _LONGEST_TIMEOUT) * 1000) + 1
        return 1 << (wanted - 1).bit_length()

    def _callable(
        self, feeds: tuple[str, ...], fetches: tuple[str, ...], milliseconds: int
    ) -> Callable[..., list[Array]]:
        key = (feeds, fetches, milliseconds)
        with self._lock:
            if key in self._callables:
                self._callables.move_to_end(key)
                return self._callables[key]
        options = config_pb2.CallableOptions(feed=feeds, fetch=fetches)
        options.run_options.timeout_in_ms = milliseconds
        if not milliseconds:
            options.run_options.inter_op_thread_pool = -1
        try:
            # The public function for this takes three times as long for each call.
            make = self._session._make_callable_from_options  # noqa: SLF001
            made: Callable[..., list[Array]] = make(options)
        except Exception as exc:
            raise as_status_error(exc) from exc
        with self._lock:
            self._callables[key] = made
            while len(self._callables) > _KEPT_CALLABLES:
                # Requests choose their outputs: the number of callables needs a limit.
                self._callables.popitem(last=False)
        return made


def _fed(spec: TensorSpec, array: Array) -> Array:
    """Return what TensorFlow takes: quantised numbers in a structure of one field."""
    kind = tf.as_dtype(DTYPES[spec.dtype].number)
    return array.view(kind.as_numpy_dtype) if kind.is_quantized else array


def _array(result: Any) -> Array:
    """Return an array, even for a scalar, which TensorFlow returns as a value."""
    if isinstance(result, np.ndarray):
        return result
    array = np.empty((), object if isinstance(result, bytes | str) else None)
    if array.dtype == object:
        array[()] = result
        return array
    return np.asarray(result)
