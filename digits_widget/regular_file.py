"""Opens a file by a name from a user, or says in words why it cannot be opened.

The name may lead to something else: a named pipe keeps its reader waiting,
``/dev/zero`` has no end, and a download may be larger than the memory.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


class UnusableFileError(OSError):
    """The path is not a regular file, or the file is too large; `strerror` says which.

    It is an `OSError`, so that callers that open files handle one kind of error.
    """

    def __init__(self, number: int, why: str) -> None:
        super().__init__(number, why)

    def __str__(self) -> str:
        return str(self.strerror)


def is_folder(path: str | Path) -> bool:
    """Return whether the path is a folder; False for an impossible name."""
    try:
        return Path(path).is_dir()
    except OSError:  # The name is too long, or the folder around it may not be read.
        return False


def open_regular_file(path: str | Path) -> BinaryIO:
    """Open a file for reading bytes, without ever waiting for a pipe.

    Raises
    ------
    OSError
        The file does not exist, is not a regular file, or may not be read. The
        ``strerror`` says why.
    """
    try:
        kind = stat.S_IFMT(Path(path).stat().st_mode)
    except ValueError as exc:  # A zero byte, or half a surrogate pair.
        why = "no file can have such a name"
        raise UnusableFileError(errno.EINVAL, why) from exc
    # Check before opening: opening a pipe waits, and opening a device may act on it.
    if kind != stat.S_IFREG:
        what = _KINDS.get(kind, "something else")
        raise UnusableFileError(errno.EINVAL, f"it is {what}, not a file")
    return Path(path).open("rb")


def read_regular_file(path: str | Path, *, most: int) -> bytes:
    """Read a whole file of at most `most` bytes.

    Parameters
    ----------
    path : str or Path
        The file.
    most : int
        Bytes. A larger file is refused, and no more bytes than this are ever read.

    Raises
    ------
    OSError
        As for `open_regular_file`; or the file is larger.
    """
    with open_regular_file(path) as file:
        # Some files, such as those in /proc, report a size of 0.
        size = os.fstat(file.fileno()).st_size
        content = file.read(most + 1) if size <= most else b""
    if max(size, len(content)) > most:
        raise UnusableFileError(errno.EFBIG, f"it has more than {most:,} bytes")
    return content


def read_regular_text(path: str | Path, *, most: int) -> str:
    """Read a whole UTF-8 text file, with or without a byte order mark.

    Parameters
    ----------
    path : str or Path
        The file.
    most : int
        Bytes. A larger file is refused.

    Raises
    ------
    OSError
        As for `read_regular_file`.
    UnicodeDecodeError
        The text is not UTF-8.
    """
    return read_regular_file(path, most=most).decode("utf-8-sig")
