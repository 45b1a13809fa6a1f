"""Prints a finding about a picture on stderr."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digits_widget.findings import Finding


def tell(command: str, found: Finding, name: str) -> None:
    """Print a finding about a picture in one line.

    Parameters
    ----------
    command : str
        Name of the command.
    found : Finding
        The problem.
    name : str
        Name of the picture.
    """
    text = found.about(name)
    print(f"digits-widget {command}: {text[0].lower()}{text[1:]}", file=sys.stderr)
