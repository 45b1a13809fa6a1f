"""A name server for tests: one name, and the addresses that a test gives it."""

from __future__ import annotations

import socket
import struct
import threading
from types import TracebackType
from typing import Self

_ADDRESS = 1
_INTERNET = 1


class NameServer:
    """Answers over UDP on loopback; to every name with the same addresses."""

    def __init__(self, addresses: list[str]) -> None:
        self.addresses = addresses
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._socket.sendto(b"", ("127.0.0.1", self.port))
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while True:
            query, asker = self._socket.recvfrom(4096)
            if not query:
                return
            self._socket.sendto(self._answer(query), asker)

    def _answer(self, query: bytes) -> bytes:
        """Repeat the question, and answer it if it is for an address of IPv4."""
        end = query.index(0, 12) + 5
        kind, _ = struct.unpack("!HH", query[end - 4 : end])
        found = self.addresses if kind == _ADDRESS else []
        head = struct.pack("!HHHHH", 0x8180, 1, len(found), 0, 0)
        # 0xC00C is the name of the question; an answer may be kept for one second.
        records = (
            struct.pack("!HHHIH", 0xC00C, _ADDRESS, _INTERNET, 1, 4)
            + socket.inet_aton(address)
            for address in found
        )
        return query[:2] + head + query[12:end] + b"".join(records)
