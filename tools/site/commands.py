"""The page of the command line, from the parsers that read it."""

from __future__ import annotations

import argparse
import inspect
import os
import re
from collections.abc import Iterator
from unittest.mock import patch

from digits_widget.cli import parser
from tools.site.table import table

_NAMES = ("DIGITS_SERVER", "DIGITS_DATA", "DIGITS_REST")


def command_page() -> str:
    """Return the page as Markdown."""
    here = {name: text for name, text in os.environ.items() if name not in _NAMES}
    # Wide, so that a usage takes few lines; and without what is set on this machine.
    with patch.dict(os.environ, {**here, "COLUMNS": "92"}, clear=True):
        top = parser()
        parts = ["# Command line", "", *_described(top)]
        for name, command in _commands(top).items():
            parts += [f"## {name}", "", *_described(command)]
    return "\n".join(parts)


def _commands(top: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    (choice,) = (
        action
        for action in top._actions  # noqa: SLF001 - argparse has no public way
        if isinstance(action, argparse._SubParsersAction)  # noqa: SLF001
    )
    return dict(choice.choices)


def _described(command: argparse.ArgumentParser) -> Iterator[str]:
    yield _prose(inspect.cleandoc(command.description or "")) + "\n"
    usage = command.format_usage().removeprefix("usage: ").rstrip()
    yield f"```text\n{inspect.cleandoc(usage)}\n```\n"
    for group in command._action_groups:  # noqa: SLF001
        actions = [a for a in group._group_actions if a.help != argparse.SUPPRESS]  # noqa: SLF001
        yield table(
            ("what", "meaning"),
            [(_form(a), _help(a, command)) for each in actions for a in _split(each)],
        )
    if command.epilog:
        yield f"```text\n{command.epilog.rstrip()}\n```\n"


def _split(action: argparse.Action) -> list[argparse.Action]:
    """Return the commands of a choice of commands; else the action."""
    if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
        return list(action._choices_actions)  # noqa: SLF001
    return [action]


def _form(action: argparse.Action) -> str:
    takes = action.metavar or (
        "{" + ",".join(map(str, action.choices)) + "}" if action.choices else ""
    )
    if not action.option_strings:
        return f"`{action.metavar or takes or action.dest}`"
    if action.nargs != 0 and not takes:
        takes = action.dest.upper()
    value = f" {takes}" if action.nargs != 0 else ""
    return ", ".join(f"`{name}{value}`" for name in action.option_strings)


def _help(action: argparse.Action, command: argparse.ArgumentParser) -> str:
    if not action.help:
        return ""
    known = {**vars(action), "prog": command.prog}
    return _prose(action.help % known)


def _prose(text: str) -> str:
    """Return text in which Markdown sees no markup that was not meant."""
    return re.sub(r"([<>*\[\]])|(?<!\w)(--[\w-]+)", _marked, text)


def _marked(found: re.Match[str]) -> str:
    return f"`{found[2]}`" if found[2] else f"\\{found[1]}"
