"""The search for dabs: every sample made every other digit, on shipped version 2."""

from __future__ import annotations

import statistics
import time
from functools import partial

from digits_widget.insight.make_it import Attempt, make_it
from digits_widget.model_server.embedded import EmbeddedServer
from digits_widget.pipeline import PRESETS
from digits_widget.samples import sample
from digits_widget.serving import Client

PAIRS = [(digit, target) for digit in range(10) for target in range(10)]
LEAST, LONGEST = 86, 5.0


def main() -> None:
    """Print how many pairs succeed, how many dabs they take, and how long."""
    found: list[Attempt] = []
    seconds: list[float] = []
    with EmbeddedServer() as server, Client(server.target, version=2) as client:
        many = partial(client.predict, timeout=30.0)
        for digit, target in PAIRS:
            if digit != target:
                image = PRESETS["mnist"](sample(digit)).tensor
                start = time.perf_counter()
                *_, last = make_it(target, image, many)
                seconds.append(time.perf_counter() - start)
                found.append(last)
    done = [attempt for attempt in found if attempt.is_done]
    dabs = [len(attempt.dabs) for attempt in done]
    print(f"{len(done)} of {len(found)} pairs  (at least {LEAST})")
    print(f"dabs     median {statistics.median(dabs):.0f}, most {max(dabs)}")
    print(
        f"seconds  median {statistics.median(seconds):.2f}, longest {max(seconds):.2f}"
        f"  (at most {LONGEST:g})"
    )
