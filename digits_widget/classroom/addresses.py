"""Where learners find the class: this machine's addresses in the network."""

from __future__ import annotations

import io
import socket

import segno

ANYWHERE = "0.0.0.0"  # noqa: S104 - what a teacher may ask for
"""Means all addresses of this machine."""


def join_address(host: str, port: int, name: str = "") -> str:
    """Return the address to type into a browser.

    Parameters
    ----------
    host : str
        The address that the server listens on.
    port : int
        Its port.
    name : str
        The name of this machine for learners, if it has one.
    """
    shown = name or (_address_in_network() if host == ANYWHERE else host)
    if ":" in shown:
        shown = f"[{shown}]"
    return f"http://{shown}:{port}"


def qr_code(text: str) -> bytes:
    """Return a QR code of the text as an SVG picture."""
    picture = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        picture, kind="svg", scale=8, border=3, dark="black", light="white"
    )
    return picture.getvalue()


def _address_in_network() -> str:
    """Return the address that this machine has where most of its traffic goes."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Nothing is sent: UDP only chooses the way, even to an unused address.
            probe.connect(("198.51.100.1", 9))
            found: str = probe.getsockname()[0]
        except OSError:  # No network at all.
            return "127.0.0.1"
    return found
