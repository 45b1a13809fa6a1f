"""`Relay`: passes on what kernels write to stderr, for as long as it is of use."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from functools import cached_property

_STDERR = 2
_CHUNK = 65536


class Relay:
    """Stands between kernels and the terminal. Costs nothing until a kernel has it."""

    def __init__(self) -> None:
        self._is_open = True

    @cached_property
    def descriptor(self) -> int:
        """What a kernel gets as stderr. It outlives us without harm."""
        reading, writing = os.pipe()
        threading.Thread(
            target=self._pass_on, args=(reading,), name="stderr", daemon=True
        ).start()
        return writing

    def close(self) -> None:
        """Pass nothing on any more. Kernels may write; nobody hears it."""
        self._is_open = False

    def _pass_on(self, reading: int) -> None:
        while words := os.read(reading, _CHUNK):
            if self._is_open:
                # A terminal may have been closed.
                with suppress(OSError):
                    os.write(_STDERR, words)
        os.close(reading)
