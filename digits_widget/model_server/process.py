"""The server's process, from the command line to the last request.

The process reads the flags and checks the ports before any slow import, so that it
reports a mistake at once and in one sentence.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Sequence
from functools import partial
from importlib import metadata
from typing import TYPE_CHECKING

from digits_widget.errors import (
    DigitsError,
    MissingExtraError,
    ModelServerError,
    PortTakenError,
)
from digits_widget.model_server.flags import Flags, parse, usage, without_effect
from digits_widget.model_server.log import log, log_libraries
from digits_widget.model_server.ports import is_free
from digits_widget.model_server.watch_parent import watch_parent

if TYPE_CHECKING:
    from digits_widget.model_server.server import Server

EXIT_CODES = {PortTakenError: 3, MissingExtraError: 4}
"""Exit codes of some error classes; 1 for all others."""

_GRACE_SECONDS = 5.0


class _Stop:
    """Receives the wish to stop the server, from a signal or another thread."""

    def __init__(self) -> None:
        # Until the server answers, end at once: importing TensorFlow takes seconds.
        self._act: Callable[[], object] = partial(os._exit, 0)

    def wish(self, *_: object) -> None:
        """End the process at once, or stop the server if it already answers."""
        self._act()

    def expect(self) -> asyncio.Event:
        """Return an event of the running loop that later wishes set."""
        wished = asyncio.Event()
        loop = asyncio.get_running_loop()
        self._act = partial(loop.call_soon_threadsafe, wished.set)
        return wished


def main(arguments: Sequence[str]) -> int:
    """Serve until told to stop; return the exit code."""
    stop = _Stop()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop.wish)
    try:
        flags, unknown = parse(arguments)
        if flags.version:
            print(_version())  # noqa: T201
            return 0
        if flags.exit_with_stdin:
            watch_parent(stop.wish)
        if ignored := without_effect(arguments):
            log(f"accepted, but not acted on here: {' '.join(ignored)}")
        if unknown:
            log(f"unknown flags: {' '.join(unknown)}. {usage()}")
        check(flags)
        _serve(flags, stop)
    except DigitsError as exc:
        log(str(exc))
        if "--exit_with_stdin" not in arguments:  # for people, not for a program
            log(exc.__notes__[0])
        return next((EXIT_CODES[kind] for kind in EXIT_CODES if type(exc) is kind), 1)
    except Exception as exc:  # noqa: BLE001
        # This is a bug of ours. Even so, a student should see only one line.
        log(f"internal error: {type(exc).__name__}: {exc}")
        return 1
    return 0


def _version() -> str:
    try:
        return f"digits-widget model server {metadata.version('digits-widget')}"
    except metadata.PackageNotFoundError:
        return "digits-widget model server, not installed"


def check(flags: Flags) -> None:
    """Refuse flags that cannot work, before any slow import.

    Raises
    ------
    ModelServerError
        The flags name no model or no port.
    PortTakenError
        Another program uses a port.
    """
    if not (flags.model_config_file or flags.model_base_path or flags.shipped_models):
        msg = "Got no --model_base_path and no --model_config_file; give one of them."
        raise ModelServerError(msg)
    parameters_file = flags.batching_parameters_file
    if parameters_file and not flags.enable_batching:
        msg = (
            f"Got --batching_parameters_file={parameters_file} without "
            "--enable_batching; add that flag."
        )
        raise ModelServerError(msg)
    if not flags.port and not flags.free_ports and not flags.grpc_socket_path:
        msg = "Got --port=0 and no --grpc_socket_path; gRPC needs one of them."
        raise ModelServerError(msg)
    if flags.port == flags.rest_api_port and flags.port:
        msg = f"Got port {flags.port} for gRPC and REST; they must differ."
        raise ModelServerError(msg)
    for name, port in (("port", flags.port), ("rest_api_port", flags.rest_api_port)):
        if not 0 <= port < 65536:
            msg = f"Got --{name}={port}; ports go from 0 to 65535."
            raise ModelServerError(msg)
        if port and not is_free(port, flags.host):
            msg = (
                f"Port {port} on {flags.host} is taken by another program. Stop it, "
                f"or choose another port with --{name}=…"
            )
            raise PortTakenError(msg, target=f"{flags.host}:{port}")


def _serve(flags: Flags, stop: _Stop) -> None:
    """Load the models, open the ports, and answer until the wish to stop."""
    # gRPC reads this variable once, on import.
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    try:
        # Imported late, so that mistakes in the flags are reported before slow imports.
        from digits_widget.model_server.server import Server  # noqa: PLC0415
    except ModuleNotFoundError as exc:
        msg = (
            f"The model server needs {exc.name}, which is not installed. "
            'Install it: pip install "digits-widget[lab]"'
        )
        raise MissingExtraError(msg) from exc
    log_libraries()
    server = Server(flags)
    try:
        server.load()
        # Windows has two event loops, and tornado works only with this one.
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            runner.run(_answer(server, flags, stop))
    finally:
        server.close()


async def _answer(server: Server, flags: Flags, stop: _Stop) -> None:
    stopping = stop.expect()
    grpc_port, rest_port = await server.open()
    if flags.report_ports:
        print(f"READY {grpc_port} {rest_port}", flush=True)  # noqa: T201
    await stopping.wait()
    await server.stop(_GRACE_SECONDS)
    log("stopped")
    # Otherwise Python would wait for every thread, even one whose graph never ends.
    os._exit(0)
