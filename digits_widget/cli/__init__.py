"""``digits-widget``: the command line, one file per command.

Each file of this folder has ``HELP``, ``configure(parser)`` and ``run(args)``. It
imports its dependencies inside ``run``, so that ``--help`` is fast and a missing extra
affects only the commands that need it.
"""

from __future__ import annotations

import argparse
import importlib
import io
import keyword
import os
import sys
from collections.abc import Iterable, Sequence

from digits_widget.errors import DigitsError
from digits_widget.terminal import complain_of, printing_safely

COMMANDS = (
    "lab",
    "class",
    "rehearse",
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
    "explain",
    "completion",
)
"""Every command, in the order of ``--help``; each is a module of this folder.

A module's name ends in ``_`` where Python uses the word itself.
"""


EPILOG = """\
to begin:
  digits-widget lab notebooks         open JupyterLab and start a model server
  digits-widget class                 let a class draw in its own browsers
  digits-widget predict --sample 3    ask that server about a bundled drawing
  digits-widget doctor                find what is missing, and how to fix it

Help for one command: digits-widget predict --help

environment:
  DIGITS_SERVER    address of the model server, such as 127.0.0.1:8500
  DIGITS_DATA      folder of datasets, for train and evaluate
"""


class _Help(argparse.RawDescriptionHelpFormatter):
    """Prints every command and its help on one line."""

    def add_arguments(self, actions: Iterable[argparse.Action]) -> None:
        """Leave room for the indentation of commands, which argparse ignores."""
        super().add_arguments(actions)
        self._action_max_length += 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return 0 for success, 1 for an error, 2 for wrong usage."""
    top = parser()
    args, unknown = top.parse_known_args(argv)
    if unknown and not args.takes_unknown:
        top.error(f"unrecognized arguments: {' '.join(unknown)}")
    args.unknown = unknown
    if isinstance(sys.stdout, io.TextIOWrapper):
        # The name of a file may have letters that this terminal cannot print.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        with printing_safely():
            code: int = args.run(args) or 0
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of the pipe, such as `head`, has closed it. Discard the rest, or
        # Python would complain at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except DigitsError as exc:
        complain_of(exc, f"digits-widget {args.command}")
        return 1
    except KeyboardInterrupt:
        return 130
    return code


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    top = argparse.ArgumentParser(
        prog="digits-widget",
        description="Draw a digit, see every step to the model, and its answer.",
        epilog=EPILOG,
        formatter_class=_Help,
    )
    commands = top.add_subparsers(
        title="commands", dest="command", required=True, metavar="COMMAND"
    )
    for name in COMMANDS:
        file = f"{name}_" if keyword.iskeyword(name) else name
        module = importlib.import_module(f"digits_widget.cli.{file}")
        command = commands.add_parser(
            name, help=module.HELP, description=module.__doc__
        )
        command.set_defaults(run=module.run, takes_unknown=False)
        module.configure(command)
    return top
