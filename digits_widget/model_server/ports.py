"""Which ports are free on this machine, and which are spoken for.

A server opens its ports only when its models are loaded, seconds after it chose them.
Until then the port's twin in UDP, which nobody needs, says that it is spoken for: two
servers cannot bind it, nor is it kept by anything once its process is gone.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from digits_widget.errors import PortTakenError

USUAL_PORTS = (8500, 8501)
"""What everybody uses: gRPC, and REST beside it."""

_TRIES = 100


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Tell whether a server could listen on this port now."""
    try:
        _bound(port, host, socket.SOCK_STREAM).close()
    except OSError:
        return False
    return True


def _bound(port: int, host: str, kind: socket.SocketKind) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, kind)
    try:
        if kind is socket.SOCK_STREAM:
            # Without this a port counts as taken for a minute after its last server.
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
        Ports to begin at, such as 8500 and 8501.
    host : str
        Address that they are for.

    Returns
    -------
    tuple of int
        One port for each of `wanted`, all different. Somebody else may still take
        one before you do: see `claimed_ports`.

    Raises
    ------
    PortTakenError
        Nothing is free in the next hundred.
    """
    with claimed_ports(wanted, host) as ports:
        return ports


@contextmanager
def claimed_ports(
    wanted: Sequence[int] = USUAL_PORTS, host: str = "127.0.0.1"
) -> Iterator[tuple[int, ...]]:
    """Find the wanted ports, or else the next free ones, and claim them meanwhile.

    Nobody who chooses ports with this module gets the same ones, in any process.

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
        Nothing is free in the next hundred.
    """
    with ExitStack() as claims:
        yield tuple(_claim_next(first, host, claims) for first in wanted)


def moved(wanted: Sequence[int], used: Sequence[int]) -> str:
    """Say that other ports are used than were wanted; nothing if they are the same."""
    if tuple(wanted) == tuple(used):
        return ""
    before, now = (" and ".join(map(str, ports)) for ports in (wanted, used))
    taken = "Of the ports" if len(wanted) > 1 else "The port"
    return f"{taken} {before} {'one ' if len(wanted) > 1 else ''}is taken; using {now}."


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
