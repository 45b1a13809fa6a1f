"""One HTTP request and one HTTP answer, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus


@dataclass(frozen=True)
class Request:
    """What came in."""

    method: str
    """Such as ``GET``."""

    target: str
    """The raw target: path and query, not decoded."""

    headers: Mapping[str, str]
    """Names in lower case; of repeated headers the last."""

    body: bytes = b""
    """Already without chunks; inflated by the thread that answers."""


@dataclass(frozen=True)
class Answer:
    """What goes out."""

    status: int
    """Such as 200."""

    body: bytes = b""
    """As it is sent."""

    kind: str = "application/json"
    """Its Content-Type."""

    headers: Mapping[str, str] = field(default_factory=dict)
    """Any further ones."""

    def head(self, *, keep_alive: bool) -> bytes:
        """Write the status line and the headers."""
        try:
            phrase = HTTPStatus(self.status).phrase
        except ValueError:
            phrase = "Client Closed Request" if self.status == 499 else "Error"
        lines = [
            f"HTTP/1.1 {self.status} {phrase}",
            f"Content-Type: {self.kind}",
            f"Content-Length: {len(self.body)}",
            f"Connection: {'keep-alive' if keep_alive else 'close'}",
            *(f"{name}: {value}" for name, value in self.headers.items()),
        ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
