"""The parser of the command line, as the page about it shows it."""

from __future__ import annotations

import argparse
import os
from unittest.mock import patch

from digits_widget.cli import parser

_OF_THIS_MACHINE = ("DIGITS_SERVER", "DIGITS_DATA", "DIGITS_REST")


def documented_parser() -> argparse.ArgumentParser:
    """Return the parser with the defaults of a machine on which nothing is set."""
    here = {k: v for k, v in os.environ.items() if k not in _OF_THIS_MACHINE}
    with patch.dict(os.environ, here, clear=True):
        return parser()
