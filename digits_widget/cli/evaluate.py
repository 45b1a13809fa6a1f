"""Measure a served model on digits whose label is known: MNIST, or pen strokes."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from digits_widget.evaluation import Evaluation
    from digits_widget.serving import Client

HELP = "measure a served model on labelled digits"

PEN_DIGITS = Path("pen-digits") / "pen-digits.jsonl.gz"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "set",
        nargs="?",
        default="pen-digits",
        help="mnist (its test set), pen-digits, or a file of pen strokes: JSON lines "
        "with label and strokes (default: pen-digits)",
    )
    parser.add_argument(
        "--data",
        metavar="DIR",
        default=os.environ.get("DIGITS_DATA"),
        help="folder that holds mnist/ and pen-digits/ (default: $DIGITS_DATA)",
    )
    parser.add_argument(
        "--server",
        metavar="HOST:PORT",
        help="a running server (default: an embedded one on the shipped model)",
    )
    parser.add_argument("--model", default="digits", help="default: digits")
    parser.add_argument("--version", type=int, help="default: the latest served")
    parser.add_argument(
        "--preset", default="mnist", help="steps for pen strokes (default: mnist)"
    )
    parser.add_argument(
        "--seed", type=int, default=0, help="places the pen strokes (default: 0)"
    )


def run(args: argparse.Namespace) -> None:
    """Evaluate, and print the figures."""
    from digits_widget.evaluation import evaluate

    images, labels = _images(args)
    with _client(args) as client:
        result = evaluate(images, labels, client.predict, progress=_bar(len(labels)))
        version = client.metadata().version
    title = f"{args.set}, model {args.model} version {version}"
    print(_report(title, result))


def _images(
    args: argparse.Namespace,
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    import numpy as np

    from digits_widget.labelled import read_mnist, read_pen_digits
    from digits_widget.pipeline import find_preset

    if args.set == "mnist":
        digits = read_mnist(_data(args) / "mnist")
        return digits.images.astype(np.float32) / np.float32(255), digits.labels
    path = _data(args) / PEN_DIGITS if args.set == "pen-digits" else Path(args.set)
    drawn = read_pen_digits(path, seed=args.seed)
    return find_preset(args.preset).batch(drawn.drawings), drawn.labels


def _data(args: argparse.Namespace) -> Path:
    from digits_widget.errors import DataError

    if not args.data:
        msg = (
            "Got no folder of data sets. Name it with --data DIR or the environment "
            "variable DIGITS_DATA: it holds mnist/ and pen-digits/."
        )
        raise DataError(msg)
    return Path(args.data)


@contextmanager
def _client(args: argparse.Namespace) -> Iterator[Client]:
    from digits_widget.model_server.embedded import EmbeddedServer
    from digits_widget.serving import Client

    if args.server:
        with Client(args.server, model=args.model, version=args.version) as client:
            yield client
        return
    with (
        EmbeddedServer(model=args.model) as server,
        Client(server.target, model=args.model, version=args.version) as client,
    ):
        yield client


def _bar(total: int) -> Callable[[int], None]:
    def show(done: int) -> None:
        if sys.stderr.isatty():
            end = "\n" if done == total else ""
            print(f"\r{done:,} of {total:,}", end=end, file=sys.stderr, flush=True)

    return show


def _report(title: str, result: Evaluation) -> str:
    low, high = result.interval
    counts = f"{result.correct:,} of {len(result):,}"
    lines = [
        title,
        f"accuracy         {result.accuracy:8.2%}   ({counts})",
        f"95 % interval    {low:8.2%}   to {high:.2%}",
        f"mean confidence  {result.mean_confidence:8.2%}",
        "",
        "label  digits  right     most often taken for",
    ]
    return "\n".join([*lines, *(_row(digit, result) for digit in range(10))])


def _row(digit: int, result: Evaluation) -> str:
    counts = result.confusion[digit].copy()
    total, right = int(counts.sum()), int(counts[digit])
    counts[digit] = 0
    share = f"{right / total:7.2%}" if total else "      -"
    wrong = int(counts.argmax())
    taken = f"{wrong} ({counts[wrong]} times)" if counts[wrong] else "-"
    return f"{digit:5}  {total:6,}  {share}   {taken}"
