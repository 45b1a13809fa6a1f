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
    │   └── UnknownMethodError          nothing of this kind has this name
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

The docstring of each class explains the error to its user: ``digits-widget explain``,
the widget and the page "Errors A to Z" show it, without its numpy sections. Write
double backticks around code in it, and no other markup.
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
    """Any error that this project raises on purpose.

    Catch ``DigitsError`` to catch them all; every other error of the project is a kind
    of it. Any other exception is a fault of the project, or of your own code.

    What to do: read the message. It says what happened, and then what to do.

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
        # Python and Jupyter print notes below the message, which itself stays short.
        self.add_note(f"More: digits-widget explain {explained(type(self)).__name__}")


def explained(kind: type[DigitsError]) -> type[DigitsError]:
    """Return the class of this file that explains an error: its own, or the nearest."""
    return next(each for each in kind.__mro__ if each.__module__ == __name__)


class DrawingError(DigitsError):
    """The strokes cannot be used.

    Usual causes: points that are not pairs of x and y, times that go backwards, or a
    pen width outside 0 to 1.

    What to do: correct the value that the message names, or draw again.
    """


class EmptyDrawingError(DrawingError):
    """The drawing has no ink.

    Usual causes: a blank pad, or a drawing whose ink has all been erased. A model would
    answer even a blank picture, and the answer would mean nothing.

    What to do: draw a digit first.
    """


class PointsNotFiniteError(DrawingError):
    """A coordinate, a time or a pen width is not a finite number.

    Usual causes: a division by zero or a missing value where the points were computed,
    or a damaged file.

    What to do: remove or correct those points. The message names the first one.
    """


class PointsOffCanvasError(DrawingError):
    """A point lies outside the canvas.

    Coordinates are shares of the canvas side, from 0 to 1. Usual causes: pixels given
    in place of shares, or strokes that cross the edge.

    What to do: divide pixels by the canvas side, and clip to 0 and 1.
    """


class TooManyPointsError(DrawingError):
    """The drawing has more points than one drawing may hold.

    Usual causes: scribbling for minutes on one pad, or points computed far more densely
    than a pen records them.

    What to do: press Clear and draw less, or leave out points.
    """


class DrawingFormatError(DrawingError):
    """A file or a text is not a drawing of this project.

    Usual causes: a file of another program, a file that was cut off, or JSON that was
    edited by hand.

    What to do: save a drawing with ``drawing.save("drawing.json")``, and compare the
    two files. The message says which part differs.
    """


class FileTakenError(DrawingError):
    """A file of this name exists, and is not replaced.

    Usual cause: the same name was used before.

    What to do: choose another name, or pass ``overwrite=True`` to replace the file.
    """


class ImageError(DigitsError):
    """A picture cannot be used.

    Usual causes: an array of another shape than the message asks for, values from 0 to
    255 where 0 to 1 are expected, NaN among the values, or a file that is not a picture
    or is incomplete.

    What to do: a pipeline makes the array that a model takes:
    ``PRESETS["mnist"](drawing).tensor``. Divide bytes by 255. Save a file anew, as PNG.
    """


class ImageTooLargeError(ImageError):
    """The picture has too many pixels to decode safely.

    Usual causes: a scan in a high resolution, or a damaged file that claims to be huge.

    What to do: scale the picture down first. A digit needs a few hundred pixels.
    """


class OptionError(DigitsError):
    """An option does not accept the value.

    Usual causes: a number outside the allowed range, a misspelt word, or two options
    that exclude each other.

    What to do: choose one of the values that the message lists.
    """


class UnknownMethodError(OptionError):
    """Nothing of this kind has this name.

    Methods, steps, presets and errors are found by name. Usual cause: a misspelt name.
    Case does not matter, nor do hyphens and underscores.

    What to do: choose one of the similar names in the message. ``digits-widget dither
    --list`` prints all methods.
    """


class StepOrderError(DigitsError):
    """The steps stand in an order that makes no sense.

    Some steps need what another makes: ToTensor needs 28x28 pixels, Centre needs room
    around the ink. Usual causes: a step moved or removed in the widget, or a pipeline
    written in another order.

    What to do: put the step first that the message names.
    """


class ServingError(DigitsError):
    """The model server did not answer the request.

    Catch ``ServingError`` for everything that can go wrong between a client and a
    server; the kinds of it say what did. The attribute ``code`` has the gRPC status.

    What to do: follow the message. ``digits-widget doctor --server`` with the server's
    address checks the rest.
    """


class ServerUnavailableError(ServingError):
    """No usable server answers at the address.

    Usual causes: the server is starting or has just stopped, a firewall is between, or
    one side wants encryption and the other does not. The client has tried four times
    within a second.

    What to do: wait until the server is back, check the address, and give ``tls=`` if
    and only if the server encrypts. ``wait_for_ready=True`` waits until the deadline.
    """


class ServerAbsentError(ServerUnavailableError):
    """Nothing listens at the address.

    Usual causes: no server runs, it is still loading its model, or it uses another
    port. In a container, 127.0.0.1 is the container itself.

    What to do: start a server with ``digits-widget serve``, wait until it says that it
    is ready, or correct the address, for example in ``DIGITS_SERVER``.
    """


class WrongPortError(ServerUnavailableError):
    """A program listens at the port, but does not speak gRPC.

    Usual causes: the port is the one for REST, or belongs to another program, such as
    Jupyter.

    What to do: use the gRPC port, usually 8500. For REST, usually at 8501, write
    ``http://`` in front of the address.
    """


class ServerBusyError(ServerUnavailableError):
    """The server is overloaded.

    Usual causes: more requests at the same time than its queue holds, or a limit that a
    proxy sets. The model and your request are fine.

    What to do: wait a little, then try again. Send fewer requests at the same time, or
    several images in one request.
    """


class DeadlineError(ServingError):
    """The answer did not come in time.

    Usual causes: a slow machine or network, a large batch, or the first request after a
    start, which warms the model up. Retries count towards the same time.

    What to do: try again, or allow more seconds with ``timeout=``. A warm-up file,
    which ``digits-widget export`` writes, makes the first request as fast as the
    others.
    """


class ModelNotFoundError(ServingError):
    """The server has no such model, version or label.

    Usual causes: the server was started with another ``--model_name``, the version is
    still loading or was removed, or the label was never set.

    What to do: choose a name and a version that the message lists, or wait until the
    server has loaded yours.
    """


class RequestRefusedError(ServingError):
    """The server refused the request.

    Usual causes: an input of another shape than the model takes, or a value that the
    model cannot process. The message quotes the server.

    What to do: compare the request with what ``digits-widget inspect`` prints about the
    model.
    """


class SignatureError(RequestRefusedError):
    """The request does not fit the model's signature.

    A signature is the model's list of inputs and outputs. Usual causes: a misspelt
    name, an input too many or too few, text where numbers are expected, or another
    signature than the one you mean.

    What to do: use the names and types that the message lists, or choose the signature
    with ``signature=``.
    """


class ModelShapeError(SignatureError):
    """The model's input is not one 28x28 picture.

    ``predict`` is for models of digits: one input of shape (n, 28, 28), (n, 28, 28, 1)
    or (n, 784), numbers. Usual cause: ``model=`` names a model of something else.

    What to do: choose a model of digits, or call this one with ``predict_raw``, which
    takes arrays by name.
    """


class TooLargeError(ServingError):
    """A request or an answer is over a size limit.

    Usual causes: too many images in one request, or a limit of the server or a proxy
    that is lower than the client's, often gRPC's 4 MiB.

    What to do: send fewer images at once, or raise the limit on the side that the
    message names: ``max_request_bytes=`` or ``max_response_bytes=`` in the client.
    """


class AccessError(ServingError):
    """The server requires credentials, or refused those it got.

    Usual causes: a missing or expired token, a client without the certificate that
    mutual TLS needs, or a call that the server forbids to all.

    What to do: give ``token=``, or ``tls=Tls(...)`` with certificate and key. If the
    credentials are right, ask the server's administrator.
    """


class UnsupportedError(ServingError):
    """The server, or the way to it, does not support this call.

    Usual causes: a server that answers only some of TensorFlow Serving's calls, a call
    or a type that REST does not have, or an operation that the server's TensorFlow
    lacks.

    What to do: ask over gRPC, without ``http://``. If the server does not tell the
    model's inputs, name them: ``Client(..., input=..., output=...)``.
    """


class CallCancelledError(ServingError):
    """The call was cancelled before the answer came.

    Usual causes: another thread closed the client, the program cancelled the call, or a
    server that stops gave it up.

    What to do: nothing, if you no longer want the answer. Otherwise ask again, with a
    new client if this one is closed.
    """


class ServerFailureError(ServingError):
    """The server failed internally.

    Usual causes: a SavedModel without its variables, an operation that fails on these
    values, or too little memory.

    What to do: read the server's log, which says more. If the model's files are
    damaged, export them again, as a new version.
    """


class AnswerError(ServingError):
    """The server answered, but the answer cannot be used.

    Usual causes: the address belongs to a program other than TensorFlow Serving, a
    proxy changes the answer, or the model returns another number of rows than it got
    images.

    What to do: check the address with ``digits-widget inspect``, or choose another
    model.
    """


class NotTenError(AnswerError):
    """The model did not answer with ten numbers for each image.

    Usual causes: the model tells apart more or fewer than ten classes, or the output is
    another one than its confidences, such as a label.

    What to do: choose the output with ``output=``, or read any output with
    ``predict_raw``.
    """


class NotConfidencesError(AnswerError):
    """The model's ten numbers are not confidences: they do not sum to 1.

    Usual causes: the model ends without a softmax, or it was damaged and answers NaN.

    What to do: export the model with a softmax as its last layer. If the numbers are
    logits, ``logits="softmax"`` computes the confidences.
    """


class LogitsError(NotConfidencesError):
    """The model answers with logits in place of confidences.

    Logits are the numbers before the softmax: some are negative or above 1. Usual
    cause: the model was trained with ``from_logits=True`` and exported without a
    softmax.

    What to do: ask with ``Client(..., logits="softmax")``, on the command line with
    ``--logits softmax``, or export the model with a softmax as its last layer.

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
    """The embedded model server did not start, or did not stay up.

    Usual causes: a base path that is not a folder of numbered versions, flags that
    exclude each other, too little memory, or a slow start.

    What to do: read the server's last words in the message. Allow a slow machine more
    seconds with ``timeout=``. ``digits-widget doctor`` tries a start by itself.
    """


class PortTakenError(ModelServerError):
    """Another program uses the port.

    Usual cause: a second server, often one that was started earlier and still runs.

    What to do: stop that program, or choose another port with ``--port``. Without
    ``--port``, ``digits-widget serve`` takes the next free one.
    """


class MissingExtraError(DigitsError):
    """An optional package is not installed.

    The project installs only what drawing and the client need; extras add the rest,
    such as ``lab``, ``server`` and ``training``. Usual cause: the extra was left out,
    or Python runs from another environment than the one it was installed in.

    What to do: install the extra that the message names. ``digits-widget doctor`` says
    which Python runs and what it lacks.
    """


class SavedModelError(DigitsError):
    """The folder does not hold a readable SavedModel.

    Usual causes: the folder above or below the right one, an incomplete copy, or a file
    of another kind, such as ``.keras``.

    What to do: name the folder with ``saved_model.pb``, or the one with numbered
    versions. ``digits-widget export`` makes one from a Keras file.
    """


class ExportError(DigitsError):
    """The model cannot be exported as asked.

    Usual causes: the version exists already, the disk is full, or the Keras file has
    layers or settings that cannot be converted faithfully.

    What to do: choose a higher version, because a published one never changes; or
    follow the message about the layer that it names.
    """


class DataError(DigitsError):
    """A dataset, or other data that a command reads, is missing or damaged.

    Usual causes: the folder in ``DIGITS_DATA`` or ``--data`` is another one, a download
    was cut off, or results are from other digits than those they are compared with. In
    a rehearsal: no class runs at the address.

    What to do: check the path that the message names, and get the file again.
    """


class MessageError(DigitsError):
    """A learner's page sent something that a class cannot use.

    Usual causes: a join code of another class, a nickname without letters, or a page
    that was open before the class was started anew.

    What to do: type the code that the wall shows, or reload the page. Drawings that
    were handed in are kept.
    """
