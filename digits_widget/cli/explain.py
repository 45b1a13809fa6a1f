"""Explain an error: what it means, its usual causes, and what to do.

Every message of the project names its error. Without a name, this lists all of them.
"""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digits_widget.explanation import Explanation

HELP = "explain an error of this project, or list all"

_WIDTH = 80
"""Characters in a line."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "name",
        nargs="?",
        help="such as ServerAbsentError or server-absent-error (default: list all)",
    )


def run(args: argparse.Namespace) -> int:
    """Print one explanation, or a line for each error."""
    from digits_widget.explanation import EXPLANATIONS, explain

    if args.name is None:
        print("\n".join(_listed(EXPLANATIONS.values())))
    else:
        print("\n\n".join(_told(explain(args.name))))
    return 0


def _listed(explanations: Collection[Explanation]) -> Iterator[str]:
    widest = max(len(each.name) for each in explanations)
    for each in explanations:
        yield f"{each.name:{widest}}  {each.paragraphs[0]}"


def _told(explanation: Explanation) -> Iterator[str]:
    yield explanation.name
    for paragraph in explanation.paragraphs:
        yield _filled(paragraph)
    names = [each.name for each in (explanation, *explanation.more_general)]
    yield _filled(f"Python catches it as {', '.join(names)}.")


def _filled(paragraph: str) -> str:
    return textwrap.fill(paragraph, _WIDTH, break_on_hyphens=False)
