"""Look at all that the widget needs, and say what to do about what is missing.

Versions, lab extensions, kernels, ports, the model server and a real prediction. Ends
with 1 if something is broken.
"""

from __future__ import annotations

import argparse
import os

HELP = "find out what is wrong with an installation"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--server",
        default=os.environ.get("DIGITS_SERVER"),
        metavar="ADDRESS",
        help="a running server (default: $DIGITS_SERVER, else one is started)",
    )
    parser.add_argument("--model", default="digits", help="default: %(default)s")
    parser.add_argument(
        "--json", action="store_true", help="for programs, and for reports of faults"
    )


def run(args: argparse.Namespace) -> int:
    """Print the findings; return 1 if something is broken."""
    from digits_widget.checkup import doctor

    if args.json:
        report = doctor(args.server, model=args.model, say=lambda _: None)
        print(report.to_json())
    else:
        report = doctor(args.server, model=args.model)
        print(f"\n{_summary(report.is_well)}")
    return 0 if report.is_well else 1


def _summary(is_well: bool) -> str:  # noqa: FBT001 - one question, one answer
    if is_well:
        return "Nothing is broken."
    return "Something is broken: see ✗ above, and → for the cure."
