"""Train a network and export it as a version to serve.

The article's network learns from MNIST alone; the robust one, which is version 2, from
MNIST and from pen strokes, drawn anew for each pass.
"""

from __future__ import annotations

import argparse
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from digits_widget.cli.options.data import MNIST, PEN_DIGITS, add_data

if TYPE_CHECKING:
    from digits_widget.labelled import LabelledDrawings, LabelledImages

HELP = "train a network and export it"

_FEWEST = 20
"""Pictures in a pass of which each kind has at least one."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("folder", type=Path, help="the model's base path, as digits/")
    parser.add_argument(
        "--network",
        choices=("article", "robust"),
        default="article",
        help="default: article",
    )
    parser.add_argument(
        "--version", type=int, help="of the new folder (default: article 1, robust 2)"
    )
    add_data(parser)
    parser.add_argument(
        "--mnist",
        metavar="DIR",
        type=Path,
        help="folder with MNIST's four files (default: that of --data, else Keras "
        "fetches them)",
    )
    parser.add_argument("--seed", type=int, default=2020, help="default: 2020")
    parser.add_argument(
        "--passes", type=int, help="default: article 12, robust 40 (half an hour)"
    )
    robust = parser.add_argument_group("the robust network alone")
    robust.add_argument(
        "--hold-out",
        nargs="+",
        default=[],
        metavar="WRITER",
        help="leave out the pen digits of writers whose name starts so, and say what "
        "the network makes of them",
    )
    robust.add_argument(
        "--pictures", type=int, default=100_000, help="in a pass (default: 100,000)"
    )
    robust.add_argument(
        "--state",
        type=Path,
        metavar="DIR",
        help="keeps each pass, to go on from after a stop (default: FOLDER-training)",
    )


def run(args: argparse.Namespace) -> None:
    """Train, export, and say where the model is."""
    from digits_widget.training.publish import check_free
    from digits_widget.training.quiet import import_keras

    _check_numbers(args)
    import_keras()
    if args.version is None:
        args.version = 1 if args.network == "article" else 2
    # An hour of training should not end at a folder that is taken.
    check_free(args.folder, args.version)
    try:
        path = _article(args) if args.network == "article" else _robust(args)
    except KeyboardInterrupt:
        print(_how_to_go_on(args), file=sys.stderr)
        raise
    print(f"Exported version {args.version}: {path}")


def _check_numbers(args: argparse.Namespace) -> None:
    from digits_widget.errors import OptionError

    for name, least in (("passes", 1), ("pictures", _FEWEST)):
        value = getattr(args, name)
        if value is not None and value < least:
            msg = f"Got --{name} {value}, expected {least} or more."
            raise OptionError(msg)


def _state(args: argparse.Namespace) -> Path:
    state: Path | None = args.state
    return state or args.folder.with_name(f"{args.folder.name}-training")


def _how_to_go_on(args: argparse.Namespace) -> str:
    if args.network == "article":
        return "Stopped, and nothing was exported. Run it again, from the start."
    return (
        f"Stopped. What was trained is in {_state(args)}: the same command goes on "
        "from the last whole pass."
    )


def _mnist(args: argparse.Namespace) -> LabelledImages:
    from digits_widget.training.mnist import training_set

    folder = args.mnist or (Path(args.data) / MNIST if args.data else None)
    return training_set(folder)


def _article(args: argparse.Namespace) -> Path:
    from digits_widget.training.export import export_model
    from digits_widget.training.network import INPUT_NAME, OUTPUT_NAME
    from digits_widget.training.train import EPOCHS, train_article_network

    mnist = _mnist(args)
    try:
        model = train_article_network(
            mnist, epochs=args.passes or EPOCHS, seed=args.seed
        )
    except KeyboardInterrupt:
        # Keras leaves the line of its bar open.
        print()
        raise
    names = {"input_name": INPUT_NAME, "output_name": OUTPUT_NAME}
    return export_model(model, args.folder, args.version, **names).path


def _robust(args: argparse.Namespace) -> Path:
    from digits_widget.progress import Bar
    from digits_widget.training.export import export_model
    from digits_widget.training.network import INPUT_NAME, OUTPUT_NAME
    from digits_widget.training.passes import Sources
    from digits_widget.training.robust_network import TEMPERATURE, serving_network
    from digits_widget.training.train_robust import PASSES, train_robust_network

    mnist, pen = _mnist(args), _pen_digits(args)
    kept, left = pen.split(tuple(args.hold_out))
    state = _state(args)
    with _writing(state), Bar("training") as bar:
        model = train_robust_network(
            Sources.of(mnist, kept),
            state,
            passes=args.passes or PASSES,
            seed=args.seed,
            pictures=args.pictures,
            progress=lambda done, total, loss: bar(done, total, f"loss {loss:.3f}"),
        )
    if len(left):
        _report(model, left)
    names = {"input_name": INPUT_NAME, "output_name": OUTPUT_NAME}
    served = serving_network(model, temperature=TEMPERATURE)
    return export_model(served, args.folder, args.version, **names).path


@contextmanager
def _writing(state: Path) -> Iterator[None]:
    from digits_widget.errors import DataError

    try:
        yield
    except (OSError, zipfile.BadZipFile) as exc:
        msg = (
            f"Got {state}, where passes cannot be kept or read ({exc}). Make room or "
            "name another folder with --state; if a pass is damaged, remove it."
        )
        raise DataError(msg) from exc


def _pen_digits(args: argparse.Namespace) -> LabelledDrawings:
    from digits_widget.errors import DataError
    from digits_widget.labelled import read_pen_digits

    if not args.data:
        msg = (
            "Got no folder of data sets, and the robust network learns from pen "
            "digits. Name it with --data DIR or the environment variable DIGITS_DATA."
        )
        raise DataError(msg)
    return read_pen_digits(Path(args.data) / PEN_DIGITS)


def _report(model: object, left: LabelledDrawings) -> None:
    """Say how well the network reads the others, and how sure it should be."""
    from digits_widget.pipeline import find_preset
    from digits_widget.training.temperature import measure

    images = find_preset("mnist").batch(left.drawings)
    accuracy, fitted = measure(model, images, left.labels)
    print(f"Of {len(left):,} pen digits left out, {accuracy:.2%} are read right.")
    print(f"The temperature that suits them is {fitted:.3f}.")
