"""From a gRPC status to one of our errors: the only place where the two meet."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import grpc

from digits_widget.errors import (
    AccessError,
    CallCancelledError,
    DeadlineError,
    ModelNotFoundError,
    RequestRefusedError,
    ServerFailureError,
    ServerUnavailableError,
    ServingError,
    SignatureError,
    TooLargeError,
    UnsupportedError,
    WrongPortError,
)

ERRORS: Mapping[grpc.StatusCode, type[ServingError]] = MappingProxyType(
    {
        grpc.StatusCode.CANCELLED: CallCancelledError,
        grpc.StatusCode.UNKNOWN: ServerFailureError,
        grpc.StatusCode.INVALID_ARGUMENT: RequestRefusedError,
        grpc.StatusCode.DEADLINE_EXCEEDED: DeadlineError,
        grpc.StatusCode.NOT_FOUND: ModelNotFoundError,
        grpc.StatusCode.ALREADY_EXISTS: RequestRefusedError,
        grpc.StatusCode.PERMISSION_DENIED: AccessError,
        grpc.StatusCode.UNAUTHENTICATED: AccessError,
        grpc.StatusCode.RESOURCE_EXHAUSTED: TooLargeError,
        grpc.StatusCode.FAILED_PRECONDITION: RequestRefusedError,
        grpc.StatusCode.ABORTED: ServerFailureError,
        grpc.StatusCode.OUT_OF_RANGE: RequestRefusedError,
        grpc.StatusCode.UNIMPLEMENTED: UnsupportedError,
        grpc.StatusCode.INTERNAL: ServerFailureError,
        grpc.StatusCode.UNAVAILABLE: ServerUnavailableError,
        grpc.StatusCode.DATA_LOSS: ServerFailureError,
    }
)
"""Every status that is not OK, and the error it becomes."""

FINER: tuple[tuple[str, type[ServingError]], ...] = (
    ("Unrecognized servable version label", ModelNotFoundError),
    ("Serving signature key", SignatureError),
    ("Serving signature name", SignatureError),
    ("No signature was found", SignatureError),
    ("Requested signature not found", SignatureError),
    ("signature def", SignatureError),
    ("input size does not match signature", SignatureError),
    ("not found in request and no default", SignatureError),
    ("alias not found in signature", SignatureError),
    ("Expects arg[", SignatureError),
    ("Trying to connect an http1", WrongPortError),
    ("Received http2 header with status", WrongPortError),
)
"""Words of TensorFlow Serving and gRPC that say more than their status does."""

CURES: Mapping[type[ServingError], str] = MappingProxyType(
    {
        CallCancelledError: "Nothing is wrong: ask again if you still want to know.",
        ServerFailureError: "The server's log says more; asking again may help.",
        RequestRefusedError: "Compare the request with what the model declares.",
        DeadlineError: "Try again, or allow more seconds with timeout=.",
        ModelNotFoundError: "Choose one that is there, or wait until it has loaded.",
        AccessError: "Give the server what it asks for: token= or tls=.",
        TooLargeError: "Send fewer images at once, or raise the limit on that side.",
        UnsupportedError: "Check that the address is TensorFlow Serving.",
        ServerUnavailableError: "Check the address, or wait until the server is back.",
        SignatureError: "Use the names, types and shapes that the model declares.",
        WrongPortError: "gRPC is usually on 8500 and REST on 8501: try the other one.",
    }
)
"""What to do about each, when nothing better is known."""

_LONGEST_DETAIL = 600
"""Characters of the server's own words that a message repeats."""


def error_class(code: grpc.StatusCode, details: str) -> type[ServingError]:
    """Return the class for a status and the server's own words."""
    for words, finer in FINER:
        if words in details:
            return finer
    return ERRORS[code]


def error_for(
    code: grpc.StatusCode,
    details: str,
    *,
    target: str,
    model: str,
    knowledge: str = "",
    kind: type[ServingError] | None = None,
) -> ServingError:
    """Return the error for a call that ended with `code`; raise it ``from`` the cause.

    Parameters
    ----------
    code : grpc.StatusCode
        Any but OK.
    details : str
        The server's own words; empty if they say nothing that `knowledge` does not.
    target, model : str
        Whom was asked about what.
    knowledge : str
        Sentences about what is there and what to do; they replace the general cure.
    kind : type, optional
        A class that says more than `code` does.
    """
    chosen = kind or error_class(code, details)
    words = " ".join(details.split())[:_LONGEST_DETAIL].rstrip(".")
    words = "".join(each if each.isprintable() else "?" for each in words)
    said = f": {words}" if words else ""
    message = (
        f"Got {code.name} from {target} about model {model!r}{said}. "
        f"{knowledge or CURES[chosen]}"
    )
    return chosen(message, target=target, model=model, code=code.name)
