"""`Client`: asks a model server about images, over gRPC or REST, without TensorFlow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeAlias, get_args

from numpy.typing import ArrayLike

from digits_widget.errors import AnswerError, OptionError
from digits_widget.logits import Logits
from digits_widget.serving.batches import Batch
from digits_widget.serving.connection import MIB, Connection, Tls
from digits_widget.serving.exchange import Exchange, exchange
from digits_widget.serving.fitting import Fit, check_images, fit
from digits_widget.serving.metadata import ModelMetadata
from digits_widget.serving.question import Outputs
from digits_widget.serving.raw import ask_raw, raw_question
from digits_widget.serving.rows import Rows
from digits_widget.serving.servable import Servable
from digits_widget.serving.target import Target
from digits_widget.serving.tensors import Packing

Predicted: TypeAlias = Any
"""A `Prediction` for one image, a list of them for a batch. The number of dimensions of
an array is nothing that a type checker sees."""


class Client(Rows):
    """A model on a server, to be asked from any number of threads.

    Nothing is sent before the first question. Use it as a context manager, or `close`
    it.

    Parameters
    ----------
    target : str
        ``host:port`` of the gRPC interface. Several servers that do the same work:
        ``ipv4:10.0.0.1:8500,10.0.0.2:8500`` or ``dns:///name:8500``. With
        ``http://host:8501`` the same questions go over REST.
    model : str
        The model's name on the server.
    version, label : int, str, optional
        One version, by number or by label. Default: the highest that is ready.
    signature : str, optional
        Default: ``serving_default``, or the only one there is.
    output : str, optional
        The output with the ten confidences. Default: the only one that can be it.
    timeout : float
        Seconds that a question may take in all, retries included.
    tls : Tls, optional
        Encrypt the connection.
    token : str or callable, optional
        Bearer token for each call, or a function that gives one. Needs `tls`, except on
        this machine.
    max_request_bytes, max_response_bytes : int
        Message limits. Batches are split to stay under the first.
    max_batch : int
        Most images in one request. A server that batches by itself takes 1000.
    packing : {"content", "values"}
        How tensors are written: as memory, or as a list of numbers (gRPC only).
    keepalive : float, optional
        Seconds between signs of life on an idle connection. Default: none.
    wait_for_ready : bool
        True: wait for an absent server until the deadline. False: give up after four
        attempts, in less than a second.
    logits : {"refuse", "softmax"}
        What becomes of an answer that is logits, not confidences: a `LogitsError`, or
        its softmax, with the logits beside it in `Prediction.logits`.

    Raises
    ------
    OptionError
        An option, or an address, that makes no sense.

    Examples
    --------
    >>> from digits_widget.serving import Client
    >>> Client("127.0.0.1:8500", model="digits", version=1)
    <Client of model 'digits' version 1 at 127.0.0.1:8500>
    """

    def __init__(
        self,
        target: str = "127.0.0.1:8500",
        *,
        model: str = "digits",
        version: int | None = None,
        label: str | None = None,
        signature: str | None = None,
        output: str | None = None,
        timeout: float = 10.0,
        tls: Tls | None = None,
        token: str | Callable[[], str] | None = None,
        max_request_bytes: int = 4 * MIB,
        max_response_bytes: int = 64 * MIB,
        max_batch: int = 1000,
        packing: Packing = "content",
        keepalive: float | None = None,
        wait_for_ready: bool = False,
        logits: Logits = "refuse",
    ) -> None:
        if logits not in get_args(Logits):
            msg = f"Got logits={logits!r}, expected 'refuse' or 'softmax'."
            raise OptionError(msg)
        if max_batch < 1:
            msg = f"Got max_batch={max_batch}, expected one image in a request or more."
            raise OptionError(msg)
        super().__init__(
            Target(target),
            Servable(model, version, label, signature),
            Connection(
                tls,
                token,
                max_request_bytes,
                max_response_bytes,
                keepalive,
                wait_for_ready,
            ),
            timeout=timeout,
            packing=packing,
        )
        self._output = output
        self._max_batch = max_batch
        self._logits = logits
        self._last_fit: tuple[ModelMetadata, Fit] | None = None

    def predict(self, images: ArrayLike, *, timeout: float | None = None) -> Predicted:
        """Ask which digit each image shows.

        Parameters
        ----------
        images : array_like
            (28, 28) or (n, 28, 28) float in [0, 1], 1 is ink. Reshaped and cast to what
            the model declares; a large batch goes as several requests at once.
        timeout : float, optional
            Seconds for all of it. Default: the client's.

        Returns
        -------
        Prediction or list of Prediction
            One for one image, a list in the same order for a batch.

        Raises
        ------
        ImageError
            Not images as described.
        ServingError
            No use could be made of the server; the subclass says why.
        """
        checked = check_images(images)
        deadline = self._deadline(timeout)
        batch = checked.reshape(-1, *checked.shape[-2:])
        if not len(batch):
            return []
        with self._named():
            predictions = self._declared.attempt(
                lambda metadata: self._batch(metadata).predict(batch, deadline),
                deadline,
            )
        self._declared.note(predictions[-1].version)
        return predictions if checked.ndim == 3 else predictions[0]

    def predict_raw(
        self,
        inputs: Mapping[str, ArrayLike],
        *,
        outputs: Iterable[str] = (),
        timeout: float | None = None,
    ) -> Outputs:
        """Ask any model: arrays by name in, arrays by name out.

        Parameters
        ----------
        inputs : mapping of str to array_like
            By the names that the signature declares. Cast to its dtypes where that does
            not change what the numbers are; bfloat16 and one-byte floats are rounded.
        outputs : iterable of str
            Names of the outputs wanted. Default: all.
        timeout : float, optional
            Seconds. Default: the client's.

        Returns
        -------
        Outputs
            A mapping, with `version` and `timing`.

        Raises
        ------
        SignatureError
            Other names or kinds of numbers than the model declares.
        ServingError
            No use could be made of the server; the subclass says why.
        """
        deadline = self._deadline(timeout)
        answer = self._declared.attempt(
            lambda metadata: ask_raw(
                self._transport,
                raw_question(metadata, self._servable.signature, inputs, outputs),
                deadline,
                self._know.tell,
            ),
            deadline,
        )
        self._declared.note(answer.version)
        return answer

    def capture(self, images: ArrayLike, *, timeout: float | None = None) -> Exchange:
        """Ask about a few images in one request, and keep the bytes of both messages.

        Takes what `predict` takes. Over gRPC only.

        Returns
        -------
        Exchange
            Request and response as annotated bytes and as text, and the same question
            as commands to paste.

        Raises
        ------
        UnsupportedError
            This client speaks REST.
        OptionError
            More images than one request takes.
        """
        self._grpc()
        deadline = self._deadline(timeout)
        batch = self._batch(self._declared.get(deadline))
        with self._named():
            return exchange(batch, images, deadline, self.target, self._servable)

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Say whose answer was no use: where it is read, nobody knows."""
        try:
            yield
        except AnswerError as exc:
            exc.target, exc.model = self.target, self.model
            raise

    def _batch(self, metadata: ModelMetadata) -> Batch:
        last = self._last_fit  # one reading: threads may replace it meanwhile
        if last is None or last[0] is not metadata:
            found = fit(metadata, self._servable.signature, self._output)
            self._last_fit = last = (metadata, found)
        return Batch(
            self._transport,
            self._know.tell,
            last[1],
            self._max_batch,
            self._connection.max_request_bytes,
            self._logits,
        )
