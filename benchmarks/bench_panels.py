"""What the panels ask about one drawing: in one call, and one by one as the peer.

Every ratio is of medians of rounds that alternate between the two, on both shipped
models and the embedded server.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from statistics import median
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from digits_widget.insight.counterfactuals import find_counterfactuals
from digits_widget.insight.occlusion import occlude
from digits_widget.model_server.embedded import EmbeddedServer
from digits_widget.pipeline import PRESETS
from digits_widget.prediction import Prediction
from digits_widget.samples import sample
from digits_widget.serving import Client

ROUNDS = 3
DIGIT = 3

Image = NDArray[np.float32]
Many = Callable[[Image], list[Prediction]]


def main() -> None:
    """Measure all and print a table."""
    image = PRESETS["mnist"](sample(DIGIT)).tensor
    print(f"{'what':38} {'variants':>8} {'one call':>10} {'each':>10} {'ratio':>7}")
    with EmbeddedServer() as server:
        for version in (1, 2):
            with Client(server.target, version=version) as client:
                for title, ask in _questions(image):
                    _row(f"version {version}: {title}", ask, client)


def _questions(image: Image) -> Iterator[tuple[str, Callable[[Many], object]]]:
    yield "784 variants, as they are", partial(_all, image)
    yield "7 by 7 patches", partial(occlude, image)
    yield "every pixel", partial(occlude, image, patches="fine")
    yield "dabs at 14 by 14 places", partial(find_counterfactuals, image, step=2)
    yield "dabs at 28 by 28 places", partial(find_counterfactuals, image)


def _all(image: Image, many: Many) -> None:
    many(np.repeat(image[np.newaxis], 784, axis=0))


def _row(title: str, ask: Callable[[Many], object], client: Client) -> None:
    sizes: list[int] = []

    def together(images: Image) -> list[Prediction]:
        sizes.append(len(images))
        answers: list[Prediction] = client.predict(images, timeout=60)
        return answers

    def one_by_one(images: Image) -> list[Prediction]:
        return [client.predict(each) for each in images]

    ask(together)
    ours, peer = [], []
    for _ in range(ROUNDS):
        ours.append(_seconds(ask, together))
        peer.append(_seconds(ask, one_by_one))
    mine, theirs = 1000 * median(ours), 1000 * median(peer)
    print(
        f"{title:38} {sizes[0]:8} {mine:7.1f} ms {theirs:7.1f} ms {theirs / mine:6.1f}x"
    )


def _seconds(ask: Callable[[Many], object], many: Many) -> float:
    started = perf_counter()
    ask(many)
    return perf_counter() - started


if __name__ == "__main__":
    main()
