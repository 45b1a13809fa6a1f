"""``digits-widget``: the doorway from the shell, one command a file.

Each file of this folder has ``HELP``, ``configure(parser)`` and ``run(args)``, and
imports what it needs inside ``run``, so that ``--help`` answers at once and a missing
extra spoils only the commands that need it.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Iterable, Sequence

from digits_widget.errors import DigitsError

COMMANDS = (
    "lab",
    "app",
    "serve",
    "predict",
    "inspect",
    "train",
    "export",
    "evaluate",
    "steps",
    "dither",
    "doctor",
    "completion",
)
"""Every command, in the order of ``--help``; each is a module of this folder."""


EPILOG = """\
to begin:
  digits-widget lab notebooks         open JupyterLab, a model server beside it
  digits-widget predict --sample 3    ask that server about a bundled drawing
  digits-widget doctor                say what is missing, and the cure

Each command explains itself: digits-widget predict --help

environment:
  DIGITS_SERVER    address of the model server, such as 127.0.0.1:8500
  DIGITS_DATA      folder of data sets, for train and evaluate
"""


class _Help(argparse.RawDescriptionHelpFormatter):
    """Keeps every command on a line with its sentence."""

    def add_arguments(self, actions: Iterable[argparse.Action]) -> None:
        """Leave room for the commands' indentation, which argparse forgets."""
        super().add_arguments(actions)
        self._action_max_length += 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 well, 1 our error, 2 misuse."""
    top = parser()
    args, unknown = top.parse_known_args(argv)
    if unknown and not args.takes_unknown:
        top.error(f"unrecognized arguments: {' '.join(unknown)}")
    args.unknown = unknown
    try:
        code: int = args.run(args) or 0
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read this has enough, as `head` does. What is left goes nowhere, or
        # Python would complain about it at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except DigitsError as exc:
        print(f"digits-widget {args.command}: {exc}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return code


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    top = argparse.ArgumentParser(
        prog="digits-widget",
        description="Draw a digit, see every step to the model, and what it answers.",
        epilog=EPILOG,
        formatter_class=_Help,
    )
    commands = top.add_subparsers(
        title="commands", dest="command", required=True, metavar="COMMAND"
    )
    for name in COMMANDS:
        module = importlib.import_module(f"digits_widget.cli.{name}")
        command = commands.add_parser(
            name, help=module.HELP, description=module.__doc__
        )
        command.set_defaults(run=module.run, takes_unknown=False)
        module.configure(command)
    return top
