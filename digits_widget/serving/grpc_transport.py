"""`GrpcTransport`: serialises messages and calls the server over gRPC."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import grpc
from google.protobuf.message import DecodeError, EncodeError

from digits_widget.errors import (
    AnswerError,
    DigitsError,
)
from digits_widget.protocol.dtypes import name_of_number
from digits_widget.protocol.messages import (
    ClassificationRequest,
    GetModelMetadataRequest,
    GetModelStatusRequest,
    MultiInferenceRequest,
    PredictRequest,
    PredictResponse,
    Proto,
    RegressionRequest,
    SignatureDefMap,
    message_class,
    service,
)
from digits_widget.protocol.metadata import ModelMetadata, VersionStatus
from digits_widget.protocol.servable import Servable
from digits_widget.protocol.signature import read_signatures
from digits_widget.protocol.tensors import Packing, from_tensor_proto, write_tensor
from digits_widget.serving.call import Call, Outputs
from digits_widget.serving.connection import Connection
from digits_widget.serving.error_hints import (
    closed_error,
    grpc_error,
    too_large_error,
)
from digits_widget.serving.examples import (
    Answers,
    Method,
    Row,
    build_input,
    read_result,
)
from digits_widget.serving.quiet import quietly
from digits_widget.serving.target import Target
from digits_widget.serving.transport import GetHint

_NONE = "classification_result"
"""The field to read from an empty answer: it holds no rows."""


class GrpcTransport:
    """One channel to one server, opened at the first call and shared by all threads."""

    def __init__(
        self,
        target: Target,
        servable: Servable,
        connection: Connection,
        packing: Packing,
    ) -> None:
        self._target = target
        self._servable = servable
        self._limit = connection.max_request_bytes
        self._packing = packing
        self._caller = GrpcCaller(target, servable, connection)

    def encode(self, call: Call) -> bytes:
        """Return a serialised `PredictRequest`."""
        request = PredictRequest(
            model_spec=self._servable.spec(call.signature.name),
            output_filter=call.outputs,
        )
        for name, array in call.inputs.items():
            write_tensor(
                request.inputs[name],
                array,
                dtype=call.dtypes.get(name),
                packing=self._packing,
            )
        return self._serialise(request)

    def decode(self, response: bytes, call: Call) -> Outputs:
        """Return the outputs in a serialised `PredictResponse`.

        Parameters
        ----------
        response, call
            As for `Transport.decode`.
        """
        parsed = self._parse(PredictResponse, response)
        spec = parsed.model_spec
        return Outputs(
            {name: from_tensor_proto(parsed.outputs[name]) for name in parsed.outputs},
            model=spec.name or self._servable.name,
            version=spec.version.value if spec.HasField("version") else None,
            signature=spec.signature_name or call.signature.name,
            dtypes={
                name: name_of_number(parsed.outputs[name].dtype)
                for name in parsed.outputs
            },
        )

    def ask(
        self, request: bytes, *, timeout: float, get_hint: GetHint
    ) -> tuple[bytes, float]:
        """Send a `PredictRequest` and wait for the response.

        Parameters
        ----------
        request, timeout, get_hint
            As for `Transport.ask`.
        """
        return self._caller.ask("Predict", request, timeout, get_hint)

    def send(self, request: bytes, *, timeout: float, get_hint: GetHint) -> GrpcPending:
        """Send a `PredictRequest` without waiting.

        Parameters
        ----------
        request, timeout, get_hint
            As for `Transport.send`.
        """
        return self._caller.send("Predict", request, timeout, get_hint)

    def call(
        self, name: str, request: Proto, *, timeout: float, get_hint: GetHint
    ) -> Proto:
        """Call any of the server's methods; return the response message.

        Parameters
        ----------
        name : str
            The method's name, such as ``GetModelStatus``.
        request : message
            Its request message.
        timeout : float
            Seconds until the call fails.
        get_hint : callable
            Adds a hint to the error of a failed call.
        """
        data, _ = self._caller.ask(name, self._serialise(request), timeout, get_hint)
        return self._parse(message_class(METHODS[name].output_type.full_name), data)

    def metadata(self, *, timeout: float, get_hint: GetHint) -> ModelMetadata:
        """Call GetModelMetadata.

        Parameters
        ----------
        timeout, get_hint
            As for `Transport.metadata`.
        """
        request = GetModelMetadataRequest(
            model_spec=self._servable.spec(), metadata_field=["signature_def"]
        )
        answer = self.call(
            "GetModelMetadata", request, timeout=timeout, get_hint=get_hint
        )
        packed = answer.metadata["signature_def"].value
        spec = answer.model_spec
        return ModelMetadata(
            self._servable.name,
            spec.version.value if spec.HasField("version") else None,
            read_signatures(self._parse(SignatureDefMap, packed).signature_def),
            str(self._target),
        )

    def status(
        self, model: str, *, timeout: float, get_hint: GetHint
    ) -> tuple[VersionStatus, ...]:
        """Call GetModelStatus.

        Parameters
        ----------
        model, timeout, get_hint
            As for `Transport.status`.
        """
        request = GetModelStatusRequest(model_spec=Servable(model).spec())
        answer = self.call(
            "GetModelStatus", request, timeout=timeout, get_hint=get_hint
        )
        return tuple(map(_read_status, answer.model_version_status))

    def infer(
        self,
        method: Method,
        signature: str,
        rows: Sequence[Row],
        context: Row | None,
        *,
        timeout: float,
        get_hint: GetHint,
    ) -> Answers:
        """Call Classify or Regress.

        Parameters
        ----------
        method, signature, rows, context, timeout, get_hint
            As for `Transport.infer`.
        """
        kind = ClassificationRequest if method == "classify" else RegressionRequest
        request = kind(
            model_spec=self._servable.spec(signature), input=build_input(rows, context)
        )
        call = method.capitalize()
        return read_result(
            self.call(call, request, timeout=timeout, get_hint=get_hint).result
        )

    def multi_infer(
        self,
        tasks: Mapping[str, Method],
        rows: Sequence[Row],
        context: Row | None,
        *,
        timeout: float,
        get_hint: GetHint,
    ) -> dict[str, Answers]:
        """Call MultiInference; return the answers by signature.

        Parameters
        ----------
        tasks : mapping of str to {"classify", "regress"}
            The method of each signature.
        rows, context, timeout, get_hint
            As for `Transport.infer`.

        Raises
        ------
        AnswerError
            The server returned more or fewer results than there are tasks.
        """
        request = MultiInferenceRequest(input=build_input(rows, context))
        for signature, method in tasks.items():
            request.tasks.add(
                model_spec=self._servable.spec(signature),
                method_name=f"tensorflow/serving/{method}",
            )
        answer = self.call(
            "MultiInference", request, timeout=timeout, get_hint=get_hint
        )
        if len(answer.results) != len(tasks):
            msg = (
                f"Got {len(answer.results)} answers from {self._target}, expected "
                f"{len(tasks)}. Check what sits between you and the server."
            )
            raise AnswerError(msg, target=str(self._target), model=self._servable.name)
        return {
            signature: read_result(getattr(each, each.WhichOneof("result") or _NONE))
            for signature, each in zip(tasks, answer.results, strict=True)
        }

    def counted_models(self, *, timeout: float) -> set[str]:
        """Return nothing: the server offers metrics over HTTP only."""
        del timeout
        return set()

    def close(self) -> None:
        """Close the channel and cancel the calls in progress."""
        self._caller.close()

    def _serialise(self, request: Proto) -> bytes:
        try:
            data: bytes = request.SerializeToString()
        except EncodeError as exc:  # over 2 GiB
            size = "more than 2 GiB"
            raise too_large_error(
                size, self._limit, self._target, self._servable
            ) from exc
        if len(data) > self._limit:
            size = f"{len(data)} bytes"
            raise too_large_error(size, self._limit, self._target, self._servable)
        return data

    def _parse(self, kind: Proto, data: bytes) -> Proto:
        try:
            return kind.FromString(data)
        except DecodeError as exc:
            msg = (
                f"Got {len(data)} bytes from {self._target} that are no "
                f"{kind.DESCRIPTOR.name}. Check that the address is TensorFlow Serving."
            )
            raise AnswerError(
                msg, target=str(self._target), model=self._servable.name
            ) from exc


def _read_status(status: Proto) -> VersionStatus:
    states = status.DESCRIPTOR.enum_types_by_name["State"].values_by_number
    codes = status.status.DESCRIPTOR.fields_by_name["error_code"].enum_type
    state, code = (
        states.get(status.state),
        codes.values_by_number.get(status.status.error_code),
    )
    return VersionStatus(
        status.version,
        state.name if state else str(status.state),
        code.name if code else str(status.status.error_code),
        status.status.error_message,
    )


METHODS = {
    method.name: method
    for name in ("PredictionService", "ModelService")
    for method in service(name).methods
}
"""Every method of TensorFlow Serving, by its name."""

_Call: TypeAlias = Any
"""A gRPC callable from bytes to bytes; gRPC's type stubs know only messages."""

_Future: TypeAlias = Any
"""The return type of `_Call.future`."""


class GrpcCaller:
    """Makes calls on one channel, which it opens at the first call, for all threads."""

    def __init__(
        self, target: Target, servable: Servable, connection: Connection
    ) -> None:
        self._target = target
        self._servable = servable
        self._connection = connection
        self._lock = threading.Lock()
        self._channel: grpc.Channel | None = None
        self._calls: dict[str, _Call] = {}
        self._closed = False

    def ask(
        self, name: str, request: bytes, timeout: float, get_hint: GetHint
    ) -> tuple[bytes, float]:
        """Call a method and wait; return the response and the seconds it took.

        Parameters
        ----------
        name : str
            The method's name, such as ``Predict``.
        request : bytes
            Its serialised request.
        timeout : float
            Seconds until the call fails.
        get_hint : callable
            Adds a hint to the error of a failed call.

        Raises
        ------
        ServingError
            The call failed; the subclass says why.
        """
        call = self._call(name)
        started = time.perf_counter()
        try:
            response: bytes = call(request, **self._how(timeout))
        except (grpc.RpcError, ValueError) as exc:
            raise self.error(exc, get_hint) from exc
        return response, time.perf_counter() - started

    def send(
        self, name: str, request: bytes, timeout: float, get_hint: GetHint
    ) -> GrpcPending:
        """Call a method without waiting.

        Parameters
        ----------
        name : str
            The method's name, such as ``Predict``.
        request : bytes
            Its serialised request.
        timeout : float
            Seconds until the call fails.
        get_hint : callable
            Adds a hint to the error of a failed call.

        Raises
        ------
        CallCancelledError
            The client is closed.
        """
        call = self._call(name)
        started = time.perf_counter()
        try:
            future = call.future(request, **self._how(timeout))
        except ValueError as exc:  # another thread closed the channel
            raise self.error(exc, get_hint) from exc
        pending = GrpcPending(future, self, get_hint, started)
        future.add_done_callback(pending.note_end)
        return pending

    def close(self) -> None:
        """Close the channel and cancel the calls in progress."""
        with self._lock:
            self._closed = True
            channel, self._channel = self._channel, None
            self._calls.clear()
        if channel is not None:
            channel.close()

    def error(self, exc: Exception, get_hint: GetHint) -> DigitsError:
        """Return our error for an exception of gRPC.

        Parameters
        ----------
        exc : Exception
            The exception of a call, or of a closed channel.
        get_hint : callable
            Adds a hint to the error of a failed call.
        """
        if isinstance(exc, grpc.RpcError):
            return grpc_error(
                exc, self._target, self._servable, self._connection, get_hint
            )
        return closed_error(self._target, self._servable)

    def _how(self, timeout: float) -> dict[str, object]:
        token = self._connection.bearer()
        return {
            "timeout": timeout,
            "metadata": (("authorization", f"Bearer {token}"),) if token else None,
            "wait_for_ready": self._connection.wait_for_ready,
        }

    def _call(self, name: str) -> _Call:
        with self._lock:
            if self._closed:
                raise closed_error(self._target, self._servable)
            if self._channel is None:
                self._channel = _open_channel(self._target, self._connection)
            if name not in self._calls:
                owner = METHODS[name].containing_service.full_name
                self._calls[name] = _open_call(self._channel, f"/{owner}/{name}")
            return self._calls[name]


@dataclass
class GrpcPending:
    """A Predict call in progress."""

    future: _Future
    caller: GrpcCaller
    get_hint: GetHint
    started: float
    seconds: float = 0.0

    def note_end(self, _: _Future) -> None:
        """Note when the response arrived; the caller may wait for others first."""
        self.seconds = time.perf_counter() - self.started

    def result(self) -> tuple[bytes, float]:
        """Wait for the response; return it and the seconds it took.

        Raises
        ------
        ServingError
            The call failed; the subclass says why.
        """
        try:
            response: bytes = self.future.result()
        except (grpc.RpcError, grpc.FutureCancelledError, ValueError) as exc:
            raise self.caller.error(exc, self.get_hint) from exc
        return response, self.seconds or time.perf_counter() - self.started

    def cancel(self) -> None:
        """Cancel the call."""
        self.future.cancel()


def _open_call(channel: Any, path: str) -> _Call:  # noqa: ANN401 - see _Call
    # Bytes in, bytes out, without serialisers, so that sizes and times can be measured.
    return channel.unary_unary(path)


SERVICE_CONFIG = json.dumps(
    {
        # With several addresses this policy spreads the calls evenly and skips servers
        # that are down; with a single address all policies are the same.
        "loadBalancingConfig": [{"round_robin": {}}],
        "methodConfig": [
            {
                "name": [{}],
                "retryPolicy": {
                    "maxAttempts": 4,
                    "initialBackoff": "0.08s",
                    "maxBackoff": "1s",
                    "backoffMultiplier": 2,
                    # Only this status promises that a retry can help. After a missed
                    # deadline or an internal failure it would only add load.
                    "retryableStatusCodes": ["UNAVAILABLE"],
                },
            }
        ],
    }
)
"""Load balancing and retries that gRPC performs within each call's deadline."""


def _open_channel(target: Target, connection: Connection) -> grpc.Channel:
    """Return a channel to `target`. It connects at the first call."""
    options = _options(target, connection)
    with quietly():
        if connection.tls is None:
            return grpc.insecure_channel(target.grpc, options=options)
        ca, key, certificate = connection.tls.read()
        credentials = grpc.ssl_channel_credentials(ca, key, certificate)
        return grpc.secure_channel(target.grpc, credentials, options=options)


def _options(target: Target, connection: Connection) -> list[tuple[str, object]]:
    options: list[tuple[str, object]] = [
        ("grpc.service_config", SERVICE_CONFIG),
        ("grpc.max_send_message_length", connection.max_request_bytes),
        ("grpc.max_receive_message_length", connection.max_response_bytes),
        # gRPC never retries a request that does not fit in this buffer.
        ("grpc.per_rpc_retry_buffer_size", 2 * connection.max_request_bytes),
        # Each client has its own connections, so that one client's failures and
        # waiting times do not affect another.
        ("grpc.use_local_subchannel_pool", 1),
        # By default gRPC reconnects after a second; a server restarts sooner.
        ("grpc.initial_reconnect_backoff_ms", 50),
        ("grpc.max_reconnect_backoff_ms", 1000),
    ]
    if target.is_loopback:
        # A configured proxy must not handle connections within this machine.
        options.append(("grpc.enable_http_proxy", 0))
    if connection.keepalive is not None:
        options += [
            ("grpc.keepalive_time_ms", int(connection.keepalive * 1000)),
            ("grpc.keepalive_permit_without_calls", 1),
        ]
    if connection.tls is not None and connection.tls.server_name is not None:
        options.append(("grpc.ssl_target_name_override", connection.tls.server_name))
    return options
