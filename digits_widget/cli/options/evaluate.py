"""The options of ``digits-widget evaluate``, and which of them go together."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from digits_widget.cli.options.data import add_data
from digits_widget.errors import OptionError


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


def check_options(args: argparse.Namespace) -> None:
    """Refuse what would be left undone without a word, or could not be written.

    Raises
    ------
    OptionError
        Options that do not go together, no digits at all, or no place for a result.
    """
    _check_places(args)
    if args.limit is not None and args.limit < 1:
        msg = f"Got --limit {args.limit}, expected 1 or more digits."
        raise OptionError(msg)
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


def _check_places(args: argparse.Namespace) -> None:
    """Refuse files that could not be written when all is done."""
    for name in ("csv", "json", "figures"):
        path: Path | None = getattr(args, name)
        if path is None:
            continue
        if name == "figures":
            # The folder is made, with all above it.
            what, wrong, above = "a folder", path.is_file(), _nearest(path)
        else:
            what = "a file in a folder that exists"
            wrong, above = path.is_dir(), path.parent
        if wrong or not (above.is_dir() and os.access(above, os.W_OK)):
            msg = f"Got --{name} {path}, which cannot be written. Name {what}."
            raise OptionError(msg)


def _nearest(path: Path) -> Path:
    """Return the path, or the first above it that exists."""
    return next(each for each in (path, *path.absolute().parents) if each.exists())
