"""Counts of requests and their latencies, and the page that Prometheus reads.

A request is counted by the thread that answers it, so what its graph took waits for the
count in that thread.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

_BOUNDS = tuple(10 * 1.8**power for power in range(33))
"""Upper bounds of the latency buckets, in microseconds."""

_EXAMPLE_BOUNDS = tuple(float(2**power) for power in range(20))
"""Upper bounds of the buckets for examples in a request."""

_COUNT = "/tensorflow/serving/request_count"
_LATENCY = "/tensorflow/serving/request_latency"
_RUNTIME = "/tensorflow/serving/runtime_latency"
_EXAMPLES = "/tensorflow/serving/request_example_counts"


@dataclass
class _Histogram:
    bounds: tuple[float, ...]
    buckets: list[int] = field(init=False)
    total: float = 0.0

    def __post_init__(self) -> None:
        self.buckets = [0] * (len(self.bounds) + 1)

    def add(self, value: float) -> None:
        self.buckets[bisect_left(self.bounds, value)] += 1
        self.total += value


class Metrics:
    """Counts what happened.

    Parameters
    ----------
    is_known : callable
        Tells whether a model of this name is configured. Others are not counted:
        anyone can ask for any name, and each would stay here for ever.
    """

    def __init__(self, is_known: Callable[[str], bool]) -> None:
        self._is_known = is_known
        self._lock = threading.Lock()
        self._counts: dict[tuple[str, str], int] = {}
        self._histograms: dict[str, dict[str, _Histogram]] = {
            name: {} for name in (_LATENCY, _RUNTIME, _EXAMPLES)
        }
        self._here = threading.local()

    def add_graph_time(self, seconds: float) -> None:
        """Remember what a graph took, for the request that this thread answers."""
        self._here.seconds = getattr(self._here, "seconds", 0.0) + seconds

    def count_examples(self, model: str, count: int) -> None:
        """Count the examples of one request that was answered."""
        if self._is_known(model):
            labels = f'model="{_escape(model)}"'
            with self._lock:
                self._series(_EXAMPLES, labels, _EXAMPLE_BOUNDS).add(count)

    def count(
        self, model: str, api: str, entrypoint: str, code: str, seconds: float
    ) -> None:
        """Count one request.

        Parameters
        ----------
        model : str
            The name that it asked for.
        api : str
            ``Predict`` and so on; ``predict`` over REST.
        entrypoint : str
            ``GRPC`` or ``REST``.
        code : str
            How it ended, ``OK`` or another status.
        seconds : float
            How long it took.
        """
        graph = self._here.__dict__.pop("seconds", None)
        if not self._is_known(model):
            return
        name = f'model_name="{_escape(model)}"'
        labels = f'{name},API="{api}",entrypoint="{entrypoint}"'
        # Whatever the request came in by, the graph is run for the call of this name.
        by_call = f'{name},API="{api[:1].upper()}{api[1:]}",runtime="TF1"'
        with self._lock:
            key = (model, code)
            self._counts[key] = self._counts.get(key, 0) + 1
            self._series(_LATENCY, labels).add(seconds * 1e6)
            if graph is not None:
                self._series(_RUNTIME, by_call).add(graph * 1e6)

    def _series(
        self, metric: str, labels: str, bounds: tuple[float, ...] = _BOUNDS
    ) -> _Histogram:
        return self._histograms[metric].setdefault(labels, _Histogram(bounds))

    def values(self, names: Iterable[str]) -> dict[str, int]:
        """Sum up metrics by name; 0 for names that mean nothing here."""
        with self._lock:
            known = {
                _COUNT: sum(self._counts.values()),
                **{
                    name: sum(sum(each.buckets) for each in series.values())
                    for name, series in self._histograms.items()
                },
            }
        colons = {name.replace("/", ":"): value for name, value in known.items()}
        return {name: {**known, **colons}.get(name, 0) for name in names}

    def page(self) -> str:
        """Write the page in Prometheus's text format."""
        count = _COUNT.replace("/", ":")
        lines = [f"# TYPE {count} counter"]
        with self._lock:
            for (model, code), value in sorted(self._counts.items()):
                labels = f'model_name="{_escape(model)}",status="{code}"'
                lines.append(f"{count}{{{labels}}} {value}")
            for metric, series in self._histograms.items():
                name = metric.replace("/", ":")
                lines.append(f"# TYPE {name} histogram")
                for labels in sorted(series):
                    lines += _histogram(name, labels, series[labels])
        return "\n".join(lines) + "\n"


def _histogram(name: str, labels: str, histogram: _Histogram) -> list[str]:
    lines = []
    so_far = 0
    bounds = [f"{bound:g}" for bound in histogram.bounds] + ["+Inf"]
    for bound, bucket in zip(bounds, histogram.buckets, strict=True):
        so_far += bucket
        lines.append(f'{name}_bucket{{{labels},le="{bound}"}} {so_far}')
    lines.append(f"{name}_sum{{{labels}}} {histogram.total:g}")
    lines.append(f"{name}_count{{{labels}}} {so_far}")
    return lines


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
