"""The server's process, from the command line to the last request.

Nothing here imports TensorFlow until the flags are understood and the ports are free:
a mistake is told at once, not after five seconds, and in one sentence.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Sequence
from importlib import metadata

from digits_widget.errors import (
    DigitsError,
    MissingExtraError,
    ModelServerError,
    PortTakenError,
)
from digits_widget.model_server.flags import Flags, parse, usage
from digits_widget.model_server.log import say
from digits_widget.model_server.parent import watch_parent
from digits_widget.model_server.ports import is_free
from digits_widget.model_server.quiet import import_tensorflow
from digits_widget.model_server.stopping import Stopping

EXIT_CODES = {PortTakenError: 3, MissingExtraError: 4}
"""Exit codes of errors that have a class of their own; 1 for the rest."""

_GRACE_SECONDS = 5.0


def main(arguments: Sequence[str]) -> int:
    """Serve until told to stop; return the exit code."""
    stopping, serving = Stopping(), threading.Event()

    def stop(*_: object) -> None:
        if not serving.is_set():
            # TensorFlow takes seconds to import, and nobody waits for an answer yet.
            os._exit(0)
        stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    try:
        flags, unknown = parse(arguments)
        if flags.version:
            print(_version())  # noqa: T201
            return 0
        if flags.exit_with_stdin:
            watch_parent(stop)
        if unknown:
            say(f"unknown flags: {' '.join(unknown)}. {usage()}")
        check(flags)
        serve(flags, stopping, serving)
    except DigitsError as exc:
        say(str(exc))
        return next((EXIT_CODES[kind] for kind in EXIT_CODES if type(exc) is kind), 1)
    except Exception as exc:  # noqa: BLE001
        # A mistake of ours. Even so, a student's terminal gets one line of it.
        say(f"internal error: {type(exc).__name__}: {exc}")
        return 1
    return 0


def _version() -> str:
    try:
        return f"digits-widget model server {metadata.version('digits-widget')}"
    except metadata.PackageNotFoundError:
        return "digits-widget model server, not installed"


def check(flags: Flags) -> None:
    """Refuse flags that cannot work, before anything slow is done.

    Raises
    ------
    ModelServerError
        Nothing to serve, or nowhere to listen.
    PortTakenError
        Another program has a port.
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


def serve(flags: Flags, stopping: Stopping, serving: threading.Event) -> None:
    """Load everything, open the ports, set `serving`; answer until `stopping`."""
    import_tensorflow()
    # Only now: everything behind this import needs TensorFlow.
    from digits_widget.model_server.server import Server  # noqa: PLC0415

    server = Server(flags)
    try:
        server.load(stopping)
        if stopping.is_set():
            return
        grpc_port, rest_port = server.open()
        serving.set()
        if flags.report_ports:
            print(f"READY {grpc_port} {rest_port}", flush=True)  # noqa: T201
        stopping.wait()
    finally:
        server.stop(_GRACE_SECONDS)
    say("stopped")
    # Python would wait for every thread, also for one whose graph never ends.
    os._exit(0)
