"""The option for the folder of datasets, and the paths in that folder."""

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
        help="folder with mnist/ and pen-digits/ (default: $DIGITS_DATA)",
    )
