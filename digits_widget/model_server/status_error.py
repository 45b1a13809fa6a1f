"""`StatusError`, the error of every failed call, with its HTTP status."""

from __future__ import annotations

from typing import ClassVar

from digits_widget.errors import DigitsError

CODES = (
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
)
"""Names of the status codes; the position is the number on the wire."""

HTTP_STATUS = {
    "INVALID_ARGUMENT": 400,
    "FAILED_PRECONDITION": 400,
    "OUT_OF_RANGE": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409,
    "ABORTED": 409,
    "RESOURCE_EXHAUSTED": 429,
    "CANCELLED": 499,
    "UNIMPLEMENTED": 501,
    "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
}
"""HTTP status of each code; 500 for all others."""


class StatusError(DigitsError):
    """A failed call, with a status code and a message.

    Parameters
    ----------
    code : str
        One of `CODES`.
    message : str
        Message for the client, in TensorFlow Serving's words where it has some.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message, code=code)
        self.message = message

    may_pass: ClassVar[bool] = True
    """Whether trying again later may help."""

    @property
    def number(self) -> int:
        """The code as a number: 0 to 16."""
        return CODES.index(self.code)

    @property
    def http_status(self) -> int:
        """The code as an HTTP status."""
        return HTTP_STATUS.get(self.code, 500)


def invalid(message: str) -> StatusError:
    """Return an error with INVALID_ARGUMENT, the most common code."""
    return StatusError("INVALID_ARGUMENT", message)
