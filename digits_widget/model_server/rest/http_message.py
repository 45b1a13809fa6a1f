"""One HTTP request and one HTTP answer, as values; and the body of an error."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Request:
    """A request, as received."""

    method: str
    """The method, such as ``GET``."""

    target: str
    """The raw target: path and query, not decoded."""

    headers: Mapping[str, str]
    """Headers by lower-case name; the last one if repeated."""

    body: bytes = b""
    """The body without chunk marks; the answering thread inflates it."""


@dataclass(frozen=True)
class Answer:
    """An answer, ready to send."""

    status: int
    """The HTTP status, such as 200."""

    body: bytes = b""
    """The body, ready to send."""

    kind: str = "application/json"
    """Its Content-Type."""

    headers: Mapping[str, str] = field(default_factory=dict)
    """Further headers."""


def error_answer(status: int, message: str) -> Answer:
    """Return an error with a body in TensorFlow Serving's form: an object with one key.

    Parameters
    ----------
    status : int
        The HTTP status.
    message : str
        The error message.
    """
    return Answer(status, json.dumps({"error": message}, indent=4).encode() + b"\n")
