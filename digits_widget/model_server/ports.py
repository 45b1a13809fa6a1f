"""Finds free ports on this machine, and claims them for a starting server.

A server opens its ports only after its models have loaded, seconds after choosing them.
Until then it claims each port by binding the UDP port of the same number, which no
server needs. Only one process can bind it, and the system frees it when that process
ends.
"""

from __future__ import annotations

import contextlib
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from digits_widget.errors import PortTakenError

USUAL_PORTS = (8500, 8501)
"""The usual ports for gRPC and REST."""

_TRIES = 100


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Return whether a server could listen on this port now.

    Parameters
    ----------
    port : int
        The port.
    host : str
        Address to listen on.
    """
    try:
        _bound(port, host, socket.SOCK_STREAM).close()
    except OSError:
        return False
    return True


def _bound(port: int, host: str, kind: socket.SocketKind) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, kind)
    try:
        if kind is socket.SOCK_STREAM and sys.platform != "win32":
            # Without this option a port stays unavailable for a minute after its last
            # server. (On Windows the option would take the port from its owner.)
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    return bound


def first_free_ports(
    wanted: Sequence[int] = USUAL_PORTS, host: str = "127.0.0.1"
) -> tuple[int, ...]:
    """Find the wanted ports, or else the next free ones.

    Parameters
    ----------
    wanted : sequence of int
        Ports to start at, such as 8500 and 8501.
    host : str
        Address to listen on.

    Returns
    -------
    tuple of int
        One port for each of `wanted`, all different. Another program may still take
        one first: see `claimed_ports`.

    Raises
    ------
    PortTakenError
        None of the next hundred ports is free.
    """
    with claimed_ports(wanted, host) as ports:
        return ports


@contextmanager
def claimed_ports(
    wanted: Sequence[int] = USUAL_PORTS, host: str = "127.0.0.1"
) -> Iterator[tuple[int, ...]]:
    """Find the wanted ports, or else the next free ones, and claim them in the block.

    This module does not give a claimed port to any other caller, in any process.

    Parameters
    ----------
    wanted, host
        As for `first_free_ports`.

    Yields
    ------
    tuple of int
        One port for each of `wanted`, all different.

    Raises
    ------
    PortTakenError
        None of the next hundred ports is free.
    """
    with ExitStack() as claims:
        yield tuple(_claim_next(first, host, claims) for first in wanted)


def moved(wanted: Sequence[int], used: Sequence[int]) -> str:
    """Return a note if other ports are in use than the wanted ones, else nothing.

    Parameters
    ----------
    wanted : sequence of int
        The wanted ports.
    used : sequence of int
        The ports in use.
    """
    if tuple(wanted) == tuple(used):
        return ""
    before, now = (" and ".join(map(str, ports)) for ports in (wanted, used))
    taken = "One of the ports" if len(wanted) > 1 else "Port"
    return f"{taken} {before} is taken; using {now} instead."


def _claim_next(first: int, host: str, claims: ExitStack) -> int:
    last = min(first + _TRIES, 65536)
    for port in range(first, last):
        with contextlib.suppress(OSError):
            claim = _bound(port, host, socket.SOCK_DGRAM)
            claims.callback(claim.close)
            if is_free(port, host):
                return port
    msg = (
        f"Got no free port between {first} and {last - 1} on {host}. "
        "Stop a server that you no longer need."
    )
    raise PortTakenError(msg, target=f"{host}:{first}")
