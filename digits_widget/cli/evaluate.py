"""Measure a served model on digits whose label is known: MNIST, pen strokes, your own.

Without options: the pen digits through the default steps, with the default model.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from digits_widget.evaluation import Evaluation
    from digits_widget.evaluation.survey import Row
    from digits_widget.labelled.sets import LabelledSet
    from digits_widget.serving import Client

HELP = "measure a served model on labelled digits"

PEN_DIGITS = Path("pen-digits") / "pen-digits.jsonl.gz"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "set",
        nargs="?",
        default="pen-digits",
        help="mnist (its test set), pen-digits, non-digits; or a path: IDX, npz, pen "
        "strokes as JSON lines, a folder of pictures in folders 0 to 9 (default: "
        "pen-digits)",
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
        help="a running server (default: an embedded one on the shipped models)",
    )
    parser.add_argument(
        "--models", metavar="DIR", type=Path, help="base path for the embedded server"
    )
    parser.add_argument("--model", default="digits", help="default: digits")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--version", type=int, help="default: the one served by default")
    which.add_argument("--label", help="such as stable or canary")
    parser.add_argument(
        "--preset",
        help="steps before the model (default: mnist; none for images of 28x28)",
    )
    parser.add_argument("--dither", metavar="METHOD", help="dither after the steps")
    parser.add_argument(
        "--writers",
        nargs="+",
        default=[],
        metavar="NAME",
        help="only pen digits of writers whose name starts so",
    )
    parser.add_argument("--limit", type=int, metavar="N", help="only the first N")
    parser.add_argument(
        "--seed", type=int, default=0, help="places the pen strokes (default: 0)"
    )
    _configure_results(parser.add_argument_group("results"))


def _configure_results(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--table",
        choices=("presets", "dithering"),
        help="one row for each preset, or for each dithering method",
    )
    group.add_argument(
        "--against",
        metavar="WHAT",
        help="compare with another version (a number), or with a run kept by --json",
    )
    group.add_argument(
        "--csv", type=Path, metavar="FILE", help="one row a digit, or a row of --table"
    )
    group.add_argument("--json", type=Path, metavar="FILE", help="figures and answers")
    group.add_argument(
        "--figures",
        type=Path,
        metavar="DIR",
        help="confusion.png, calibration.png and mistakes.png; survey.png of --table",
    )


def run(args: argparse.Namespace) -> None:
    """Evaluate, and print the figures."""
    _check_options(args)
    if args.set == "non-digits":
        _run_non_digits(args)
        return
    known = _open(args)
    with _client(args) as client:
        if args.table:
            rows = _print_table(args, known, client)
            _keep_table(args, rows)
            return
        images = _prepared(args, known)
        result = _asked(args, images, known.labels, client)
        print(report_of(args, client, result))
        _keep(args, images, result)
        if args.against:
            print()
            print(_compared(args, images, result))


def _check_options(args: argparse.Namespace) -> None:
    """Refuse what would be left undone without a word."""
    from digits_widget.errors import OptionError

    if args.table and args.against:
        msg = "Got --against with --table: compare one row, with --preset or --dither."
        raise OptionError(msg)
    if args.set != "non-digits":
        return
    idle = ("table", "against", "csv", "json", "figures", "limit", "dither", "writers")
    given = [f"--{name}" for name in idle if getattr(args, name) not in (None, [])]
    if given:
        msg = (
            f"Got {' '.join(given)} with non-digits, which have no label. They take "
            "--preset, --seed, and which model to ask."
        )
        raise OptionError(msg)


def report_of(args: argparse.Namespace, client: Client, result: Evaluation) -> str:
    """Return the figures under a title that says what was measured."""
    from digits_widget.evaluation.results import report

    return report(f"{args.set}, {_served(args, client)}{_steps(args)}", result)


def _served(args: argparse.Namespace, client: Client) -> str:
    return f"model {args.model} version {client.metadata().version}"


def _steps(args: argparse.Namespace) -> str:
    parts = [args.preset and f"preset {args.preset}", args.dither, *args.writers]
    return "".join(f", {part}" for part in parts if part)


def _open(args: argparse.Namespace) -> LabelledSet:
    from digits_widget.errors import OptionError
    from digits_widget.labelled import LabelledDrawings
    from digits_widget.labelled.sets import read_set

    places = {"mnist": Path("mnist"), "pen-digits": PEN_DIGITS}
    named = places.get(args.set)
    known = read_set(_data(args) / named if named else Path(args.set), seed=args.seed)
    if args.writers:
        if not isinstance(known, LabelledDrawings):
            msg = "Got --writers for a set without writers: only pen strokes have them."
            raise OptionError(msg)
        known = known.split(tuple(args.writers))[1]
    return known if args.limit is None else known.first(args.limit)


def _data(args: argparse.Namespace) -> Path:
    from digits_widget.errors import DataError

    if not args.data:
        msg = (
            "Got no folder of data sets. Name it with --data DIR or the environment "
            "variable DIGITS_DATA: it holds mnist/ and pen-digits/."
        )
        raise DataError(msg)
    return Path(args.data)


def _prepared(
    args: argparse.Namespace, known: LabelledSet, *, preset: str | None = None
) -> NDArray[np.float32]:
    """Return the (n, 28, 28) images that the model is asked about."""
    from digits_widget.dithering import dither
    from digits_widget.labelled.sets import prepare
    from digits_widget.pipeline import find_preset

    name = preset or args.preset
    images = prepare(known, find_preset(name) if name else None)
    return dither(images, args.dither) if args.dither else images


def _asked(
    args: argparse.Namespace,
    images: NDArray[np.float32],
    labels: NDArray[np.int64],
    client: Client,
) -> Evaluation:
    from digits_widget.evaluation import evaluate
    from digits_widget.progress import Bar

    with Bar(str(args.set)) as bar:
        told = partial(bar, total=len(labels))
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


def _compared(
    args: argparse.Namespace, images: NDArray[np.float32], result: Evaluation
) -> str:
    from digits_widget.evaluation.comparison import compare
    from digits_widget.evaluation.results import compared, load_json

    if not args.against.isdigit():
        other = load_json(Path(args.against))
    else:
        asked = argparse.Namespace(**{**vars(args), "version": int(args.against)})
        asked.label = None
        with _client(asked) as client:
            other = _asked(asked, images, result.labels, client)
    text = compared(compare(result, other), first="this", second=args.against)
    return f"{args.against}: {other.accuracy:.2%}\n{text}"


def _print_table(
    args: argparse.Namespace, known: LabelledSet, client: Client
) -> list[Row]:
    from digits_widget.evaluation.survey import mean_row, survey, variants_of
    from digits_widget.progress import Bar

    with Bar(f"{args.set}, {args.table}") as bar:
        variants = variants_of(
            args.table, lambda preset: _prepared(args, known, preset=preset)
        )
        rows = survey(variants, known.labels, client.predict, progress=bar)
    print(f"{args.set}, {_served(args, client)}{_steps(args)}\n")
    print(f"{args.table:<28} accuracy   95 % interval      ECE")
    for row in [*rows, *mean_row(rows)]:
        print(row)
    return rows


def _keep_table(args: argparse.Namespace, rows: list[Row]) -> None:
    from digits_widget.evaluation.results import save_table_csv, save_table_json

    if args.csv:
        save_table_csv(args.csv, rows)
    if args.json:
        save_table_json(args.json, f"{args.set}, {args.table}", rows)
    if args.figures:
        from digits_widget.figures.evaluation import save_survey

        save_survey(args.figures, rows)


def _run_non_digits(args: argparse.Namespace) -> None:
    from digits_widget.evaluation.doubt import doubt_rows, non_digit_images

    images, kinds = non_digit_images(args.preset or "mnist", seed=args.seed)
    with _client(args) as client:
        title = f"non-digits, {_served(args, client)}{_steps(args)}"
        rows = doubt_rows(client.predict(images), kinds)
    print("\n".join([title, "", "kind        pictures   above 90 % sure", *rows]))


@contextmanager
def _client(args: argparse.Namespace) -> Iterator[Client]:
    from digits_widget.model_server.embedded import EmbeddedServer
    from digits_widget.serving import Client

    which = {"model": args.model, "version": args.version, "label": args.label}
    # A batch of five hundred is slow work for a large model on a busy machine.
    which["timeout"] = 60.0
    if args.server:
        with Client(args.server, **which) as client:
            yield client
        return
    with (
        EmbeddedServer(args.models, model=args.model) as server,
        Client(server.target, **which) as client,
    ):
        yield client
