"""Dither a picture by any method of the catalogue, or list them all."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from digits_widget.dithering import Method

HELP = "dither a picture, or list the methods"

OPTIONS = (
    "across-tiles",
    "below",
    "clamp",
    "curve",
    "dtype",
    "edge",
    "first",
    "gimp",
    "k",
    "levels",
    "linear",
    "palette",
    "pattern",
    "scan",
    "seed",
    "size",
    "strength",
    "threshold",
    "ties",
    "transpose",
    "weighting",
    "window",
)
"""What the methods let one choose. Written out, since ``--help`` of any command comes
here and must not wait for NumPy; a test compares it with the catalogue."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options, those of all methods among them."""
    parser.add_argument("picture", nargs="?", type=Path, help="a file Pillow can read")
    parser.add_argument("-o", "--output", type=Path, help="where to write, as out.png")
    parser.add_argument(
        "--list", action="store_true", help="list the methods and their options"
    )
    parser.add_argument("--json", action="store_true", help="with --list: for programs")
    parser.add_argument(
        "--method",
        default="floyd-steinberg",
        help="a name of --list (default: floyd-steinberg)",
    )
    parser.add_argument(
        "--like", metavar="PROGRAM", help="print what this program prints, bit for bit"
    )
    choices = parser.add_argument_group(
        "options of the methods", "--list tells which method takes which"
    )
    for name in OPTIONS:
        choices.add_argument(
            f"--{name}",
            dest=f"option_{name.replace('-', '_')}",
            metavar="VALUE",
            nargs="?",
            const="true",
        )


def run(args: argparse.Namespace) -> int:
    """Read, dither, write; or list."""
    from digits_widget.dithering import dither
    from digits_widget.errors import OptionError
    from digits_widget.picture import read_picture
    from digits_widget.steps import Flatten

    if args.list:
        print(_as_json(args.like) if args.json else "\n".join(_listing(args.like)))
        return 0
    if args.picture is None or args.output is None:
        msg = "Got no picture or no --output, expected both: dither in.png -o out.png."
        raise OptionError(msg)
    method = _method(args.method, args.like)
    typed = {
        key.removeprefix("option_"): text
        for key, text in vars(args).items()
        if key.startswith("option_") and text is not None
    }
    options = {
        name: method.options[name].parse(name, text) if name in method.options else text
        for name, text in typed.items()
    }
    grey = Flatten()(read_picture(args.picture))
    printed = dither(grey, args.method, like=args.like, **options)
    _write(printed, args.output)
    print(
        f"{args.output}: {grey.shape[1]}x{grey.shape[0]} pixels by {method.name}, "
        f"mean {grey.mean():.3f} before and {printed.mean():.3f} after."
    )
    return 0


def _method(name: str, like: str | None) -> Method:
    from digits_widget.dithering import find_method, find_program

    method = find_method(name)
    return find_program(like).find(method) if like else method


def _table(like: str | None) -> Mapping[str, Method]:
    from digits_widget.dithering import CATALOGUE, find_program

    return find_program(like).methods if like else CATALOGUE


def _as_json(like: str | None) -> str:
    told = [
        {
            "name": method.name,
            "aliases": method.aliases,
            "family": method.family,
            "author": method.author,
            "year": method.year,
            "source": method.source,
            "keeps_mean": method.keeps_mean,
            "note": method.note,
            "options": {
                name: {
                    "meaning": option.meaning,
                    "takes": option.takes,
                    "default": option.default,
                    "choices": option.choices,
                }
                for name, option in method.options.items()
            },
        }
        for method in _table(like).values()
    ]
    return json.dumps(told, indent=1, ensure_ascii=False)


def _listing(like: str | None) -> list[str]:
    from digits_widget.dithering import COMPATIBILITY

    lines = []
    for method in _table(like).values():
        also = f" ({', '.join(method.aliases)})" if method.aliases else ""
        lines += [
            f"{method.name}{also}",
            f"    {method.family}. {method.author}, {method.year}. {method.note}",
            *(
                f"    --{name.replace('_', '-')} {option.takes} ({option.default})"
                for name, option in method.options.items()
            ),
        ]
    if not like:
        lines.append(f"programs for --like: {', '.join(COMPATIBILITY)}")
    return lines


def _write(printed: NDArray[np.float32], path: Path) -> None:
    import numpy as np
    from PIL import Image

    from digits_widget.errors import ImageError

    image = Image.fromarray(np.rint(printed * 255).astype(np.uint8))
    if set(np.unique(printed)) <= {0, 1}:
        image = image.convert("1", dither=Image.Dither.NONE)
    try:
        image.save(path)
    except (OSError, ValueError) as exc:
        why = getattr(exc, "strerror", None) or exc
        msg = f"Got {path}, which cannot be written ({why}). Name one such as out.png."
        raise ImageError(msg) from exc
