"""Where answers come from: a server that somebody runs, or one of the widget's own.

Each is an `Answerer`: about one image, as `Session` wants, or about many in one call.
Servers are asked one question at a time, whoever in this kernel asks.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from digits_widget.errors import AnswerError
from digits_widget.logits import Logits, read_scores
from digits_widget.prediction import Prediction
from digits_widget.serving import Client

if TYPE_CHECKING:
    from digits_widget.model_server.embedded import EmbeddedServer

LIVE_DEADLINE = 2.0
"""Seconds that one answer may take while somebody draws."""

BATCH_DEADLINE = 10.0
"""Seconds that the answers to a batch may take, which somebody asked for."""

_turns: dict[str, threading.Lock] = {}
"""Whose turn it is, by address: one request under way at each server."""

_clients: WeakValueDictionary[tuple[str, str, int | None, str | None, Logits], Client]
_clients = WeakValueDictionary()
"""Widgets that ask the same share one channel: a cell that runs again opens no new."""


def turn_at(target: str) -> threading.Lock:
    """Return the lock to hold while something is asked of the server at `target`."""
    return _turns.setdefault(target, threading.Lock())


def rest_at(target: str) -> str:
    """Return where the server at `target` speaks REST, as far as anybody knows."""
    own = OwnServer._server  # noqa: SLF001 - of this file
    if own is not None and own.target == target:
        return own.rest_url
    if target == os.environ.get("DIGITS_SERVER") and "DIGITS_REST" in os.environ:
        return os.environ["DIGITS_REST"]
    host = target.rpartition(":")[0]
    # A list of addresses, or a name to be resolved, is no host for a browser.
    is_plain = host and not {"/", ","} & set(host)
    return f"http://{host if is_plain else '127.0.0.1'}:8501"


class Function:
    """A function from a notebook, in place of a server.

    Parameters
    ----------
    predict : callable
        (28, 28) float32 in [0, 1], 1 is ink, to `Prediction`.
    """

    def __init__(self, predict: Callable[[NDArray[np.float32]], Prediction]) -> None:
        self._predict = predict
        self._logits: Logits = "refuse"

    def __call__(self, image: NDArray[np.float32]) -> Prediction:
        """Call the function, and see whether it gives confidences."""
        answer: object = self._predict(image)
        if not isinstance(answer, Prediction):
            msg = (
                f"Got {type(answer).__name__} from the function given as predict, "
                "expected a Prediction. Return Prediction(confidences), of ten numbers "
                "that sum to 1."
            )
            raise AnswerError(msg)
        confidences, logits = read_scores(
            answer.confidences, model=answer.model, logits=self._logits
        )
        if logits is None:
            return answer
        return replace(answer, confidences=confidences, logits=logits)

    def many(self, images: NDArray[np.float32]) -> list[Prediction]:
        """Call the function about each of (n, 28, 28) images."""
        return [self(image) for image in images]

    def read_logits(self, logits: Logits) -> None:
        """Say what becomes of an answer that is logits."""
        self._logits = logits

    def client(self) -> None:
        """Return None: nothing is sent."""

    def close(self) -> None:
        """Do nothing: the function is somebody else's."""


class NamedServer:
    """A model server that runs already, at an address.

    Parameters
    ----------
    target : str
        Such as ``127.0.0.1:8500``.
    model : str
        Name of the model.
    version : int or None
        Of the model; None is what the server prefers, usually the highest.
    label : str, optional
        A name for a version, in place of `version`.
    """

    def __init__(
        self, target: str, *, model: str, version: int | None, label: str | None = None
    ) -> None:
        self._asks = (target, model, version, label)
        self._turn = turn_at(target)
        self.read_logits("refuse")

    def __call__(self, image: NDArray[np.float32]) -> Prediction:
        """Ask the server."""
        with self._turn:
            answer: Prediction = self._client.predict(image, timeout=LIVE_DEADLINE)
        return answer

    def many(self, images: NDArray[np.float32]) -> list[Prediction]:
        """Ask the server about (n, 28, 28) images in one call."""
        with self._turn:
            answers: list[Prediction] = self._client.predict(
                images, timeout=BATCH_DEADLINE
            )
        return answers

    def client(self) -> Client:
        """Return the client that asks."""
        return self._client

    def read_logits(self, logits: Logits) -> None:
        """Say what becomes of an answer that is logits."""
        target, model, version, label = self._asks
        key = (*self._asks, logits)
        self._client = _clients.get(key) or Client(
            target, model=model, version=version, label=label, logits=logits
        )
        _clients[key] = self._client

    def close(self) -> None:
        """Do nothing: the server is somebody else's."""


class OwnServer:
    """The embedded model server, one for all widgets of this kernel.

    Parameters
    ----------
    model : str
        Name of the model; the server has only ``digits``.
    version : int or None
        Of the model; None is the highest.
    announce : callable
        Told what takes time, and an empty text when it is over.
    """

    _lock = threading.Lock()
    _server: EmbeddedServer | None = None
    _users: set[int] = set()  # noqa: RUF012 - shared on purpose

    def __init__(
        self, *, model: str, version: int | None, announce: Callable[[str], None]
    ) -> None:
        self._model = model
        self._version = version
        self._announce = announce
        self._named: NamedServer | None = None
        self._target = ""
        self._users.add(id(self))

    def __call__(self, image: NDArray[np.float32]) -> Prediction:
        """Ask the server, when it is up."""
        return self.start()(image)

    def many(self, images: NDArray[np.float32]) -> list[Prediction]:
        """Ask the server about (n, 28, 28) images in one call, when it is up."""
        return self.start().many(images)

    def client(self) -> Client:
        """Return the client that asks, when the server is up."""
        return self.start().client()

    def read_logits(self, logits: Logits) -> None:
        """Do nothing: the models of this package give confidences."""

    def start(self) -> NamedServer:
        """Return when the server is up. Starts it if it never was, or has died."""
        with self._lock:
            server = self._running_server()
            if self._named is None or self._target != server.target:
                self._target = server.target
                self._named = NamedServer(
                    server.target, model=self._model, version=self._version
                )
            return self._named

    def close(self) -> None:
        """Stop the server, if no other widget uses it."""
        with self._lock:
            self._users.discard(id(self))
            if not self._users and OwnServer._server is not None:
                OwnServer._server.stop()
                OwnServer._server = None

    def _running_server(self) -> EmbeddedServer:
        server = OwnServer._server
        if server is not None and server.is_running:
            return server
        from digits_widget.model_server.embedded import EmbeddedServer  # noqa: PLC0415

        self._announce("Starting the model server … Draw meanwhile.")
        try:
            server = EmbeddedServer()
            server.start()
        finally:
            self._announce("")
        OwnServer._server = server
        return server


def find_server(
    target: str | None,
    *,
    model: str,
    version: int | None,
    announce: Callable[[str], None],
) -> NamedServer | OwnServer:
    """Return the server at `target`, else that of ``DIGITS_SERVER``, else one's own.

    ``make lab`` sets that environment variable for every kernel.
    """
    target = target or os.environ.get("DIGITS_SERVER")
    if target:
        return NamedServer(target, model=model, version=version)
    return OwnServer(model=model, version=version, announce=announce)
