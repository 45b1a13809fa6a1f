"""Counts of requests and their latencies, and the page that Prometheus reads."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

_BOUNDS = tuple(10 * 1.8**power for power in range(33))
"""Upper bounds of the latency buckets, in microseconds."""

_COUNT = "/tensorflow/serving/request_count"
_LATENCY = "/tensorflow/serving/request_latency"


@dataclass
class _Histogram:
    buckets: list[int] = field(default_factory=lambda: [0] * (len(_BOUNDS) + 1))
    total: float = 0.0

    def add(self, value: float) -> None:
        self.buckets[bisect_left(_BOUNDS, value)] += 1
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
        self._latencies: dict[tuple[str, str, str], _Histogram] = {}

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
        if not self._is_known(model):
            return
        with self._lock:
            key = (model, code)
            self._counts[key] = self._counts.get(key, 0) + 1
            series = (model, api, entrypoint)
            self._latencies.setdefault(series, _Histogram()).add(seconds * 1e6)

    def values(self, names: Iterable[str]) -> dict[str, int]:
        """Sum up metrics by name; 0 for names that mean nothing here."""
        with self._lock:
            known = {
                _COUNT: sum(self._counts.values()),
                _LATENCY: sum(sum(each.buckets) for each in self._latencies.values()),
            }
        colons = {name.replace("/", ":"): value for name, value in known.items()}
        return {name: {**known, **colons}.get(name, 0) for name in names}

    def page(self) -> str:
        """Write the page in Prometheus's text format."""
        count, latency = _COUNT.replace("/", ":"), _LATENCY.replace("/", ":")
        lines = [f"# TYPE {count} counter"]
        with self._lock:
            for (model, code), value in sorted(self._counts.items()):
                labels = f'model_name="{_escape(model)}",status="{code}"'
                lines.append(f"{count}{{{labels}}} {value}")
            lines.append(f"# TYPE {latency} histogram")
            for (model, api, entry), histogram in sorted(self._latencies.items()):
                labels = (
                    f'model_name="{_escape(model)}",API="{api}",entrypoint="{entry}"'
                )
                lines += _histogram(latency, labels, histogram)
        return "\n".join(lines) + "\n"


def _histogram(name: str, labels: str, histogram: _Histogram) -> list[str]:
    lines = []
    so_far = 0
    bounds = [f"{bound:g}" for bound in _BOUNDS] + ["+Inf"]
    for bound, bucket in zip(bounds, histogram.buckets, strict=True):
        so_far += bucket
        lines.append(f'{name}_bucket{{{labels},le="{bound}"}} {so_far}')
    lines.append(f"{name}_sum{{{labels}}} {histogram.total:g}")
    lines.append(f"{name}_count{{{labels}}} {so_far}")
    return lines


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
