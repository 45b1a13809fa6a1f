"""Turns a failed call into one of our errors, with its class and a cure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import grpc

from digits_widget.errors import (
    AccessError,
    CallCancelledError,
    DeadlineError,
    ModelNotFoundError,
    RequestRefusedError,
    ServerAbsentError,
    ServerBusyError,
    ServerFailureError,
    ServerUnavailableError,
    ServingError,
    SignatureError,
    TooLargeError,
    UnsupportedError,
    WrongPortError,
)
from digits_widget.protocol.metadata import ModelMetadata, list_versions
from digits_widget.protocol.servable import Servable
from digits_widget.protocol.signature import list_signatures
from digits_widget.serving.connection import Connection
from digits_widget.serving.metadata_cache import MetadataCache
from digits_widget.serving.probe import Found, probe
from digits_widget.serving.target import Target
from digits_widget.serving.transport import GetHint, Transport

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
"""The error class of every status except OK."""

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
"""Words in TensorFlow Serving's and gRPC's messages that identify a finer class."""

HAPPENED: Mapping[type[ServingError], str] = MappingProxyType(
    {
        AccessError: "The model server at {} does not allow this request.",
        CallCancelledError: "The request to {} was cancelled.",
        DeadlineError: "The model server at {} did not answer in time.",
        ModelNotFoundError: "The model server at {} does not have what was asked for.",
        RequestRefusedError: "The model server at {} refused the request.",
        ServerAbsentError: "The model server at {} is not running.",
        ServerBusyError: "The model server at {} is busy.",
        ServerFailureError: "The model server at {} failed while it answered.",
        ServerUnavailableError: "The model server at {} does not answer.",
        SignatureError: "The request to {} does not fit the model's signature.",
        TooLargeError: "The request to {}, or its answer, is too large.",
        UnsupportedError: "The model server at {} does not support this request.",
        WrongPortError: "Wrong port: {} does not answer as this client expects.",
    }
)
"""First sentence of a message: the event; {} is the address."""

_OUT_OF_REACH = "The model server at {} cannot be reached."
"""The sentence for a server on another machine, which may be running after all."""

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
        ServerAbsentError: (
            "Start it (digits-widget serve), wait until it has loaded its model, or "
            "correct the address."
        ),
        ServerUnavailableError: "Check the address, or wait until the server is back.",
        ServerBusyError: (
            "The server is there and has too much to do: ask again a little later, or "
            "send less at the same time."
        ),
        SignatureError: "Use the names, types and shapes that the model declares.",
        WrongPortError: "gRPC is usually on 8500 and REST on 8501: try the other one.",
    }
)
"""The general cure of each error class."""

STATUS_CURES: Mapping[grpc.StatusCode, str] = MappingProxyType(
    {
        grpc.StatusCode.RESOURCE_EXHAUSTED: (
            "The server has no room for it: send fewer images at once, or ask again a "
            "little later."
        ),
        grpc.StatusCode.PERMISSION_DENIED: (
            "These credentials may not do it: give another token=, or ask the server's "
            "administrator."
        ),
        grpc.StatusCode.DATA_LOSS: (
            "The model's files on the server are damaged: export or copy them again, "
            "as a new version."
        ),
        grpc.StatusCode.ABORTED: "Something else came in between: ask again.",
        grpc.StatusCode.ALREADY_EXISTS: (
            "The model or the server failed at it: the server's log says more."
        ),
        grpc.StatusCode.OUT_OF_RANGE: (
            "A number in the request is beyond what the model takes: check its values."
        ),
    }
)
"""Cures of statuses that share an error class with others but need their own."""

_OVER_REST = "REST cannot carry this type: ask over gRPC, which carries all."
_INCOMPLETE = (
    "The server has loaded this version without its variables: export or copy it "
    "again, as a new version."
)

WORD_CURES: tuple[tuple[str, str], ...] = (
    (
        r"CLIENT: Received message larger than max",
        (
            "The answer is over this client's limit: ask for less at once, or raise "
            "max_response_bytes=."
        ),
    ),
    (
        r"larger than max \(",
        "Send fewer images at once, or raise the limit on that side.",
    ),
    (r"\bOOM\b", "The server ran out of memory: send fewer images at once."),
    (
        r"larger than maximum input batch size",
        "The server's own batches are smaller: lower max_batch=.",
    ),
    (r"Conversion of JSON Value|write JSON value for tensor type", _OVER_REST),
    (r"method_name", "Ask its signature what it is for: classify, regress or predict."),
    (r"Could not find variable|uninitialized|not initialized", _INCOMPLETE),
    (r"Error while reading resource variable", _INCOMPLETE),
)
"""Regular expressions for a server's message, with the cure that fits best."""

_BUSY = re.compile(
    r"queue\b.*\bfull|full\b.*\bqueue|too many|rate.?limit|quota|overload|\bbusy\b"
    r"|(try|retry|again) later",
    re.IGNORECASE | re.DOTALL,
)
_NO_ROOM = (grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.UNAVAILABLE)
"""Statuses that overloaded servers use, together with the words in `_BUSY`."""

_IN_THE_GRAPH = "{{node "
"""TensorFlow's mark for an error inside the model: the call itself was valid."""

_PATIENCE = 1.0
"""Seconds to spend on a call that only improves an error message."""

_LONGEST_DETAIL = 600
"""Most characters to quote from the server's message or metadata."""


def error_class(code: grpc.StatusCode, details: str) -> type[ServingError]:
    """Return the error class for a status and the server's message.

    Parameters
    ----------
    code : grpc.StatusCode
        Any status except OK.
    details : str
        The server's message.
    """
    for words, finer in FINER:
        if words in details:
            return finer
    if code in _NO_ROOM and _BUSY.search(details):
        return ServerBusyError
    if code is grpc.StatusCode.NOT_FOUND and _IN_THE_GRAPH in details:
        return ServerFailureError
    return ERRORS[code]


def cure(
    kind: type[ServingError], code: grpc.StatusCode | None = None, details: str = ""
) -> str:
    """Return the cure for a failure, by the server's message, its status, its class.

    Parameters
    ----------
    kind : type
        The error's class.
    code : grpc.StatusCode, optional
        The status, if known.
    details : str
        The server's message.
    """
    for words, better in WORD_CURES:
        if re.search(words, details):
            return better
    if code is grpc.StatusCode.UNIMPLEMENTED and _IN_THE_GRAPH in details:
        return "The server cannot run an operation of this model: export it anew."
    if code is not None and kind is ERRORS[code]:
        return STATUS_CURES.get(code, CURES[kind])
    return CURES[kind]


def error_for(
    code: grpc.StatusCode,
    details: str,
    *,
    target: str,
    model: str,
    hint: str = "",
    kind: type[ServingError] | None = None,
) -> ServingError:
    """Return the error for a call that ended with `code`; raise it ``from`` the cause.

    Parameters
    ----------
    code : grpc.StatusCode
        Any but OK.
    details : str
        The server's message; empty if `hint` already covers it.
    target, model : str
        The server and the model of the call.
    hint : str
        Sentences about the server's state and the cure; they replace the general cure.
    kind : type, optional
        A more specific class than that of `code`.
    """
    chosen = kind or error_class(code, details)
    words = _shortened(details)
    said = f": {words}" if words else ""
    message = (
        f"{_happened(chosen, target)} {hint or cure(chosen, code, details)} "
        f"({code.name}, model {model!r}{said})"
    )
    return chosen(message, target=target, model=model, code=code.name)


def _happened(kind: type[ServingError], target: str) -> str:
    """Return the first sentence of a message."""
    if kind is ServerAbsentError and not Target(target).is_loopback:
        return _OUT_OF_REACH.format(target)
    return HAPPENED[kind].format(target)


def closed_error(target: Target, servable: Servable) -> CallCancelledError:
    """Return the error for a call after `Client.close`.

    Parameters
    ----------
    target, servable : Target, Servable
        The server and the model.
    """
    return CallCancelledError(
        f"The client of {target} is closed. Make a new one.",
        target=str(target),
        model=servable.name,
        code="CANCELLED",
    )


def too_large_error(
    size: str, limit: int, target: Target, servable: Servable
) -> TooLargeError:
    """Return the error for a request that is too large to send.

    Parameters
    ----------
    size : str
        The request's size, in words.
    limit : int
        Largest allowed request in bytes.
    target, servable : Target, Servable
        The server and the model.
    """
    return TooLargeError(
        f"Got a request of {size} for {target}, expected at most {limit} bytes. Send "
        "less at once, or raise max_request_bytes= if the server takes more.",
        target=str(target),
        model=servable.name,
        code="RESOURCE_EXHAUSTED",
    )


@dataclass(frozen=True)
class ErrorHints:
    """Adds the loaded models, or the model's signature, to an error message."""

    transport: Transport
    servable: Servable
    metadata: MetadataCache

    def hint(
        self,
        kind: type[ServingError],
        code: grpc.StatusCode | None = None,
        details: str = "",
    ) -> str:
        """Return the known facts about a failure, and its cure.

        Parameters
        ----------
        kind, code, details
            As for `cure`.
        """
        todo = cure(kind, code, details)
        if kind is ModelNotFoundError:
            return f"{self._loaded()} {todo}"
        if issubclass(kind, RequestRefusedError) and self.metadata.current is not None:
            called = _shortened(self._called(self.metadata.current))
            return f"The model declares {called}. {todo}"
        return todo

    def _called(self, metadata: ModelMetadata) -> str:
        """Return the called signature alone; a model may have very many."""
        try:
            return str(metadata.choose(self.servable.signature))
        except SignatureError:
            return list_signatures(metadata.signatures.values())

    def _loaded(self) -> str:
        name = self.servable.name
        try:
            versions = self.transport.status(name, timeout=_PATIENCE, get_hint=cure)
        except ModelNotFoundError:
            return (
                f"No model {name!r} is known there. The server was started with the "
                "model's name as --model_name."
            )
        except ServingError:
            return f"The server did not say which versions of {name!r} it has loaded."
        return f"Loaded versions of model {name!r}: {list_versions(versions)}."


def _shortened(text: str) -> str:
    """Return untrusted text as one short line without control characters."""
    line = " ".join(text.split())
    cut = line if len(line) <= _LONGEST_DETAIL else f"{line[:_LONGEST_DETAIL]}…"
    return "".join(each if each.isprintable() else "?" for each in cut)


_LOOK_CLOSER = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)
"""Statuses that gRPC uses for an absent server, a wrong port and a slow model."""

_NO_NAME = "This network does not know the name. Correct the address."
_HTTP = (
    "What listens there speaks HTTP/1, as the REST port (8501) does. Use the gRPC "
    "port, usually 8500, or write http:// before the address to use REST."
)
_WANTS_TLS = "The server there wants encryption. Give tls=Tls(ca=...)."
_SILENT = (
    "Something listens there and does not answer as gRPC would. Check the port: gRPC "
    "is usually on 8500."
)
_NO_TLS = (
    "The server answers there in plain text, and this client wants encryption. Leave "
    "out tls=, or use the server's encrypted port."
)

_PLAIN: dict[Found, tuple[type[ServingError], str]] = {
    Found.NOTHING: (ServerAbsentError, CURES[ServerAbsentError]),
    Found.NO_NAME: (ServerAbsentError, _NO_NAME),
    Found.HTTP: (WrongPortError, _HTTP),
    Found.TLS: (ServerUnavailableError, _WANTS_TLS),
    Found.SILENT: (WrongPortError, _SILENT),
}
"""The error for each result of a probe, for a client without encryption."""

_ENCRYPTED: dict[Found, tuple[type[ServingError], str]] = {
    Found.NOTHING: _PLAIN[Found.NOTHING],
    Found.NO_NAME: _PLAIN[Found.NO_NAME],
    Found.HTTP: _PLAIN[Found.HTTP],
    Found.GRPC: (ServerUnavailableError, _NO_TLS),
}
"""The same for a client with encryption: a working server stays silent there."""


def grpc_error(
    exc: grpc.RpcError,
    target: Target,
    servable: Servable,
    connection: Connection,
    get_hint: GetHint,
) -> ServingError:
    """Return our error for a failed gRPC call; raise it ``from exc``.

    Parameters
    ----------
    exc : grpc.RpcError
        The exception of the failed call.
    target, servable : Target, Servable
        The server and the model.
    connection : Connection
        How the client reached the server.
    get_hint : callable
        Adds a hint to the error of a failed call.
    """
    code, details = exc.code(), exc.details() or ""
    kind, hint = error_class(code, details), ""
    # A server that reports overload is running.
    if code in _LOOK_CLOSER and kind is not ServerBusyError:
        found = probe(target)
        if connection.tls is None:
            kind, hint = _PLAIN.get(found, (kind, ""))
        else:
            kind, hint = _ENCRYPTED.get(found, (kind, ""))
    return error_for(
        code,
        # The probe's result is clearer than gRPC's message, which the cause keeps.
        "" if hint else details,
        target=str(target),
        model=servable.name,
        hint=hint or get_hint(kind, code, details),
        kind=kind,
    )
