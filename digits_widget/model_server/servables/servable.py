"""One loaded version, ready to run."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import config_pb2, meta_graph_pb2

from digits_widget.model_server.refusal import Refusal
from digits_widget.model_server.servables.batching import Batcher
from digits_widget.model_server.servables.graph import Graph
from digits_widget.model_server.servables.signature import Signature
from digits_widget.model_server.servables.trouble import as_refusal

Array = np.ndarray[Any, Any]

_KEPT_CALLABLES = 32
_LONGEST_TIMEOUT = 86400.0


class Servable:
    """A model version in memory.

    Parameters
    ----------
    name : str
        The model's name.
    version : int
        Its version number.
    session : tf.compat.v1.Session
        Restored and initialised. Closed by `close`.
    signature_protos : mapping of str to SignatureDef
        As they are in the file, for the metadata.
    signatures : mapping of str to Signature
        The same, as this server uses them.
    graph : Graph
        What the graph is made of.
    batcher : Batcher, optional
        Joins requests that come at the same time.
    watch : callable, optional
        Told, in the thread that asked, how many seconds each answer took.
    """

    def __init__(
        self,
        name: str,
        version: int,
        *,
        session: tf.compat.v1.Session,
        signature_protos: Mapping[str, meta_graph_pb2.SignatureDef],
        signatures: Mapping[str, Signature],
        graph: Graph,
        batcher: Batcher | None = None,
        watch: Callable[[float], None] | None = None,
    ) -> None:
        self.name = name
        self.version = version
        self.signature_protos = signature_protos
        self.signatures = signatures
        self._session = session
        self._graph = graph
        self._batcher = batcher
        self._watch = watch
        self._callables: OrderedDict[Any, Callable[..., list[Array]]] = OrderedDict()
        self._lock = threading.Lock()

    def run(
        self,
        feeds: Mapping[str, Array],
        fetches: Sequence[str],
        *,
        timeout: float | None = None,
    ) -> list[Array]:
        """Run the graph once.

        Parameters
        ----------
        feeds : mapping of str to ndarray
            Values by tensor name.
        fetches : sequence of str
            Tensor names.
        timeout : float, optional
            Seconds until it is given up.

        Returns
        -------
        list of ndarray
            As many as `fetches`, in their order.

        Raises
        ------
        Refusal
            With the code and words of the op that failed.
        """
        started = time.perf_counter()
        if self._batcher is None:
            results = self._run(feeds, fetches, timeout)
        else:
            results = self._batcher(self._run, feeds, fetches, timeout)
        if self._watch is not None:
            self._watch(time.perf_counter() - started)
        return results

    def _run(
        self, feeds: Mapping[str, Array], fetches: Sequence[str], timeout: float | None
    ) -> list[Array]:
        wanted = tuple(dict.fromkeys(name for name in fetches if name not in feeds))
        if not wanted:
            return [feeds[name] for name in fetches]
        call = self._callable(tuple(feeds), wanted, self._milliseconds(timeout))
        try:
            results = map(_array, call(*feeds.values()))
        except Exception as exc:
            raise as_refusal(exc) from exc
        found = {**feeds, **dict(zip(wanted, results, strict=True))}
        return [found[name] for name in fetches]

    def close(self) -> None:
        """Free the session. Nothing may be running."""
        with self._lock:
            self._callables.clear()
        self._session.close()

    def _milliseconds(self, timeout: float | None) -> int:
        """Choose the session's own timeout; 0 for none.

        Without one the graph runs in the caller's thread, which is the fast way, and
        a graph without loops ends by itself. Timeouts are rounded up to powers of
        two, so that a few prepared callables do for all.
        """
        if timeout is None or not self._graph.may_run_for_ever:
            return 0
        if timeout <= 0:
            raise Refusal("DEADLINE_EXCEEDED", "Timed out waiting for notification")
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
            # The public way to the same costs three times as much for each call.
            make = self._session._make_callable_from_options  # noqa: SLF001
            made: Callable[..., list[Array]] = make(options)
        except Exception as exc:
            raise as_refusal(exc) from exc
        with self._lock:
            self._callables[key] = made
            while len(self._callables) > _KEPT_CALLABLES:
                # A request chooses its outputs, so there may be very many of these.
                self._callables.popitem(last=False)
        return made


def _array(result: Any) -> Array:
    """Give a scalar its dimensions back: the binding returns it bare."""
    if isinstance(result, np.ndarray):
        return result
    array = np.empty((), object if isinstance(result, bytes | str) else None)
    if array.dtype == object:
        array[()] = result
        return array
    return np.asarray(result)
