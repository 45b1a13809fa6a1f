"""Everything that can go wrong, in one tree.

::

    DigitsError
    ├── DrawingError                strokes that cannot be used
    │   ├── EmptyDrawingError           the drawing has no ink
    │   ├── PointsNotFiniteError        NaN or infinite coordinates
    │   ├── PointsOffCanvasError        coordinates outside 0 to 1
    │   ├── TooManyPointsError          more points than anyone draws
    │   ├── DrawingFormatError          a file or text that is not a drawing
    │   └── FileTakenError              a file that would be overwritten
    ├── ImageError                  wrong kind, shape, type or range
    │   └── ImageTooLargeError          too many pixels to decode safely
    ├── OptionError                 an option does not accept the value
    │   └── UnknownMethodError          no method, step or preset has this name
    ├── StepOrderError              steps in an order that makes no sense
    ├── ServingError                the server did not answer the request
    │   ├── ServerUnavailableError      no answer at the address (UNAVAILABLE)
    │   │   ├── ServerAbsentError           nothing listens at the address
    │   │   ├── WrongPortError              the port is not a gRPC port
    │   │   └── ServerBusyError             it is overloaded (RESOURCE_EXHAUSTED …)
    │   ├── DeadlineError               no answer in time (DEADLINE_EXCEEDED)
    │   ├── ModelNotFoundError          no such model, version or label (NOT_FOUND)
    │   ├── RequestRefusedError         the server refused it (INVALID_ARGUMENT …)
    │   │   └── SignatureError              it does not fit the model's signature
    │   │       └── ModelShapeError             the input is not a 28x28 picture
    │   ├── TooLargeError               over a message limit (RESOURCE_EXHAUSTED)
    │   ├── AccessError                 not allowed (UNAUTHENTICATED, PERMISSION_DENIED)
    │   ├── UnsupportedError            an unknown call or type (UNIMPLEMENTED)
    │   ├── CallCancelledError          the caller cancelled it (CANCELLED)
    │   ├── ServerFailureError          the server failed inside (INTERNAL, UNKNOWN …)
    │   └── AnswerError                 an answer that cannot be used
    │       ├── NotTenError                 not ten numbers
    │       └── NotConfidencesError         not confidences: they do not sum to 1
    │           └── LogitsError                 logits: apply a softmax
    ├── ModelServerError            the embedded model server did not start or stay up
    │   └── PortTakenError              another program uses the port
    ├── MissingExtraError           an optional package is not installed
    ├── SavedModelError             a folder without a readable SavedModel
    ├── ExportError                 a model that cannot be exported as asked
    ├── DataError                   a missing or damaged dataset
    └── MessageError                a learner's message that a class cannot use

Every message says what happened and what to do. Every error has the attributes
`target`, `model` and `code`, empty where they do not apply. `LogitsError` also has the
`logits`.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # for one annotation; importing the errors needs no NumPy
    import numpy as np
    from numpy.typing import NDArray


_LONGEST = 200
"""Most characters of a name or value in a message."""


def shortened(value: object) -> str:
    """Return a name or value for a message: printable, and no longer than a sentence.

    A printable text stays as it is; any other value is written as by `repr`. If the
    result is too long, its middle is left out, because a path's end matters most.
    """
    text = value if isinstance(value, str) else _written(value)
    if not (text.isprintable() and text):
        text = repr(text)
    if len(text) <= _LONGEST:
        return text
    return f"{text[: _LONGEST // 2]}…{text[-_LONGEST // 2 :]}"


def _written(value: object) -> str:
    try:
        return str(value) if isinstance(value, PurePath) else repr(value)
    except ValueError:  # Python refuses to write a number of thousands of digits.
        return f"a very large {type(value).__name__}"


class DigitsError(Exception):
    """The root: catch it to catch everything this project raises on purpose.

    Parameters
    ----------
    message : str
        What happened, then what to do, for the person at the notebook.
    target : str
        The server's address, such as ``127.0.0.1:8500``.
    model : str
        The model's name.
    code : str
        The gRPC status, such as ``NOT_FOUND``.
    """

    def __init__(
        self, message: str, *, target: str = "", model: str = "", code: str = ""
    ) -> None:
        super().__init__(message)
        self.target = target
        self.model = model
        self.code = code


class DrawingError(DigitsError):
    """The strokes cannot be used. Draw again, or correct the points."""


class EmptyDrawingError(DrawingError):
    """The drawing has no ink. Draw a digit first."""


class PointsNotFiniteError(DrawingError):
    """A coordinate, time or width is NaN or infinite. Remove or correct such points."""


class PointsOffCanvasError(DrawingError):
    """A coordinate is outside 0 to 1. Divide by the canvas side and clip."""


class TooManyPointsError(DrawingError):
    """More points than anyone draws. Thin them out, or draw fewer strokes."""


class DrawingFormatError(DrawingError):
    """Not a drawing in this project's format. Save one to see the format."""


class FileTakenError(DrawingError):
    """A file of this name exists. Choose another name, or pass ``overwrite=True``."""


class ImageError(DigitsError):
    """A picture of the wrong kind, shape, type or range. The message says which."""


class ImageTooLargeError(ImageError):
    """Too many pixels to decode safely. Scale the picture down first."""


class OptionError(DigitsError):
    """An option does not accept the value. The message lists what it accepts."""


class UnknownMethodError(OptionError):
    """No method, step or preset has this name. The message suggests similar names."""


class StepOrderError(DigitsError):
    """Steps in an order that makes no sense. The message says which must come first."""


class ServingError(DigitsError):
    """The model server did not answer the request."""


class ServerUnavailableError(ServingError):
    """No server answers at the address. Start the server, or correct the address."""


class ServerAbsentError(ServerUnavailableError):
    """Nothing listens at the address. Start a server: ``digits-widget serve``."""


class WrongPortError(ServerUnavailableError):
    """The port is not a gRPC port. The usual ones: 8500 for gRPC, 8501 for REST."""


class ServerBusyError(ServerUnavailableError):
    """The server is overloaded. Wait a little, then try again."""


class DeadlineError(ServingError):
    """No answer in time. Try again, or allow more seconds with ``timeout=``."""


class ModelNotFoundError(ServingError):
    """The server has no such model, version or label. The message lists its own."""


class RequestRefusedError(ServingError):
    """The server refused the request. The message quotes the server."""


class SignatureError(RequestRefusedError):
    """The model declares other inputs or outputs. The message lists them."""


class ModelShapeError(SignatureError):
    """The model's input is not one 28x28 picture. Choose another model."""


class TooLargeError(ServingError):
    """A message is over a size limit. Send fewer images, or raise the limit."""


class AccessError(ServingError):
    """The server requires credentials, or refused those it got."""


class UnsupportedError(ServingError):
    """The server does not know this call. Check that it is TensorFlow Serving."""


class CallCancelledError(ServingError):
    """The caller cancelled the call before the answer came."""


class ServerFailureError(ServingError):
    """The server failed internally. Its log says more."""


class AnswerError(ServingError):
    """The server's answer cannot be used here."""


class NotTenError(AnswerError):
    """The model did not answer with ten numbers for each image."""


class NotConfidencesError(AnswerError):
    """Ten numbers that are not confidences: perhaps logits. Export with a softmax."""


class LogitsError(NotConfidencesError):
    """Logits in place of confidences. Ask with ``logits="softmax"``.

    Parameters
    ----------
    logits : ndarray
        (n, 10) or (10,) float64, the answer of the model.
    **attributes
        `target`, `model` and `code`, as for every error.
    """

    def __init__(
        self, message: str, *, logits: NDArray[np.float64], **attributes: str
    ) -> None:
        super().__init__(message, **attributes)
        self.logits = logits


class ModelServerError(DigitsError):
    """The embedded model server did not start, or did not stay up."""


class PortTakenError(ModelServerError):
    """Another program uses the port. Choose another port, or stop that program."""


class MissingExtraError(DigitsError):
    """An optional package is not installed. The message says how to install it."""


class SavedModelError(DigitsError):
    """The folder does not hold a readable SavedModel."""


class ExportError(DigitsError):
    """The model cannot be exported in the requested way."""


class DataError(DigitsError):
    """A dataset is missing or damaged."""


class MessageError(DigitsError):
    """A learner's page sent something that a class cannot use. Reload the page."""
