"""Serve SavedModels over gRPC and REST, with TensorFlow Serving's flags.

Without flags it serves the bundled models as ``digits``, on ports 8500 and 8501 or the
next free ones. On Ctrl-C it finishes the current requests, then stops.
"""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager

from digits_widget.model_server.flags import WITHOUT_EFFECT, Flags, add_flags

HELP = "start the embedded model server"

_OWN = ("report_ports", "exit_with_stdin", "free_ports")
"""Flags for programs that start the server, not for people."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare every flag of the server."""
    add_flags(parser, hidden=_OWN)
    # The server warns about unknown flags and starts, as TensorFlow Serving does.
    parser.set_defaults(takes_unknown=True)


def run(args: argparse.Namespace) -> int:
    """Serve until Ctrl-C; return the server's exit code."""
    from digits_widget.model_server.process import main

    with _chosen(args) as chosen:
        flags = [f"--{name}={value}" for name, value in chosen.items()]
        return main([*flags, *args.unknown])


@contextmanager
def _chosen(args: argparse.Namespace) -> Iterator[dict[str, str]]:
    """Yield the flags, and keep the ports reserved until the server ends."""
    from digits_widget.model_server.ports import USUAL_PORTS, claimed_ports, moved

    names = [*(each.name for each in dataclasses.fields(Flags)), *WITHOUT_EFFECT]
    given = {name: getattr(args, name, None) for name in names}
    chosen = {name: value for name, value in given.items() if value is not None}
    usual = {}
    if not chosen.keys() & {"model_config_file", "model_base_path"}:
        usual = {"model_name": "digits", "shipped_models": "true"}
    ports = dict(zip(("port", "rest_api_port"), USUAL_PORTS, strict=True))
    missing = [name for name in ports if name not in chosen]
    wanted = [ports[name] for name in missing]
    with claimed_ports(wanted, chosen.get("host", "127.0.0.1")) as claimed:
        if note := moved(wanted, claimed):
            print(note)
        yield usual | chosen | dict(zip(missing, map(str, claimed), strict=True))
