"""Checks whether the usual ports are free, and which programs use them."""

from __future__ import annotations

from collections.abc import Iterator

from digits_widget.diagnostics.diagnosis import Diagnosis, doubtful, well
from digits_widget.model_server.ports import USUAL_PORTS, is_free

TOPIC = "Ports"

LAB_PORT = 8888


def examine_ports(
    target: str | None = None,
    *,
    grpc: int = USUAL_PORTS[0],
    rest: int = USUAL_PORTS[1],
    lab: int = LAB_PORT,
) -> Iterator[Diagnosis]:
    """Check the ports of the model server (gRPC and REST) and of JupyterLab.

    Parameters
    ----------
    target : str, optional
        Address of the server, if the user named one.
    grpc, rest, lab : int
        The ports to check.
    """
    another = "`digits-widget lab` takes the next free port instead, and prints it."
    unnamed = (
        f"If that is your model server: export DIGITS_SERVER=127.0.0.1:{grpc}. "
        f"If not: {another}"
    )
    named = bool(target) and str(target).endswith(f":{grpc}")
    yield _port(grpc, "gRPC", "speaks gRPC" if named else "", unnamed)
    yield _port(rest, "REST", "speaks HTTP", another)
    yield _port(lab, "JupyterLab", "speaks HTTP", another)


def _port(port: int, use: str, expected: str, cure: str) -> Diagnosis:
    if is_free(port):
        return well(TOPIC, f"{port} ({use}) is free")
    manner = _manner(port)
    said = f"{port} ({use}) is taken by {_owner(port)}, which {manner}"
    if manner == expected:
        return well(TOPIC, said)
    return doubtful(TOPIC, said, cure)


def _manner(port: int) -> str:
    try:
        from digits_widget.serving.probe import Found, probe  # noqa: PLC0415 - gRPC
        from digits_widget.serving.target import Target  # noqa: PLC0415
    except ImportError:
        return "cannot be asked without grpcio"
    return {
        Found.GRPC: "speaks gRPC",
        Found.HTTP: "speaks HTTP",
        Found.TLS: "wants encryption",
    }.get(probe(Target(f"127.0.0.1:{port}")), "speaks an unknown protocol")


def _owner(port: int) -> str:
    """Return the program that listens, if the operating system tells."""
    unknown = "a program that this system does not name"
    try:
        import psutil  # noqa: PLC0415 - comes with Jupyter, and is not needed
    except ImportError:
        return unknown
    try:
        for each in psutil.net_connections("tcp"):
            if each.status == "LISTEN" and each.laddr.port == port and each.pid:
                return f"{psutil.Process(each.pid).name()} (process {each.pid})"
    except (psutil.Error, OSError):  # macOS asks for root
        return unknown
    return unknown
