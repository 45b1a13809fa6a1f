"""Check everything the widget needs, and say how to fix what is missing.

The checks: versions, lab extensions, kernels, ports, the model server and a real
prediction. The exit status is 1 if something is broken.
"""

from __future__ import annotations

import argparse
import os

HELP = "check an installation, and say how to fix it"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--server",
        default=os.environ.get("DIGITS_SERVER"),
        metavar="ADDRESS",
        help="a running server (default: $DIGITS_SERVER, else doctor starts one)",
    )
    parser.add_argument("--model", default="digits", help="default: %(default)s")
    parser.add_argument(
        "--json", action="store_true", help="print JSON, for programs and bug reports"
    )


def run(args: argparse.Namespace) -> int:
    """Print the diagnoses; return 1 if something is broken."""
    from digits_widget.diagnostics import doctor

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
    return "Something is broken: ✗ marks it, and → says how to fix it."
