"""Reads the file of a dataset, gzipped or not, within a limit of size."""

from __future__ import annotations

import errno
import gzip
import io
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from digits_widget.errors import DataError, shortened
from digits_widget.regular_file import UnusableFileError, open_regular_file

GZIP = b"\x1f\x8b"
"""First bytes of every gzip file."""

MAX_BYTES = 1 << 30
"""Largest unpacked dataset, twice the size of EMNIST."""

_PART = 1 << 20
_DENSEST = 1032
"""Deflate, gzip's algorithm, unpacks one byte to at most this many."""


class DataFile:
    """A file that is unpacked and read from its beginning.

    Attributes
    ----------
    longest : int
        Most bytes it can unpack to, judging by its size on disk.
    """

    def __init__(self, file: BinaryIO) -> None:
        size = os.fstat(file.fileno()).st_size
        # Decide by the first bytes: a downloaded file may have any name.
        is_packed = file.read(2) == GZIP
        file.seek(0)
        self._file = (
            cast("BinaryIO", gzip.GzipFile(fileobj=file)) if is_packed else file
        )
        self.longest = min(size * _DENSEST if is_packed else size, MAX_BYTES)

    def read(self, count: int) -> bytes:
        """Read `count` bytes, or fewer at the end; memory grows with the bytes read."""
        found = io.BytesIO()
        while part := self._file.read(min(_PART, count - found.tell())):
            found.write(part)
        return found.getvalue()

    def lines(self, *, longest: int) -> Iterator[bytes]:
        """Yield each line with its end.

        Parameters
        ----------
        longest : int
            Most bytes of a line.

        Raises
        ------
        OSError
            A line is longer, or the file has more than `MAX_BYTES` in all.
        """
        left = MAX_BYTES
        while line := self._file.readline(longest + 1):
            left -= len(line)
            if len(line) > longest:
                why = f"it has a line of more than {longest:,} bytes"
                raise UnusableFileError(errno.EFBIG, why)
            if left < 0:
                why = f"it unpacks to more than {MAX_BYTES:,} bytes"
                raise UnusableFileError(errno.EFBIG, why)
            yield line


@contextmanager
def opened(path: Path) -> Iterator[DataFile]:
    """Open the file of a dataset.

    Parameters
    ----------
    path : Path
        The file, gzipped or not.

    Raises
    ------
    DataError
        The file cannot be opened, or cannot be read inside the ``with``.
    """
    try:
        with open_regular_file(path) as file:
            yield DataFile(file)
    except FileNotFoundError as exc:
        msg = f"Got {shortened(path)}, which does not exist. Check the name."
        raise DataError(msg) from exc
    except (OSError, EOFError, zlib.error) as exc:
        why = getattr(exc, "strerror", None) or exc
        msg = f"Got {shortened(path)}, which cannot be read: {why}. "
        raise DataError(msg + "Copy or fetch it again.") from exc
