"""Which ports are free on this machine."""

from __future__ import annotations

import socket
from collections.abc import Sequence

from digits_widget.errors import PortTakenError

USUAL_PORTS = (8500, 8501)
"""What everybody uses: gRPC, and REST beside it."""

_TRIES = 100


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Tell whether a server could listen on this port now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # Without this a port counts as taken for a minute after its last server.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def first_free_ports(
    wanted: Sequence[int] = USUAL_PORTS, host: str = "127.0.0.1"
) -> tuple[int, ...]:
    """Find the wanted ports, or else the next free ones.

    Parameters
    ----------
    wanted : sequence of int
        Ports to begin at, such as 8500 and 8501.
    host : str
        Address that they are for.

    Returns
    -------
    tuple of int
        One port for each of `wanted`, all different. Somebody else may still take
        one before you do.

    Raises
    ------
    PortTakenError
        Nothing is free in the next hundred.
    """
    found: list[int] = []
    for first in wanted:
        last = min(first + _TRIES, 65536)
        for port in range(first, last):
            if port not in found and is_free(port, host):
                found.append(port)
                break
        else:
            msg = (
                f"Got no free port between {first} and {last - 1} on {host}. "
                "Stop a server that you no longer need."
            )
            raise PortTakenError(msg, target=f"{host}:{first}")
    return tuple(found)
