"""The options of ``digits-widget evaluate``, and checks of their combinations."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from digits_widget.cli.options.data import add_data
from digits_widget.cli.options.logits import add_logits
from digits_widget.errors import OptionError, shortened


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
    add_data(parser)
    parser.add_argument(
        "--server",
        metavar="HOST:PORT",
        help="a running server (default: an embedded one with the bundled models)",
    )
    parser.add_argument(
        "--models", metavar="DIR", type=Path, help="base path for the embedded server"
    )
    parser.add_argument("--model", default="digits", help="default: digits")
    add_logits(parser)
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
        help="only pen digits of writers with this prefix",
    )
    parser.add_argument("--limit", type=int, metavar="N", help="only the first N")
    parser.add_argument(
        "--seed",
        type=int,
        default=0,
        help="seed of the pen strokes' places (default: 0)",
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
        help="compare with another version (a number), or with a file from --json",
    )
    group.add_argument(
        "--csv", type=Path, metavar="FILE", help="one row per digit, or that of --table"
    )
    group.add_argument("--json", type=Path, metavar="FILE", help="figures and answers")
    group.add_argument(
        "--figures",
        type=Path,
        metavar="DIR",
        help="write confusion.png, calibration.png and mistakes.png; with --table, "
        "survey.png",
    )


def check_options(args: argparse.Namespace) -> None:
    """Refuse options that would have no effect, and files that cannot be written.

    Raises
    ------
    OptionError
        Options contradict each other, there are no digits, or a result cannot be
        written.
    """
    _check_places(args)
    if args.limit is not None and args.limit < 1:
        msg = f"Got --limit {args.limit}, expected 1 or more digits."
        raise OptionError(msg)
    if args.table and args.against:
        msg = (
            "--against cannot compare a --table. Choose a row by --preset or --dither."
        )
        raise OptionError(msg)
    if args.set != "non-digits":
        return
    idle = ("table", "against", "csv", "json", "figures", "limit", "dither", "writers")
    given = [f"--{name}" for name in idle if getattr(args, name) not in (None, [])]
    if given:
        msg = (
            f"Non-digits have no label, so {' '.join(given)} cannot be used. Only "
            "--preset, --seed and the options of the model can."
        )
        raise OptionError(msg)


def _check_places(args: argparse.Namespace) -> None:
    """Refuse files that could not be written at the end."""
    for name in ("csv", "json", "figures"):
        path: Path | None = getattr(args, name)
        if path is None:
            continue
        is_for_folder = name == "figures"
        try:
            is_possible = _is_possible(path, is_for_folder=is_for_folder)
        except OSError:  # The name is too long, or its folder may not be read.
            is_possible = False
        if not is_possible:
            what = "a folder" if is_for_folder else "a file in a folder that exists"
            msg = (
                f"Got --{name} {shortened(path)}, which cannot be written. Name {what}."
            )
            raise OptionError(msg)


def _is_possible(path: Path, *, is_for_folder: bool) -> bool:
    if is_for_folder:
        # The command makes the folder and its parents.
        is_taken, above = path.is_file(), _nearest(path)
    else:
        is_taken, above = path.is_dir(), path.parent
    return not is_taken and above.is_dir() and os.access(above, os.W_OK)


def _nearest(path: Path) -> Path:
    """Return the path, or the first above it that exists."""
    return next(each for each in (path, *path.absolute().parents) if each.exists())
