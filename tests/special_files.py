"""Names that lead to no regular file: a pipe, a device, a folder, a socket."""

from __future__ import annotations

import os
import socket
from pathlib import Path

NOT_FILES = ("a named pipe", "a device", "a folder", "a socket")
"""How an error names each."""


def make_special(kind: str, path: Path) -> Path:
    """Make one at `path`."""
    if kind == "a named pipe":
        os.mkfifo(path)
    elif kind == "a device":
        path.symlink_to("/dev/zero")
    elif kind == "a folder":
        path.mkdir()
    else:
        with socket.socket(socket.AF_UNIX) as listening:
            # Its address is a name of about a hundred bytes: a short one, from inside.
            before = Path.cwd()
            os.chdir(path.parent)
            listening.bind(path.name)
            os.chdir(before)
    return path
