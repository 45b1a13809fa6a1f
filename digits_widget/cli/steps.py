"""Run the preprocessing steps on a picture or drawing and save them as a figure."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from digits_widget.cli.options.findings import tell
from digits_widget.errors import OptionError, shortened

if TYPE_CHECKING:
    from digits_widget.trace import Trace

HELP = "show every preprocessing step of a picture or drawing"

_ENDINGS = (".png", ".svg", ".pdf")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "source", type=Path, help="a picture of any kind, or a drawing (.json)"
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        default=Path("steps.png"),
        metavar="FILE",
        help="the figure: .png, .svg or .pdf (default: steps.png)",
    )
    parser.add_argument(
        "--preset",
        default="mnist",
        help="mnist, seed-2020, seed-2020-fixed or naive (default: mnist)",
    )
    parser.add_argument(
        "--code",
        action="store_true",
        help="print the steps as Python code instead of drawing them",
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="print the decisions of every step as JSON instead of drawing them",
    )


def run(args: argparse.Namespace) -> int:
    """Save the figure and print the captions."""
    from digits_widget.drawing import Drawing
    from digits_widget.pipeline import find_preset
    from digits_widget.recipe import recipe

    pipeline = find_preset(args.preset)
    drawn = args.source.suffix.lower() == ".json"
    if args.code:
        print(recipe(pipeline, source="drawing" if drawn else "picture"), end="")
        return 0
    _check_ending(args.output)
    trace = pipeline(Drawing.load(args.source) if drawn else args.source)
    if args.json:
        print(_as_json(trace))
    else:
        _save(trace, args.output)
    if trace.finding is None:
        return 0
    tell("steps", trace.finding, str(args.source))
    return 1


def _save(trace: Trace, output: Path) -> None:
    """Save the figure, and print the caption of every step."""
    from digits_widget.figures.trace import trace_figure

    try:
        trace_figure(trace).savefig(output)
    except OSError as exc:
        why = exc.strerror or exc
        msg = f"Got {output}, which cannot be written ({why}). Choose another."
        raise OptionError(msg) from exc
    for shot in trace:
        print(f"{shot.title}: {shot.caption}")
    print(f"Saved as {output}.")


def _as_json(trace: Trace) -> str:
    told = [
        {
            "name": shot.name,
            "title": shot.title,
            "caption": shot.caption,
            "shape": shot.image.shape,
            "decided": dict(shot.decided),
        }
        for shot in trace
    ]
    # The decisions of a step may be NumPy numbers.
    return json.dumps(told, indent=1, default=float)


def _check_ending(path: Path) -> None:
    if path.suffix.lower() not in _ENDINGS:
        msg = (
            f"Got {shortened(path)}, expected a name that ends in "
            f"{', '.join(_ENDINGS)}."
        )
        raise OptionError(msg)
