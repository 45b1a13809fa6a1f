"""Counts requests and their latencies, under TensorFlow Serving's metric names.

The thread that answers a request also counts it, so the graph's running time is kept in
that thread until then.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
)

_MICROSECONDS = [10 * 1.8**power for power in range(33)]
_EXAMPLES = [float(2**power) for power in range(20)]
_PREFIX = ":tensorflow:serving:"

# TensorFlow Serving's page has no creation times.
disable_created_metrics()


class Metrics:
    """Counts requests.

    Parameters
    ----------
    is_known : callable
        Returns whether a model of this name is configured. Other names do not count:
        clients can send any name, and each one would take memory for ever.
    """

    def __init__(self, is_known: Callable[[str], bool]) -> None:
        self._is_known = is_known
        self._here = threading.local()
        self._registry = CollectorRegistry()
        self._count = Counter(
            f"{_PREFIX}request_count",
            "Requests by how they ended.",
            ["model_name", "status"],
            registry=self._registry,
        )
        self._latency = Histogram(
            f"{_PREFIX}request_latency",
            "Microseconds that requests took.",
            ["model_name", "API", "entrypoint"],
            buckets=_MICROSECONDS,
            registry=self._registry,
        )
        self._runtime = Histogram(
            f"{_PREFIX}runtime_latency",
            "Microseconds that graphs took.",
            ["model_name", "API", "runtime"],
            buckets=_MICROSECONDS,
            registry=self._registry,
        )
        self._examples = Histogram(
            f"{_PREFIX}request_example_counts",
            "Examples in one request.",
            ["model"],
            buckets=_EXAMPLES,
            registry=self._registry,
        )

    def add_graph_time(self, seconds: float) -> None:
        """Keep a graph's running time for the request that this thread answers."""
        self._here.seconds = getattr(self._here, "seconds", 0.0) + seconds

    def count_examples(self, model: str, count: int) -> None:
        """Count the examples of one answered request.

        Parameters
        ----------
        model : str
            The model's name.
        count : int
            Number of examples.
        """
        if self._is_known(model):
            self._examples.labels(model).observe(count)

    def count(
        self, model: str, api: str, entrypoint: str, code: str, seconds: float
    ) -> None:
        """Count one request.

        Parameters
        ----------
        model : str
            The model's name in the request.
        api : str
            The call, such as ``Predict``; over REST ``predict``.
        entrypoint : str
            ``GRPC`` or ``REST``.
        code : str
            Its status, such as ``OK``.
        seconds : float
            Its duration.
        """
        graph = self._here.__dict__.pop("seconds", None)
        if not self._is_known(model):
            return
        self._count.labels(model, code).inc()
        self._latency.labels(model, api, entrypoint).observe(seconds * 1e6)
        if graph is not None:
            # TensorFlow Serving uses the gRPC name here, for REST requests, too.
            call = f"{api[:1].upper()}{api[1:]}"
            self._runtime.labels(model, call, "TF1").observe(graph * 1e6)

    def values(self, names: Iterable[str]) -> dict[str, int]:
        """Return the sums of metrics by name; 0 for unknown names."""
        sums = {
            metric.name: sum(
                sample.value
                for sample in metric.samples
                if sample.name.endswith(("_total", "_count"))
            )
            for metric in self._registry.collect()
        }
        return {name: int(sums.get(name.replace("/", ":"), 0)) for name in names}

    def page(self) -> str:
        """Write the page in Prometheus's text format."""
        # prometheus_client always adds a suffix that TensorFlow Serving does not use.
        return (
            generate_latest(self._registry)
            .decode()
            .replace(f"{_PREFIX}request_count_total", f"{_PREFIX}request_count")
        )
