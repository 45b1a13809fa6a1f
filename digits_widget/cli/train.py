"""Train a network and export it as a version to serve.

The article's network (version 1) learns from MNIST only. The robust network (version 2)
also learns from pen strokes, which are drawn anew for each epoch.
"""

from __future__ import annotations

import argparse
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from digits_widget.cli.options.data import MNIST, PEN_DIGITS, add_data
from digits_widget.terminal import complain

if TYPE_CHECKING:
    from digits_widget.datasets import LabelledDrawings, LabelledImages

HELP = "train a network and export it"

_FEWEST = 20
"""Least pictures in an epoch, so that each kind has at least one."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "folder", type=Path, help="base path of the model, such as digits/"
    )
    parser.add_argument(
        "--network",
        choices=("article", "robust"),
        default="article",
        help="default: article",
    )
    parser.add_argument(
        "--version", type=int, help="version to export (default: article 1, robust 2)"
    )
    add_data(parser)
    parser.add_argument(
        "--mnist",
        metavar="DIR",
        type=Path,
        help="folder with MNIST's four files (default: that of --data, else Keras "
        "downloads them)",
    )
    parser.add_argument("--seed", type=int, default=2020, help="default: 2020")
    parser.add_argument(
        "--epochs", type=int, help="default: article 12, robust 40 (half an hour)"
    )
    # Its name in version 0.1.
    parser.add_argument("--passes", dest="epochs", type=int, help=argparse.SUPPRESS)
    robust = parser.add_argument_group("only for the robust network")
    robust.add_argument(
        "--hold-out",
        nargs="+",
        default=[],
        metavar="WRITER",
        help="hold out the pen digits of writers with this prefix, and evaluate the "
        "network on them",
    )
    robust.add_argument(
        "--pictures",
        type=int,
        default=100_000,
        help="pictures per epoch (default: 100,000)",
    )
    robust.add_argument(
        "--state",
        type=Path,
        metavar="DIR",
        help="folder of checkpoints to resume from (default: FOLDER-training)",
    )


def run(args: argparse.Namespace) -> None:
    """Train a network, export it, and print its folder."""
    from digits_widget.training.quiet import import_keras

    _check_numbers(args)
    import_keras()
    from digits_widget.training.publish import check_free

    if args.version is None:
        args.version = 1 if args.network == "article" else 2
    # Check before the hour of training that the folder is free.
    check_free(args.folder, args.version)
    try:
        path = _article(args) if args.network == "article" else _robust(args)
    except KeyboardInterrupt:
        complain(_how_to_go_on(args))
        raise
    print(f"Exported version {args.version}: {path}")


def _check_numbers(args: argparse.Namespace) -> None:
    from digits_widget.errors import OptionError

    for name, least in (("epochs", 1), ("pictures", _FEWEST)):
        value = getattr(args, name)
        if value is not None and value < least:
            msg = f"Got --{name} {value}, expected {least} or more."
            raise OptionError(msg)


def _state(args: argparse.Namespace) -> Path:
    state: Path | None = args.state
    return state or args.folder.with_name(f"{args.folder.name}-training")


def _how_to_go_on(args: argparse.Namespace) -> str:
    if args.network == "article":
        return "Stopped, and nothing was exported. Run the command again to start over."
    return (
        f"Stopped. {_state(args)} keeps the finished epochs: run the same command "
        "again to resume after the last one."
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
            mnist, epochs=args.epochs or EPOCHS, seed=args.seed
        )
    except KeyboardInterrupt:
        # Keras does not end the line of its progress bar.
        print()
        raise
    return export_model(
        model,
        args.folder,
        args.version,
        input_name=INPUT_NAME,
        output_name=OUTPUT_NAME,
    ).path


def _robust(args: argparse.Namespace) -> Path:
    from digits_widget.cli.options.progress import progress_bar
    from digits_widget.training.epochs import Sources
    from digits_widget.training.export import export_model
    from digits_widget.training.network import INPUT_NAME, OUTPUT_NAME
    from digits_widget.training.robust_network import TEMPERATURE, serving_network
    from digits_widget.training.train_robust import EPOCHS, train_robust_network

    mnist, pen = _mnist(args), _pen_digits(args)
    kept, left = pen.split(tuple(args.hold_out))
    state = _state(args)
    with _writing(state), progress_bar("training") as show:
        model = train_robust_network(
            Sources.of(mnist, kept),
            state,
            epochs=args.epochs or EPOCHS,
            seed=args.seed,
            pictures=args.pictures,
            progress=lambda done, total, loss: show(done, total, f"loss {loss:.3f}"),
        )
    if len(left):
        _report(model, left)
    return export_model(
        serving_network(model, temperature=TEMPERATURE),
        args.folder,
        args.version,
        input_name=INPUT_NAME,
        output_name=OUTPUT_NAME,
        activations=True,
    ).path


@contextmanager
def _writing(state: Path) -> Iterator[None]:
    from digits_widget.errors import DataError

    try:
        yield
    except (OSError, zipfile.BadZipFile) as exc:
        msg = (
            f"The epochs in {state} cannot be written or read ({exc}). Make room, "
            "choose another folder with --state, or remove a damaged epoch."
        )
        raise DataError(msg) from exc


def _pen_digits(args: argparse.Namespace) -> LabelledDrawings:
    from digits_widget.datasets import read_pen_digits
    from digits_widget.errors import DataError

    if not args.data:
        msg = (
            "The robust network learns from pen digits. Name the folder of datasets "
            "with --data DIR or the environment variable DIGITS_DATA."
        )
        raise DataError(msg)
    return read_pen_digits(Path(args.data) / PEN_DIGITS)


def _report(model: object, left: LabelledDrawings) -> None:
    """Print the accuracy on the held-out digits, and the best temperature."""
    from digits_widget.pipeline import find_preset
    from digits_widget.training.temperature import measure

    images = find_preset("mnist").batch(left.drawings)
    accuracy, fitted = measure(model, images, left.labels)
    print(
        f"The network reads {accuracy:.2%} of {len(left):,} held-out digits correctly."
    )
    print(f"Their best temperature is {fitted:.3f}.")
