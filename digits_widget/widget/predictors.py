"""Predictors: a server that runs already, the widget's own server, or a function.

Each is a `Predictor`: it answers about one image, for the `Session`, or about many in
one call. The widgets of a kernel send a server one request at a time.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from digits_widget.errors import AnswerError
from digits_widget.insight.layers import SIGNATURE as ACTIVATIONS
from digits_widget.insight.layers import Network, read_layers
from digits_widget.logits import Logits, read_scores
from digits_widget.prediction import Prediction
from digits_widget.protocol.annotate import Part
from digits_widget.protocol.signature import INIT_OP, ModelSignature
from digits_widget.protocol.tensors import from_tensor_proto
from digits_widget.protocol.wire import Wire
from digits_widget.serving import Client, Exchange, ModelMetadata, VersionStatus
from digits_widget.serving.labels import known_labels
from digits_widget.serving.listing import list_served
from digits_widget.steps.step import Image
from digits_widget.widget.html import is_loopback

if TYPE_CHECKING:
    from digits_widget.model_server.embedded import EmbeddedServer

__all__ = [
    "NOT_SENT",
    "CallablePredictor",
    "EmbeddedPredictor",
    "Exchange",
    "ModelFacts",
    "ModelSignature",
    "Part",
    "Predictor",
    "RemotePredictor",
    "ServerPredictor",
    "Wire",
    "find_predictor",
    "from_tensor_proto",
    "rest_at",
]

LIVE_DEADLINE = 2.0
"""Seconds that one answer may take while a person draws."""

BATCH_DEADLINE = 10.0
"""Seconds that the answers to a batch may take, for which a person waits."""

NOT_SENT = "A function answers here, in this kernel: nothing is sent."

STARTING = "Starting the model server … Draw meanwhile."

_started: dict[str, EmbeddedServer] = {}
"""Servers that a person started at a named address. They stay, for other clients."""

_turns: dict[str, threading.Lock] = {}
"""One lock for each server's address: one request at a time."""

_clients: WeakValueDictionary[tuple[object, ...], Client] = WeakValueDictionary()
"""Widgets share a client where all options agree, so that running a cell again does not
open another channel."""


class Predictor(Protocol):
    """Answers which digit an image shows."""

    def __call__(self, image: NDArray[np.float32]) -> Prediction:
        """Answer about one (28, 28) float32 image in [0, 1], 1 is ink."""

    def many(self, images: NDArray[np.float32]) -> list[Prediction]:
        """Answer about (n, 28, 28) images, in one call where there is a server."""

    def address(self) -> tuple[str, str] | None:
        """Return the server's address and the model's name; None without a server."""

    def exchange(self, prediction: Prediction, image: Image) -> Exchange | None:
        """Return the messages behind a prediction; None if no server was asked.

        Parameters
        ----------
        prediction : Prediction
            An answer of this predictor.
        image : ndarray
            (28, 28) float32, the image it is about.
        """

    def layers(self, prediction: Prediction, image: Image) -> Network | None:
        """Ask what the layers of the model give; None if no server was asked.

        Parameters
        ----------
        prediction, image
            As for `exchange`. The version that answered is asked.

        Raises
        ------
        SignatureError
            The model has no signature that tells it.
        """

    def facts(self) -> ModelFacts | None:
        """Ask the server for the facts about its model; None without a server."""

    def read_logits(self, logits: Logits) -> None:
        """Choose how to read logits, from the next request on."""

    def close(self) -> None:
        """Send no more requests."""


def turn_at(target: str) -> threading.Lock:
    """Return the lock to hold during a request to the server at `target`."""
    return _turns.setdefault(target, threading.Lock())


def _shared_client(
    target: str,
    model: str,
    *,
    version: int | None,
    label: str | None = None,
    signature: str | None = None,
    logits: Logits = "refuse",
) -> Client:
    key = (target, model, version, label, signature, logits)
    client = _clients.get(key)
    if client is None:
        client = Client(
            target,
            model=model,
            version=version,
            label=label,
            signature=signature,
            logits=logits,
        )
        _clients[key] = client
    return client


def rest_at(target: str) -> str:
    """Return the REST address of the server at `target`, as far as is known."""
    own = EmbeddedPredictor._server  # noqa: SLF001 - of this file
    if own is not None and own.target == target:
        return own.rest_url
    if target == os.environ.get("DIGITS_SERVER") and "DIGITS_REST" in os.environ:
        return os.environ["DIGITS_REST"]
    host = target.rpartition(":")[0]
    # A browser cannot use gRPC's lists of addresses or its resolvers' names.
    is_plain = host and not {"/", ","} & set(host)
    return f"http://{host if is_plain else '127.0.0.1'}:8501"


@dataclass(frozen=True)
class ModelFacts:
    """A server's facts about its model."""

    target: str
    """The server's address."""

    versions: tuple[VersionStatus, ...]
    """All versions of the model, highest first."""

    labels: Mapping[str, int]
    """The version behind each label that was found."""

    metadata: ModelMetadata
    """The metadata of the version that answers."""

    @property
    def signatures(self) -> list[ModelSignature]:
        """The signatures that a client can call."""
        found = self.metadata.signatures.values()
        return [signature for signature in found if signature.name != INIT_OP]

    @property
    def listing(self) -> str:
        """The signatures in the layout of ``saved_model_cli show --all``."""
        return list_served(self.metadata)


class CallablePredictor:
    """A function from a notebook, in place of a server.

    Parameters
    ----------
    predict : callable
        Takes a (28, 28) float32 image in [0, 1], 1 is ink, and returns a `Prediction`.
    """

    def __init__(self, predict: Callable[[NDArray[np.float32]], Prediction]) -> None:
        self._predict = predict
        self._logits: Logits = "refuse"

    def __call__(self, image: NDArray[np.float32]) -> Prediction:
        """Call the function, and check that it returns a `Prediction`."""
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
        """Call the function for each of (n, 28, 28) images."""
        return [self(image) for image in images]

    def read_logits(self, logits: Logits) -> None:
        """Say what becomes of an answer that is logits."""
        self._logits = logits

    def address(self) -> None:
        """Return None: there is no server."""

    def exchange(self, prediction: Prediction, image: Image) -> None:
        """Return None: a function sends no messages.

        Parameters
        ----------
        prediction, image
            As for `Predictor.exchange`.
        """

    def layers(self, prediction: Prediction, image: Image) -> None:
        """Return None: a function shows no layers.

        Parameters
        ----------
        prediction, image
            As for `Predictor.layers`.
        """

    def facts(self) -> None:
        """Return None: a function has no metadata."""

    def close(self) -> None:
        """Do nothing: the function belongs to the caller."""


class RemotePredictor:
    """A model server that runs already, at an address.

    Parameters
    ----------
    target : str
        Address of the server, such as ``127.0.0.1:8500``.
    model : str
        Name of the model.
    version : int or None
        Version of the model; None is the server's choice, usually the highest.
    label : str, optional
        A name for a version, in place of `version`.
    """

    def __init__(
        self, target: str, *, model: str, version: int | None, label: str | None = None
    ) -> None:
        self._asks: tuple[str, str, int | None, str | None]
        self._asks = (target, model, version, label)
        self._turn = turn_at(target)
        self._versions: dict[int, RemotePredictor] = {}
        self.read_logits("refuse")

    def __call__(self, image: NDArray[np.float32]) -> Prediction:
        """Ask the server about one image."""
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
        """Return the client that sends the requests."""
        return self._client

    def address(self) -> tuple[str, str]:
        """Return the server's address and the model's name."""
        return self._client.target, self._client.model

    def exchange(self, prediction: Prediction, image: Image) -> Exchange:
        """Return the messages behind a prediction.

        If the prediction came with a batch, ask about its image once more, alone.

        Parameters
        ----------
        prediction, image
            As for `Predictor.exchange`.
        """
        if prediction.request:
            return self._client.exchange(prediction, image)
        with self._turn:
            return self._client.capture(image, timeout=LIVE_DEADLINE)

    def layers(self, prediction: Prediction, image: Image) -> Network:
        """Send the very tensor of a prediction to the signature of the layers.

        Parameters
        ----------
        prediction, image
            As for `Predictor.layers`.
        """
        inputs = self.exchange(prediction, image).request.message.inputs
        target, model, _version, _label = self._asks
        # Kept: the next drawing needs it again.
        self._layers_client = _shared_client(
            target, model, version=prediction.version, signature=ACTIVATIONS
        )
        with self._turn:
            outputs = self._layers_client.predict_raw(
                {name: from_tensor_proto(inputs[name]) for name in inputs},
                timeout=LIVE_DEADLINE,
            )
        return read_layers(outputs)

    def versions(self) -> tuple[tuple[VersionStatus, ...], dict[str, int]]:
        """Ask for all versions, and for the version behind each known label."""
        with self._turn:
            versions = self._client.status(timeout=LIVE_DEADLINE)
            return versions, known_labels(self._client, timeout=LIVE_DEADLINE)

    def facts(self) -> ModelFacts:
        """Ask the server for the facts about its model."""
        versions, labels = self.versions()
        with self._turn:
            metadata = self._client.metadata(timeout=LIVE_DEADLINE)
        return ModelFacts(self._client.target, versions, labels, metadata)

    @property
    def model(self) -> str:
        """Name of the model."""
        return self._asks[1]

    def at_version(self, version: int) -> RemotePredictor:
        """Return what asks a version of the same model; this predictor keeps it."""
        if version not in self._versions:
            target, model, _version, _label = self._asks
            self._versions[version] = RemotePredictor(
                target, model=model, version=version
            )
        return self._versions[version]

    def ask_version(self, version: int) -> None:
        """Ask this version from the next request on."""
        target, model, _version, _label = self._asks
        self._asks = (target, model, version, None)
        self.read_logits(self._logits)

    def read_logits(self, logits: Logits) -> None:
        """Say what becomes of an answer that is logits."""
        self._logits = logits
        target, model, version, label = self._asks
        self._client = _shared_client(
            target, model, version=version, label=label, logits=logits
        )

    @property
    def can_start(self) -> bool:
        """Whether an embedded server could take its address and serve its model."""
        target, model, _version, label = self._asks
        has_engine = any(map(find_spec, ("tensorflow", "ai_edge_litert")))
        return has_engine and is_loopback(target) and model == "digits" and not label

    def start(self, announce: Callable[[str], None]) -> None:
        """Start an embedded server at this address; return when it is up.

        Parameters
        ----------
        announce : callable
            Receives a sentence while the server starts, and an empty text afterwards.

        Raises
        ------
        ModelServerError
            The server does not start; another one may have taken the address.
        """
        target = self._asks[0]
        with EmbeddedPredictor.lock:
            if target in _started and _started[target].is_running:
                return
            from digits_widget.model_server.embedded import (  # noqa: PLC0415
                EmbeddedServer,
            )

            server = EmbeddedServer(port=int(target.rpartition(":")[2]))
            _start(server, announce)
            _started[target] = server

    def close(self) -> None:
        """Do nothing: other clients use the server, too."""


class EmbeddedPredictor:
    """The embedded model server, one for all widgets of this kernel.

    Parameters
    ----------
    model : str
        Name of the model; the server has only ``digits``.
    version : int or None
        Version of the model; None is the highest.
    announce : callable
        Receives a sentence while the server starts, and an empty text afterwards.

    Attributes
    ----------
    model : str
        As given.
    """

    lock = threading.Lock()
    _server: EmbeddedServer | None = None
    _users: set[int] = set()  # noqa: RUF012 - shared on purpose

    def __init__(
        self, *, model: str, version: int | None, announce: Callable[[str], None]
    ) -> None:
        self.model = model
        self._version = version
        self._announce = announce
        self._named: RemotePredictor | None = None
        self._target = ""
        self._users.add(id(self))

    def __call__(self, image: NDArray[np.float32]) -> Prediction:
        """Ask the server about one image, once it is up."""
        return self.start()(image)

    def many(self, images: NDArray[np.float32]) -> list[Prediction]:
        """Ask the server about (n, 28, 28) images in one call, once it is up."""
        return self.start().many(images)

    def address(self) -> tuple[str, str]:
        """Return the server's address and the model's name, once the server is up."""
        return self.start().address()

    def exchange(self, prediction: Prediction, image: Image) -> Exchange:
        """Return the messages behind a prediction.

        Parameters
        ----------
        prediction, image
            As for `Predictor.exchange`.
        """
        return self.start().exchange(prediction, image)

    def layers(self, prediction: Prediction, image: Image) -> Network:
        """Send the very tensor of a prediction to the signature of the layers.

        Parameters
        ----------
        prediction, image
            As for `Predictor.layers`.
        """
        return self.start().layers(prediction, image)

    def facts(self) -> ModelFacts:
        """Ask the server for the facts about its model, once it is up."""
        return self.start().facts()

    def read_logits(self, logits: Logits) -> None:
        """Do nothing: the models of this package return confidences."""

    def ask_version(self, version: int) -> None:
        """Ask this version from the next request on."""
        with self.lock:
            self._version = version
            if self._named is not None:
                self._named.ask_version(version)

    def at_version(self, version: int) -> RemotePredictor:
        """Return what asks a version of the model, once the server is up."""
        return self.start().at_version(version)

    def start(self) -> RemotePredictor:
        """Start the server unless it runs, and return once it is up."""
        with self.lock:
            server = self._running_server()
            if self._named is None or self._target != server.target:
                self._target = server.target
                self._named = RemotePredictor(
                    server.target, model=self.model, version=self._version
                )
            return self._named

    def close(self) -> None:
        """Stop the server if no other widget uses it."""
        with self.lock:
            self._users.discard(id(self))
            if not self._users and EmbeddedPredictor._server is not None:
                EmbeddedPredictor._server.stop()
                EmbeddedPredictor._server = None

    def _running_server(self) -> EmbeddedServer:
        server = EmbeddedPredictor._server
        if server is not None and server.is_running:
            return server
        from digits_widget.model_server.embedded import EmbeddedServer  # noqa: PLC0415

        server = EmbeddedServer()
        _start(server, self._announce)
        EmbeddedPredictor._server = server
        return server


ServerPredictor = RemotePredictor | EmbeddedPredictor
"""A predictor that asks a server, which may have several versions of a model."""


def _start(server: EmbeddedServer, announce: Callable[[str], None]) -> None:
    announce(STARTING)
    try:
        server.start()
    finally:
        announce("")


def find_predictor(
    target: str | None,
    *,
    model: str,
    version: int | None,
    announce: Callable[[str], None],
) -> RemotePredictor | EmbeddedPredictor:
    """Return the server at `target`, or at ``DIGITS_SERVER``, or an embedded one.

    ``make lab`` sets that environment variable for every kernel.

    Parameters
    ----------
    target : str or None
        Address of a server.
    model : str
        Name of the model.
    version : int or None
        Version of the model; None is the server's choice.
    announce : callable
        Receives a sentence while a server starts, and an empty text afterwards.
    """
    target = target or os.environ.get("DIGITS_SERVER")
    if target:
        return RemotePredictor(target, model=model, version=version)
    return EmbeddedPredictor(model=model, version=version, announce=announce)
