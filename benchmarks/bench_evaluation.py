"""One table of every dithering method against its two halves, in one run.

10,000 digits by imaginary hands go through each method of the catalogue and on to the
server. The next method dithers while the server answers about the last, so the table
should take less than dithering everything and then asking about everything.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from digits_widget.datasets.synthetic_writers import drawn_by
from digits_widget.dithering import CATALOGUE, dither
from digits_widget.evaluation.comparison_table import comparison_table, variants_of
from digits_widget.model_server.embedded import EmbeddedServer
from digits_widget.pipeline import PRESETS
from digits_widget.serving import Client

HANDS = 1000
"""Each draws ten digits."""

METHODS = 60
"""The target is given for this many."""


def main() -> None:
    """Print the seconds, the ratio, and what 60 methods would take."""
    known = drawn_by(HANDS, seed=60)
    images = PRESETS["mnist"].batch(known.drawings)
    variants = variants_of("dithering", lambda _preset: images)
    with EmbeddedServer() as server, Client(server.target, model="digits") as client:
        client.predict(images[:1000])
        whole = _seconds(
            lambda: comparison_table(variants, known.labels, client.predict)
        )
        asked = _seconds(lambda: client.predict(images)) * len(variants)
    dithered = _seconds(lambda: [dither(images, name) for name in CATALOGUE])
    minutes = whole / len(variants) * METHODS / 60
    print(f"{len(images)} digits x {len(variants)} variants")
    print(f"table                   {whole:7.1f} s")
    print(f"dithering alone         {dithered:7.1f} s")
    print(f"asking alone            {asked:7.1f} s")
    print(f"table / both in turn    {whole / (dithered + asked):7.2f}")
    print(f"{METHODS} methods              {minutes:7.1f} min  (at most 10)")


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
