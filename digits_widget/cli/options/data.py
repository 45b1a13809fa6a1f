"""The option that names the folder of data sets, and what is where in it."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

MNIST = Path("mnist")
PEN_DIGITS = Path("pen-digits") / "pen-digits.jsonl.gz"


def add_data(parser: argparse.ArgumentParser) -> None:
    """Declare the option."""
    parser.add_argument(
        "--data",
        metavar="DIR",
        default=os.environ.get("DIGITS_DATA"),
        help="folder that holds mnist/ and pen-digits/ (default: $DIGITS_DATA)",
    )
