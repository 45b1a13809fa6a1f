"""Everything that can go wrong, in one tree.

::

    DigitsError
    ├── DrawingError                what the hand did cannot be used
    │   ├── EmptyDrawingError           nothing is drawn
    │   ├── SingleDotError              one dot is not a digit
    │   ├── PointsNotFiniteError        NaN or infinite coordinates
    │   ├── PointsOffCanvasError        coordinates outside 0 to 1
    │   ├── TooManyPointsError          more points than a hand draws
    │   ├── DrawingFormatError          a file or text that is not a drawing
    │   └── FileTakenError              a file that would be overwritten
    ├── ImageError                  a picture of the wrong kind, shape, type or range
    │   └── ImageTooLargeError          refused before it is decoded
    ├── OptionError                 a value that an option does not take
    │   └── UnknownMethodError          no method, step or preset of this name
    ├── StepOrderError              steps in an order that makes no sense
    ├── ServingError                the question was not answered
    │   ├── ServerUnavailableError      nobody answers there (UNAVAILABLE)
    │   │   ├── ServerAbsentError           nothing listens at the address
    │   │   └── WrongPortError              something listens that does not speak gRPC
    │   ├── DeadlineError               no answer in time (DEADLINE_EXCEEDED)
    │   ├── ModelNotFoundError          no such model, version or label (NOT_FOUND)
    │   ├── RequestRefusedError         the server refuses it (INVALID_ARGUMENT …)
    │   │   └── SignatureError              the model declares something else
    │   │       └── ModelShapeError             its input is not a 28x28 picture
    │   ├── TooLargeError               over a message limit (RESOURCE_EXHAUSTED)
    │   ├── AccessError                 not allowed (UNAUTHENTICATED, PERMISSION_DENIED)
    │   ├── UnsupportedError            an unknown call (UNIMPLEMENTED)
    │   ├── CallCancelledError          given up from outside (CANCELLED)
    │   ├── ServerFailureError          the server failed inside (INTERNAL, UNKNOWN …)
    │   └── AnswerError                 an answer that is no use
    │       ├── NotTenError                 not ten numbers
    │       └── NotConfidencesError         not confidences: they do not sum to 1
    │           └── LogitsError                 logits, of which a softmax makes some
    ├── ModelServerError            the embedded model server did not start or stay up
    │   └── PortTakenError              somebody else has the port
    ├── MissingExtraError           a part that is not installed
    ├── SavedModelError             a folder that holds no SavedModel we can read
    ├── ExportError                 a model that cannot be exported as asked
    └── DataError                   a data set that is missing or damaged

Every message says what was got, what was expected and what to do. Every error has the
same three attributes, empty where they mean nothing: `target`, `model` and `code`.
`LogitsError` also brings the `logits`, to be looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # for one annotation; whoever only wants an error needs no NumPy
    import numpy as np
    from numpy.typing import NDArray


class DigitsError(Exception):
    """The root: catch it to catch everything this project raises on purpose.

    Parameters
    ----------
    message : str
        For the person with the notebook: got …, expected …, do ….
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
    """What the hand did cannot be used. Draw again, or mend the points."""


class EmptyDrawingError(DrawingError):
    """Nothing is drawn. Draw a digit first."""


class SingleDotError(DrawingError):
    """One dot is not a digit. Keep the button down and draw a line."""


class PointsNotFiniteError(DrawingError):
    """A coordinate, time or width is NaN or infinite. Drop or mend such points."""


class PointsOffCanvasError(DrawingError):
    """A coordinate is outside 0 to 1. Divide by the canvas side, and clip."""


class TooManyPointsError(DrawingError):
    """More points than any hand draws. Thin them out, or draw fewer strokes."""


class DrawingFormatError(DrawingError):
    """Not a drawing as this project writes it. Save one to see the format."""


class FileTakenError(DrawingError):
    """There is a file of this name. Choose another, or pass ``overwrite=True``."""


class ImageError(DigitsError):
    """A picture of the wrong kind, shape, type or range. The message says which."""


class ImageTooLargeError(ImageError):
    """Too many pixels to decode safely. Scale the picture down first."""


class OptionError(DigitsError):
    """A value that an option does not take. The message lists what it takes."""


class UnknownMethodError(OptionError):
    """No such method, step or preset. The message names the nearest ones."""


class StepOrderError(DigitsError):
    """Steps in an order that makes no sense. The message says which must come first."""


class ServingError(DigitsError):
    """The model server did not answer the question."""


class ServerUnavailableError(ServingError):
    """Nobody answers at the address. Start the server, or mend the address."""


class ServerAbsentError(ServerUnavailableError):
    """Nothing listens at the address. Start it: ``digits-widget serve``."""


class WrongPortError(ServerUnavailableError):
    """Something listens there that is not gRPC. 8500 is usual; 8501 is REST."""


class DeadlineError(ServingError):
    """No answer in time. Try again, or allow more seconds with ``timeout=``."""


class ModelNotFoundError(ServingError):
    """The server has no such model, version or label. The message lists its own."""


class RequestRefusedError(ServingError):
    """The server refuses the request. The message repeats its words."""


class SignatureError(RequestRefusedError):
    """The model declares other inputs or outputs. The message lists them."""


class ModelShapeError(SignatureError):
    """The model's input is not one 28x28 picture. Choose another model."""


class TooLargeError(ServingError):
    """Over a message limit. Send fewer images at once, or raise the limit."""


class AccessError(ServingError):
    """The server asks for credentials, or refuses these."""


class UnsupportedError(ServingError):
    """The server does not know this call. Check that it is TensorFlow Serving."""


class CallCancelledError(ServingError):
    """The call was given up before its answer came."""


class ServerFailureError(ServingError):
    """The server failed inside. Its log says more."""


class AnswerError(ServingError):
    """The server answered with something that is no use here."""


class NotTenError(AnswerError):
    """The model did not answer with ten numbers for each image."""


class NotConfidencesError(AnswerError):
    """Ten numbers that are not confidences: perhaps logits. Export with a softmax."""


class LogitsError(NotConfidencesError):
    """Logits in place of confidences. Ask with ``logits="softmax"``.

    Parameters
    ----------
    logits : ndarray
        (n, 10) or (10,) float64: what the model gave.
    **attributes
        As for every error.
    """

    def __init__(
        self, message: str, *, logits: NDArray[np.float64], **attributes: str
    ) -> None:
        super().__init__(message, **attributes)
        self.logits = logits


class ModelServerError(DigitsError):
    """The embedded model server did not start, or did not stay up."""


class PortTakenError(ModelServerError):
    """Somebody else has the port. Choose another, or stop the other program."""


class MissingExtraError(DigitsError):
    """A part that is not installed. The message gives the command that installs it."""


class SavedModelError(DigitsError):
    """A folder that holds no SavedModel we can read."""


class ExportError(DigitsError):
    """A model that cannot be exported as asked."""


class DataError(DigitsError):
    """A data set that is missing or damaged."""
