"""Measure a served model on labelled digits: MNIST, pen strokes, or your own.

Without options, it sends the pen digits through the default steps to the default model.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from digits_widget.cli.options.data import MNIST, PEN_DIGITS
from digits_widget.cli.options.evaluate import check_options, configure
from digits_widget.cli.options.findings import tell

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from digits_widget.datasets.sets import LabelledSet
    from digits_widget.evaluation import Evaluation
    from digits_widget.evaluation.comparison_table import Row
    from digits_widget.findings import Finding
    from digits_widget.serving import Client

__all__ = ["HELP", "configure", "run"]

HELP = "measure a served model on labelled digits"


def run(args: argparse.Namespace) -> int:
    """Evaluate, and print the figures."""
    check_options(args)
    if args.set == "non-digits":
        _run_non_digits(args)
        return 0
    known, earlier = _open(args), _earlier(args)
    with _client(args) as client:
        if args.table:
            rows = _print_table(args, known, client)
            with _writing():
                _keep_table(args, rows)
            return 0
        found: list[tuple[str, Finding]] = []
        images = _prepared(args, known, tell=lambda *one: found.append(one))
        result = _asked(args, images, known.labels, client)
        print(report_of(args, client, result))
        if args.logits == "as-is":
            print("The accuracy uses the largest logit, the other figures the softmax.")
        with _writing():
            _keep(args, images, result)
        if args.against:
            print()
            print(_compared(args, images, result, earlier))
    for name, wrong in found:
        tell("evaluate", wrong, name)
    return int(bool(found))


def report_of(args: argparse.Namespace, client: Client, result: Evaluation) -> str:
    """Return the figures under a title with the set, the model and the steps.

    Parameters
    ----------
    args : argparse.Namespace
        The options of the command.
    client : Client
        A client of the model.
    result : Evaluation
        The answers.
    """
    from digits_widget.evaluation.results import report

    return report(f"{args.set}, {_served(args, client)}{_steps(args)}", result)


def _served(args: argparse.Namespace, client: Client) -> str:
    return f"model {args.model} version {client.metadata().version}"


def _steps(args: argparse.Namespace) -> str:
    parts = [args.preset and f"preset {args.preset}", args.dither, *args.writers]
    return "".join(f", {part}" for part in parts if part)


def _open(args: argparse.Namespace) -> LabelledSet:
    from digits_widget.datasets import LabelledDrawings
    from digits_widget.datasets.sets import read_set
    from digits_widget.errors import OptionError, shortened

    places = {"mnist": MNIST, "pen-digits": PEN_DIGITS}
    named = places.get(args.set)
    where = _data(args) / named if named else Path(args.set)
    if not named and not _is_there(where):
        msg = (
            f"Got {shortened(where)}, which does not exist. Name a folder or file of "
            f"digits, or one of {', '.join(places)}, non-digits."
        )
        raise OptionError(msg)
    known = read_set(where, seed=args.seed)
    if args.writers:
        if not isinstance(known, LabelledDrawings):
            msg = "--writers needs pen strokes; this set has no writers."
            raise OptionError(msg)
        known = known.split(tuple(args.writers))[1]
    return known if args.limit is None else known.first(args.limit)


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # The name is too long, or the folder around it may not be read.
        return False


def _data(args: argparse.Namespace) -> Path:
    from digits_widget.errors import DataError

    if not args.data:
        msg = (
            "This needs the folder of datasets, with mnist/ and pen-digits/. Name it "
            "with --data DIR or the environment variable DIGITS_DATA."
        )
        raise DataError(msg)
    return Path(args.data)


def _prepared(
    args: argparse.Namespace,
    known: LabelledSet,
    *,
    preset: str | None = None,
    tell: Callable[[str, Finding], object] | None = None,
) -> NDArray[np.float32]:
    """Return the (n, 28, 28) images for the model."""
    from digits_widget.datasets.sets import prepare
    from digits_widget.dithering import dither
    from digits_widget.pipeline import find_preset

    name = preset or args.preset
    images = prepare(known, find_preset(name) if name else None, tell=tell)
    return dither(images, args.dither) if args.dither else images


def _asked(
    args: argparse.Namespace,
    images: NDArray[np.float32],
    labels: NDArray[np.int64],
    client: Client,
) -> Evaluation:
    from digits_widget.cli.options.progress import progress_bar
    from digits_widget.evaluation import evaluate

    with progress_bar(str(args.set)) as show:
        told = partial(show, total=len(labels))
        return evaluate(images, labels, client.predict, progress=told)


def _keep(
    args: argparse.Namespace, images: NDArray[np.float32], result: Evaluation
) -> None:
    from digits_widget.evaluation.results import save_csv, save_json

    if args.csv:
        save_csv(args.csv, result)
    if args.json:
        save_json(args.json, str(args.set), result)
    if args.figures:
        from digits_widget.figures.evaluation import save_figures

        save_figures(args.figures, images, result)


def _earlier(args: argparse.Namespace) -> Evaluation | None:
    """Read the run to compare with, before the long evaluation begins."""
    from digits_widget.evaluation.results import load_json

    if args.against is None or args.against.isdigit():
        return None
    return load_json(Path(args.against))


def _compared(
    args: argparse.Namespace,
    images: NDArray[np.float32],
    result: Evaluation,
    earlier: Evaluation | None,
) -> str:
    from digits_widget.evaluation.comparison import compare
    from digits_widget.evaluation.results import compared

    other = earlier
    if other is None:
        asked = argparse.Namespace(**{**vars(args), "version": int(args.against)})
        asked.label = None
        with _client(asked) as client:
            other = _asked(asked, images, result.labels, client)
    text = compared(compare(result, other), first="this", second=args.against)
    return f"{args.against}: {other.accuracy:.2%}\n{text}"


def _print_table(
    args: argparse.Namespace, known: LabelledSet, client: Client
) -> list[Row]:
    from digits_widget.cli.options.progress import progress_bar
    from digits_widget.evaluation.comparison_table import (
        comparison_table,
        head_row,
        mean_row,
        variants_of,
    )

    with progress_bar(f"{args.set}, {args.table}") as show:
        variants = variants_of(
            args.table, lambda preset: _prepared(args, known, preset=preset)
        )
        rows = comparison_table(variants, known.labels, client.predict, progress=show)
    print(f"{args.set}, {_served(args, client)}{_steps(args)}\n")
    print(head_row(args.table), *rows, *mean_row(rows), sep="\n")
    return rows


def _keep_table(args: argparse.Namespace, rows: list[Row]) -> None:
    from digits_widget.evaluation.results import save_table_csv, save_table_json

    if args.csv:
        save_table_csv(args.csv, rows)
    if args.json:
        save_table_json(args.json, f"{args.set}, {args.table}", rows)
    if args.figures:
        from digits_widget.figures.evaluation import save_comparison_table

        save_comparison_table(args.figures, rows)


def _run_non_digits(args: argparse.Namespace) -> None:
    from digits_widget.evaluation.nondigit_confidence import (
        non_digit_images,
        non_digit_rows,
    )

    images, kinds = non_digit_images(args.preset or "mnist", seed=args.seed)
    with _client(args) as client:
        title = f"non-digits, {_served(args, client)}{_steps(args)}"
        rows = non_digit_rows(client.predict(images), kinds)
    print("\n".join([title, "", "kind        pictures   above 90 % sure", *rows]))


@contextmanager
def _writing() -> Iterator[None]:
    from digits_widget.errors import DataError

    try:
        yield
    except OSError as exc:
        msg = f"The results cannot be written ({exc}). Choose another file."
        raise DataError(msg) from exc


@contextmanager
def _client(args: argparse.Namespace) -> Iterator[Client]:
    from digits_widget.model_server.embedded import EmbeddedServer
    from digits_widget.serving import Client

    which = {"model": args.model, "version": args.version, "label": args.label}
    # A batch of 500 takes a large model on a busy machine a long time.
    which["timeout"] = 60.0
    which["logits"] = "softmax" if args.logits else "refuse"
    if args.server:
        with Client(args.server, **which) as client:
            yield client
        return
    with (
        EmbeddedServer(args.models, model=args.model) as server,
        Client(server.target, **which) as client,
    ):
        yield client
