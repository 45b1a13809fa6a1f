"""`Client`: sends images to a model server, over gRPC or REST, without TensorFlow."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import Self, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digits_widget.errors import (
    OptionError,
    UnsupportedError,
)
from digits_widget.prediction import Prediction
from digits_widget.protocol.metadata import (
    ModelMetadata,
    VersionStatus,
)
from digits_widget.protocol.servable import Servable
from digits_widget.protocol.tensors import Packing
from digits_widget.protocol.wire import Wire
from digits_widget.serving.base_client import BaseClient, Predicted
from digits_widget.serving.call import REQUEST, RESPONSE, Exchange, Outputs
from digits_widget.serving.connection import Connection
from digits_widget.serving.coroutines import run
from digits_widget.serving.examples import Answers, Label, Method, Row
from digits_widget.serving.grpc_transport import GrpcTransport
from digits_widget.serving.input_adapter import (
    check_images,
)
from digits_widget.serving.management import known_models, reload_config
from digits_widget.serving.target import Target
from digits_widget.serving.transport import Transport


class Client(BaseClient):
    """A model on a server, for use by any number of threads.

    The client connects at the first call. Use it as a context manager, or `close`
    it.

    Parameters
    ----------
    target : str
        ``host:port`` of the gRPC interface. For several equivalent servers:
        ``ipv4:10.0.0.1:8500,10.0.0.2:8500`` or ``dns:///name:8500``. With
        ``http://host:8501`` the client uses REST.
    model : str
        The model's name on the server.
    version, label : int, str, optional
        One version, by number or by label. Default: the highest that is ready.
    signature : str, optional
        Default: ``serving_default``, or the only one there is.
    output : str, optional
        The output with the ten confidences. Default: the only one with ten values.
    input : str or TensorSpec, optional
        The input for the image, if the server does not offer GetModelMetadata; give
        `output` as well. A name alone means float32 of shape (-1, 28, 28, 1); for any
        other type or shape, give a `TensorSpec`.
    timeout : float
        Seconds for each call in total, retries included.
    tls : Tls, optional
        Encrypt the connection.
    token : str or callable, optional
        Bearer token for each call, or a function that returns one. It needs `tls`,
        except for a server on this machine.
    max_request_bytes, max_response_bytes : int
        Message limits. The client splits batches to stay under the first.
    max_batch : int
        Most images in one request. TensorFlow Serving with batching accepts 1000.
    packing : {"content", "values"}
        Encoding of tensors: raw memory, or a list of numbers (gRPC only).
    keepalive : float, optional
        Seconds between keepalive pings on an idle connection. Default: no pings.
    wait_for_ready : bool
        True: wait for an absent server until the deadline. False: give up after four
        attempts, within a second.
    logits : {"refuse", "softmax"}
        Treatment of a model that returns logits instead of confidences: raise a
        `LogitsError`, or apply softmax and keep the logits in `Prediction.logits`.

    Raises
    ------
    OptionError
        An option or the address is invalid.

    Examples
    --------
    >>> from digits_widget.serving import Client
    >>> Client("127.0.0.1:8500", model="digits", version=1)
    <Client of model 'digits' version 1 at 127.0.0.1:8500>
    """

    def predict(self, images: ArrayLike, *, timeout: float | None = None) -> Predicted:
        """Ask which digit each image shows.

        Parameters
        ----------
        images : array_like
            (28, 28) or (n, 28, 28) float in [0, 1], 1 is ink. The client reshapes and
            casts them as the model declares, and splits a large batch into several
            requests.
        timeout : float, optional
            Seconds for the whole batch. Default: the client's.

        Returns
        -------
        Prediction or list of Prediction
            One prediction for one image, a list in the same order for a batch.

        Raises
        ------
        ImageError
            The images have another shape or other values.
        ServingError
            The call failed; the subclass says why.
        """
        return run(self._predict(images, self._deadline(timeout)))

    def predict_raw(
        self,
        inputs: Mapping[str, ArrayLike],
        *,
        outputs: Iterable[str] = (),
        timeout: float | None = None,
    ) -> Outputs:
        """Call any model: arrays by name in, arrays by name out.

        Parameters
        ----------
        inputs : mapping of str to array_like
            Arrays by the input names of the signature. The client casts them to the
            declared dtypes if that preserves the kind of number; it rounds to bfloat16
            and one-byte floats.
        outputs : iterable of str
            Names of the outputs to return. Default: all.
        timeout : float, optional
            Seconds. Default: the client's.

        Returns
        -------
        Outputs
            The arrays by name, with `version` and `timing`.

        Raises
        ------
        SignatureError
            The names or kinds of numbers differ from those that the model declares.
        ServingError
            The call failed; the subclass says why.
        """
        return run(self._predict_raw(inputs, outputs, self._deadline(timeout)))

    def capture(self, images: ArrayLike, *, timeout: float | None = None) -> Exchange:
        """Send a few images in one request and keep the bytes of both messages.

        This works over gRPC only.

        Parameters
        ----------
        images : array_like
            (28, 28) or (n, 28, 28) float in [0, 1], 1 is ink.
        timeout : float, optional
            Seconds. Default: the client's.

        Returns
        -------
        Exchange
            Request and response as annotated bytes and as text, and the same call as
            commands to paste.

        Raises
        ------
        UnsupportedError
            The client uses REST.
        OptionError
            The images do not fit in one request.
        """
        self._grpc()
        deadline = self._deadline(timeout)
        with self._named():
            batch = self._batch(run(self._metadata.get(deadline)))
            return run(batch.capture(images, deadline, self.target, self._servable))

    def exchange(self, prediction: Prediction, image: ArrayLike) -> Exchange:
        """Return the request and response behind a prediction, without a new call.

        Parameters
        ----------
        prediction : Prediction
            A prediction that this client returned for one image.
        image : array_like
            That image, (28, 28).

        Raises
        ------
        UnsupportedError
            The client uses REST.
        OptionError
            The prediction was part of a batch and has no messages of its own.
        """
        self._grpc()
        if not prediction.request:
            msg = (
                "Got a prediction without its messages, expected one about a single "
                "image. Use capture() to ask again."
            )
            raise OptionError(msg)
        images = np.array(check_images(image))[np.newaxis]
        images.flags.writeable = False
        return Exchange(
            Wire(REQUEST, prediction.request),
            Wire(RESPONSE, prediction.response),
            (prediction,),
            images,
            self.target,
            self._servable,
        )

    def classify(
        self,
        rows: Sequence[Row],
        *,
        context: Row | None = None,
        timeout: float | None = None,
    ) -> list[list[Label]]:
        """Call Classify: return the labels for each row of named columns.

        Parameters
        ----------
        rows : sequence of mapping
            Values by column. The client sends bools and whole numbers as integers,
            numbers with a point as floats, and text as bytes.
        context : mapping, optional
            Columns that all rows share.
        timeout : float, optional
            Seconds. Default: the client's.

        Returns
        -------
        list of list of Label
            The labels of each row, in the model's order.
        """
        answers = self._infer("classify", rows, context, timeout)
        return cast("list[list[Label]]", answers)

    def regress(
        self,
        rows: Sequence[Row],
        *,
        context: Row | None = None,
        timeout: float | None = None,
    ) -> NDArray[np.float32]:
        """Call Regress: return one number for each row, as (n,) float32.

        Parameters
        ----------
        rows, context, timeout
            As for `classify`.
        """
        answers = self._infer("regress", rows, context, timeout)
        return np.asarray(answers, dtype=np.float32)

    def multi_inference(
        self,
        tasks: Mapping[str, Method],
        rows: Sequence[Row],
        *,
        context: Row | None = None,
        timeout: float | None = None,
    ) -> dict[str, Answers]:
        """Call several signatures on the same rows at once, over gRPC only.

        Parameters
        ----------
        tasks : mapping of str to {"classify", "regress"}
            The method of each signature.
        rows, context, timeout
            As for `classify`.

        Returns
        -------
        dict
            The result of `classify` or `regress` by signature.
        """
        left = self._deadline(timeout).left
        get_hint = self._error_hints.hint
        return self._grpc().multi_infer(
            tasks, rows, context, timeout=left, get_hint=get_hint
        )

    def metadata(self, *, timeout: float | None = None) -> ModelMetadata:
        """Return the model's signatures. Every call asks the server again."""
        return run(self._metadata.refresh(self._deadline(timeout)))

    def status(self, *, timeout: float | None = None) -> tuple[VersionStatus, ...]:
        """Return the state of every version of the model, highest first.

        Raises
        ------
        ModelNotFoundError
            The server does not know the model.
        """
        return run(self._status(self._deadline(timeout)))

    def wait_until_ready(self, timeout: float = 60.0) -> ModelMetadata:
        """Wait until the server runs and the model answers; return its metadata.

        Parameters
        ----------
        timeout : float
            Seconds to wait in total.

        Raises
        ------
        WrongPortError
            Another program listens at the address, so waiting does not help.
        DeadlineError
            The model was not ready in time; the message includes the last error.
        """
        return run(self._wait_until_ready(timeout))

    def models(
        self, *names: str, timeout: float | None = None
    ) -> dict[str, tuple[VersionStatus, ...]]:
        """Return the versions of each known model that the server has.

        TensorFlow Serving has no call that lists its models. The client asks about its
        own model, about `names` and, over REST, about every model on the server's
        metrics page, if the server has one.

        Parameters
        ----------
        *names : str
            Further models to ask about.
        timeout : float, optional
            Seconds. Default: the client's.
        """
        names = (self.model, *names)
        return known_models(self._transport, names, self._deadline(timeout))

    def reload_config(
        self, config: str | Mapping[str, str], *, timeout: float | None = None
    ) -> None:
        """Tell the server to serve these models and no others, over gRPC only.

        Parameters
        ----------
        config : str or mapping of str to str
            The text of a model config file, or base paths by model name.
        timeout : float, optional
            Seconds to wait; the server answers once all new models have loaded.

        Raises
        ------
        OptionError
            The text is not a valid model configuration.
        """
        reload_config(self._grpc(), config, timeout=self._deadline(timeout).left)

    def close(self) -> None:
        """Close the connections and cancel the calls in progress."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _infer(
        self,
        method: Method,
        rows: Sequence[Row],
        context: Row | None,
        timeout: float | None,
    ) -> Answers:
        return self._transport.infer(
            method,
            self._servable.signature or "",
            rows,
            context,
            timeout=self._deadline(timeout).left,
            get_hint=self._error_hints.hint,
        )

    def _grpc(self) -> GrpcTransport:
        if isinstance(self._transport, GrpcTransport):
            return self._transport
        msg = (
            f"Got a question that REST does not have for {self._target}, expected one "
            "over gRPC. Use the address of the gRPC port, without http://."
        )
        raise UnsupportedError(msg, target=self.target, model=self.model)

    def _open(self, packing: Packing) -> tuple[Transport, Transport]:
        self._transport = _transport(
            self._target, self._servable, self._connection, packing
        )
        return self._transport, self._transport

    def _new_turn(self) -> threading.Lock:
        return threading.Lock()

    def _pause(self, seconds: float) -> None:
        time.sleep(seconds)


def _transport(
    target: Target, servable: Servable, connection: Connection, packing: Packing
) -> Transport:
    if not target.is_rest:
        return GrpcTransport(target, servable, connection, packing)
    # Most clients use gRPC and never need HTTP.
    from digits_widget.serving.rest_transport import RestTransport  # noqa: PLC0415

    return RestTransport(target, servable, connection)
