"""The model server that runs beside JupyterLab or the page, and ends with them."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digits_widget.model_server.embedded import EmbeddedServer


@contextmanager
def model_server_beside() -> Iterator[None]:
    """Start a model server that every kernel from here on knows; stop it at the end.

    It starts in the background: TensorFlow takes seconds, and so does Jupyter.
    """
    server = _server()
    os.environ["DIGITS_SERVER"] = server.target
    os.environ["DIGITS_REST"] = server.rest_url
    threading.Thread(target=_start, args=(server,), daemon=True).start()
    try:
        yield
    finally:
        server.stop()


def _server() -> EmbeddedServer:
    """Return the server on the usual ports, or the next free ones, said aloud."""
    from digits_widget.model_server.embedded import EmbeddedServer
    from digits_widget.model_server.ports import USUAL_PORTS, first_free_ports

    ports = first_free_ports()
    if ports != USUAL_PORTS:
        usual, used = (" and ".join(map(str, each)) for each in (USUAL_PORTS, ports))
        print(f"Of the ports {usual} one is taken; using {used} instead.")
    return EmbeddedServer(port=ports[0], rest_port=ports[1])


def _start(server: EmbeddedServer) -> None:
    from digits_widget.errors import DigitsError

    try:
        server.start()
    except DigitsError as exc:
        print(f"\nThe model server did not start: {exc}\n", file=sys.stderr)
        return
    print(f"\nModel server: gRPC at {server.target}, REST at {server.rest_url}\n")
