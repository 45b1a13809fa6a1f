"""Finds the call for a request line: matches the raw target, then decodes names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from digits_widget.model_server.status_error import StatusError, invalid

_VERSION = r"(?:/versions/(?P<version>[0-9]+)|/labels/(?P<label>[^/:]+))?"
_INFERENCE = re.compile(
    rf"/v1/models/(?P<name>[^/:]+){_VERSION}:(?P<verb>predict|classify|regress)",
    re.IGNORECASE,
)
_STATUS = re.compile(
    rf"/v1/models(?:/(?P<name>[^/:]+){_VERSION}(?P<verb>/metadata)?)?", re.IGNORECASE
)
_HIGHEST = 2**63 - 1


class EmptyStatusError(Exception):
    """A request that TensorFlow Serving answers with 400 and no body."""


@dataclass(frozen=True)
class Route:
    """The call that a request line means."""

    verb: str
    """``predict``, ``classify``, ``regress``, ``status`` or ``metadata``."""

    name: str
    """The model."""

    version: int | None = None
    """The version in the path, if any."""

    label: str | None = None
    """The label in the path, if any."""


def route(method: str, target: str) -> Route:
    """Find the call that a request line means.

    Parameters
    ----------
    method : str
        The method, such as ``GET``.
    target : str
        The raw target: path and query, not decoded.

    Raises
    ------
    StatusError
        INVALID_ARGUMENT for an unknown path or method.
    EmptyStatusError
        The version number exceeds int64.
    """
    pattern = {"POST": _INFERENCE, "GET": _STATUS}.get(method)
    found = pattern.fullmatch(target) if pattern is not None else None
    if found is None:
        raise _malformed(method, target)
    if found["name"] is None:
        raise invalid("Missing model name in request.")
    verb = found["verb"] or ""
    if method == "POST" and not verb.islower():
        raise _malformed(method, target)
    if method == "GET":
        verb = "metadata" if verb == "/metadata" else "status"
    version = None
    if found["version"] is not None:
        digits = found["version"].lstrip("0") or "0"
        if len(digits) > 19 or int(digits) > _HIGHEST:
            raise EmptyStatusError
        version = int(digits)
    label = None if found["label"] is None else _decode(found["label"])
    return Route(verb, _decode(found["name"]), version, label)


def _decode(text: str) -> str:
    return unquote_to_bytes(text.encode("latin-1")).decode("utf-8", "replace")


def _malformed(method: str, target: str) -> StatusError:
    return invalid(f"Malformed request: {method} {target}")
