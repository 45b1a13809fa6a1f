"""Let a class draw in its own browsers, and show what it drew on a wall.

Learners need a phone, a tablet or any computer with a browser, and no account. What
they hand in is kept in FOLDER, one file each. Ctrl-C stops everything; the same command
goes on where the class was.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import os
import signal
import socket
import tempfile
import webbrowser
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from digits_widget.cli.lab import port

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from digits_widget.classroom.answers import Predict
    from digits_widget.classroom.classroom import Classroom
    from digits_widget.model_server.embedded import EmbeddedServer
    from digits_widget.prediction import Prediction
    from digits_widget.serving import Client

HELP = "let a class draw in its own browsers"

PORT = 8080

_FILES = 4096
"""Open files: a page has up to six connections while it loads."""

_PATIENCE = 5.0
"""Seconds that an answer may take."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        help="where to keep what learners hand in (default: class/ and today's date)",
    )
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help="address to listen on; 0.0.0.0 lets the network in (default: 127.0.0.1, "
        "only this computer)",
    )
    parser.add_argument(
        "--port",
        type=port,
        default=PORT,
        help=f"port of the pages, or the next free one (default: {PORT})",
    )
    parser.add_argument(
        "--name",
        default="",
        help="host name that learners type, such as that of a proxy (default: this "
        "computer's address)",
    )
    parser.add_argument(
        "--server",
        default=os.environ.get("DIGITS_SERVER"),
        metavar="HOST:PORT",
        help="a model server to ask (default: $DIGITS_SERVER, or one of its own)",
    )
    parser.add_argument(
        "--no-browser", action="store_true", help="only print the addresses"
    )


def run(args: argparse.Namespace) -> int:
    """Serve the class until Ctrl-C."""
    # The day on which the class begins, and not that of the help's page.
    today = f"{dt.datetime.now().astimezone():%Y-%m-%d}"
    args.folder = args.folder or Path("class") / today
    _check(args)
    with _models(args.server) as predict:
        asyncio.run(_serve(args, predict))
    print(f"The class is stopped. What was handed in is in {args.folder}.")
    return 0


def _check(args: argparse.Namespace) -> None:
    from importlib.util import find_spec

    from digits_widget.errors import MissingExtraError, OptionError, shortened

    if not (find_spec("tornado") and find_spec("segno")):
        msg = 'This needs two packages more: pip install "digits-widget[class]".'
        raise MissingExtraError(msg)
    try:
        args.folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=args.folder).close()
    except OSError as exc:
        msg = (
            f"Got {shortened(args.folder)}, where nothing can be saved "
            f"({exc.strerror}). Name another one."
        )
        raise OptionError(msg) from exc
    try:
        socket.create_server((args.host, 0), family=_family(args.host)).close()
    except OSError as exc:
        msg = (
            f"Got --host {shortened(args.host)}, which is not an address of this "
            f"computer ({exc}). Use 0.0.0.0 for all of them."
        )
        raise OptionError(msg) from exc


@contextmanager
def _models(target: str | None) -> Iterator[Mapping[str, Predict]]:
    """Yield what asks the model of each way; start a server if there is none."""
    from digits_widget.model_server.embedded import EmbeddedServer
    from digits_widget.serving import Client
    from digits_widget.ways import NOW, WAYS

    # A server of the teacher's own may have other versions: then its choice answers.
    versions = {way.name: way.version for way in WAYS}
    chosen = versions if target is None else versions | {NOW.name: None}
    with ExitStack() as stack:
        server = None if target else stack.enter_context(EmbeddedServer())
        address = target or (server.target if server else "")
        clients = {
            name: Client(address, version=version, timeout=_PATIENCE)
            for name, version in chosen.items()
        }
        for client in clients.values():
            stack.enter_context(client)
        yield {
            name: partial(_predict, client, server) for name, client in clients.items()
        }


def _predict(
    client: Client, server: EmbeddedServer | None, images: NDArray[np.float32]
) -> list[Prediction]:
    """Ask the model; start a server of our own again if it is gone."""
    from digits_widget.errors import ServerUnavailableError

    try:
        answers: list[Prediction] = client.predict(images)
    except ServerUnavailableError:
        if server is None or server.is_running:
            raise
        server.start()
        answers = client.predict(images)
    return answers


async def _serve(args: argparse.Namespace, predict: Mapping[str, Predict]) -> None:
    from digits_widget.classroom.addresses import ANYWHERE, join_address
    from digits_widget.classroom.classroom import Classroom
    from digits_widget.classroom.server import ClassServer
    from digits_widget.loopback import is_loopback

    allow_many_files()
    bound = _listening(args.host, args.port)
    taken = bound.getsockname()[1]
    address = join_address(args.host, taken, args.name)
    classroom = Classroom(args.folder, predict)
    server = ClassServer(classroom, address, frozenset(_names(args.name)))
    server.listen(bound)
    here = join_address("127.0.0.1" if args.host == ANYWHERE else args.host, taken)
    wall = f"{here}/wall?key={server.key}"
    is_private = is_loopback(args.host)
    print(_announcement(classroom, address, wall, is_private=is_private), flush=True)
    if not args.no_browser:
        webbrowser.open(wall)
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        # Windows has no such handlers: there Ctrl-C raises.
        with suppress(NotImplementedError):
            loop.add_signal_handler(signal_number, stopped.set)
    try:
        await stopped.wait()
    finally:
        await server.stop()


def allow_many_files() -> None:
    """Let this process have enough connections: a Mac begins with 256 for all files."""
    try:
        import resource
    except ImportError:  # Windows has no such limit.
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    unlimited = resource.RLIM_INFINITY
    enough = _FILES if hard == unlimited else min(_FILES, hard)
    if soft != unlimited and soft < enough:
        resource.setrlimit(resource.RLIMIT_NOFILE, (enough, hard))


def _listening(host: str, wanted: int) -> socket.socket:
    """Return a socket that listens on the wanted port, or on the next free one."""
    from tornado.netutil import bind_sockets

    from digits_widget.model_server.ports import first_free_ports

    (free,) = first_free_ports([wanted], host)
    if free != wanted:
        print(f"Port {wanted} is taken; this class has {free}.")
    (bound,) = bind_sockets(free, host, _family(host))
    return bound


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _names(name: str) -> set[str]:
    """Return the host names by which a browser may ask for this computer."""
    own = socket.gethostname().lower()
    return {name.lower(), own, f"{own}.local"} - {"", ".local"}


def _announcement(
    classroom: Classroom, address: str, wall: str, *, is_private: bool
) -> str:
    lines = [
        f"Learners: {address}",
        f"Join code: {classroom.code}",
        f"Wall, for you alone: {wall}",
        f"What they hand in: {classroom.hand_ins.folder}",
    ]
    if is_private:
        lines.append(
            "Only this computer can join. For a class: digits-widget class --host "
            "0.0.0.0"
        )
    lines += [f"Not read: {why}" for why in classroom.hand_ins.skipped]
    return "\n".join(lines)
