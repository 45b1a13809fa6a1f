"""Dither a picture by a method of the catalogue, or list all methods."""

from __future__ import annotations

import argparse
import io
import json
from collections.abc import Mapping
from contextlib import suppress
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
"""Options of the methods. They are listed here because ``--help`` must not wait for
NumPy; a test compares them with the catalogue."""

_LOSSLESS: dict[str, dict[str, bool]] = {"WEBP": {"lossless": True, "exact": True}}
"""Options with which a format keeps every pixel."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command and of all methods."""
    parser.add_argument("picture", nargs="?", type=Path, help="a picture file")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        help="file to write, such as out.png; not JPEG, which blurs dots",
    )
    parser.add_argument(
        "--list", action="store_true", help="list the methods and their options"
    )
    parser.add_argument("--json", action="store_true", help="with --list: print JSON")
    parser.add_argument(
        "--method",
        default="floyd-steinberg",
        help="a name from --list (default: floyd-steinberg)",
    )
    parser.add_argument(
        "--like",
        metavar="PROGRAM",
        help="reproduce this program bit for bit (--list prints the versions)",
    )
    choices = parser.add_argument_group(
        "options of the methods", "--list prints the options of each method"
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
    """Read, dither and write a picture, or list the methods.

    Raises
    ------
    OptionError
        The picture or ``--output`` is missing.
    """
    from digits_widget.dithering import dither
    from digits_widget.dithering.compatibility import find_method_like
    from digits_widget.errors import OptionError

    if args.list:
        print(_as_json(args.like) if args.json else "\n".join(_listing(args.like)))
        return 0
    if args.picture is None or args.output is None:
        msg = "Name a picture and an --output, as in: dither in.png -o out.png."
        raise OptionError(msg)
    method = find_method_like(args.method, args.like)
    typed = {
        key.removeprefix("option_"): text
        for key, text in vars(args).items()
        if key.startswith("option_") and text is not None
    }
    options = {
        name: method.options[name].parse(name, text) if name in method.options else text
        for name, text in typed.items()
    }
    grey, remark = _greys(args.picture, args.like)
    printed = dither(grey, args.method, like=args.like, **options)
    _write(printed, args.output)
    print(
        f"{args.output}: {grey.shape[1]}x{grey.shape[0]} pixels by {method.name}"
        f"{_as_printed_by(args.like)}, mean {grey.mean():.3f} before and "
        f"{printed.mean():.3f} after.{remark}"
    )
    return 0


def _as_printed_by(like: str | None) -> str:
    from digits_widget.dithering import find_program

    return f" as {find_program(like).title} prints it" if like else ""


def _greys(path: Path, like: str | None) -> tuple[NDArray[np.float32], str]:
    """Read a picture in greys, with a remark if a program would make other greys."""
    import numpy as np
    from PIL import Image, ImageOps

    from digits_widget.dithering import find_program
    from digits_widget.picture import read_picture
    from digits_widget.steps import Flatten

    light = read_picture(path)
    grey = Flatten()(light)
    if like is None or _is_eight_bit_grey(light):
        return grey, ""
    program = find_program(like)
    if program.greys_of is not None:
        with suppress(ValueError), Image.open(path) as picture:
            # read_picture has read the file already, so Pillow can open it again.
            upright = ImageOps.exif_transpose(picture)
            greys = program.greys_of(upright)
            return greys.astype(np.float32) / np.float32(255), ""
    return grey, (
        f" {program.title} prints {program.pictures} like this. It may print this "
        "picture differently, because this command first made it 8-bit grey: 0.299 red "
        "+ 0.587 green + 0.114 blue over white."
    )


def _is_eight_bit_grey(light: NDArray[np.float32]) -> bool:
    """Return whether 8-bit greys hold the picture without loss."""
    import numpy as np

    grey = light if light.ndim == 2 else light[..., 0]
    plain = light.ndim == 2 or bool((light[..., :3] == grey[..., np.newaxis]).all())
    opaque = light.shape[2:] != (4,) or bool((light[..., 3] == 1).all())
    white = np.float32(255)
    return plain and opaque and bool((np.rint(grey * white) / white == grey).all())


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
    from digits_widget.dithering import COMPATIBILITY, find_program

    lines = []
    if like:
        program = find_program(like)
        lines.append(f"As {program.title} prints {program.pictures}:")
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
        lines.append("programs for --like, in the version that was compared:")
        lines += [
            f"    {name}: {program.version}, for {program.pictures}"
            for name, program in COMPATIBILITY.items()
        ]
    return lines


def _write(printed: NDArray[np.float32], path: Path) -> None:
    """Write a picture if its format keeps every pixel.

    Raises
    ------
    ImageError
        The format is lossy or unknown, or the file cannot be written. An existing file
        then stays as it is.
    """
    import numpy as np

    from digits_widget.errors import ImageError

    pixels = np.rint(printed * 255).astype(np.uint8)
    kind, encoded = _encoded(pixels, path)
    if not _keeps(encoded, pixels):
        greys = "two greys" if set(np.unique(pixels)) <= {0, 255} else "these greys"
        msg = (
            f"Got {path}, but {kind} does not keep {greys}: the file would have other "
            "pixels. Choose a name such as out.png, .gif or .tif."
        )
        raise ImageError(msg)
    try:
        path.write_bytes(encoded)
    except OSError as exc:
        raise _cannot_write(path, exc.strerror or exc) from exc


def _encoded(pixels: NDArray[np.uint8], path: Path) -> tuple[str, bytes]:
    """Return the name of the format for a path, and the bytes of the file."""
    import numpy as np
    from PIL import Image

    Image.init()
    kind = Image.registered_extensions().get(path.suffix.lower(), "")
    if kind not in Image.SAVE:
        why = f"Pillow cannot write the format {path.suffix}"
        raise _cannot_write(path, why if path.suffix else "its name has no ending")
    grey = Image.fromarray(pixels)
    modes = [grey]
    if set(np.unique(pixels)) <= {0, 255}:
        modes.insert(0, grey.convert("1", dither=Image.Dither.NONE))
    problem: object = ""
    for image in modes:
        stream = io.BytesIO()
        try:
            image.save(stream, kind, **_LOSSLESS.get(kind, {}))
        except (OSError, ValueError, KeyError, RuntimeError) as exc:
            problem = exc
        else:
            return kind, stream.getvalue()
    raise _cannot_write(path, problem)


def _keeps(encoded: bytes, pixels: NDArray[np.uint8]) -> bool:
    """Return whether the encoded file has the same pixels."""
    import numpy as np
    from PIL import Image

    try:
        with Image.open(io.BytesIO(encoded)) as image:
            return np.array_equal(np.asarray(image.convert("L")), pixels)
    except (OSError, ValueError, SyntaxError):
        return False


def _cannot_write(path: Path, why: object) -> Exception:
    from digits_widget.errors import ImageError

    return ImageError(
        f"Got {path}, which cannot be written ({why}). Choose a name such as out.png."
    )
