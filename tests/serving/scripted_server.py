"""A gRPC server whose answers a test writes, to force what a good server never does.

It speaks the project's own messages and needs no TensorFlow. What a good server does is
tested against the real one.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any, Self

import grpc
import numpy as np

from digits_widget.protocol.messages import (
    GetModelMetadataResponse,
    GetModelStatusResponse,
    PredictResponse,
    SignatureDefMap,
    message_class,
    service,
)
from digits_widget.protocol.tensors import from_tensor_proto, to_tensor_proto

Answer = Callable[[Any, grpc.ServicerContext], Any]


def numbered(count: int) -> Any:
    """Return `count` images; image i holds i / count in every pixel."""
    levels = np.arange(count, dtype=np.float32) / count
    return np.broadcast_to(levels[:, None, None], (count, 28, 28))


def ten_of(images: Any) -> Any:
    """Return ten confidences for each image: its first pixel goes to digit 1."""
    first = np.asarray(images, dtype=np.float64).reshape(len(images), -1)[:, 0]
    scores = np.zeros((len(images), 10))
    scores[:, 1] = first
    scores[:, 0] = 1 - first
    return scores.astype(np.float32)


class ScriptedServer:
    """One model, version 1 unless changed, and any answer a test wants."""

    def __init__(
        self,
        *,
        port: int = 0,
        address: str = "",
        input_shape: tuple[int, ...] | None = (-1, 28, 28, 1),
        input_dtype: int = 1,
        answers: Mapping[str, Answer] | None = None,
        credentials: grpc.ServerCredentials | None = None,
        options: list[tuple[str, Any]] | None = None,
        max_bytes: int = -1,
    ) -> None:
        self.version = 1
        self.name = "digits"
        self.input_name = "picture"
        self.output_name = "digit"
        self.input_shape = input_shape
        self.input_dtype = input_dtype
        self.calls: list[tuple[str, Any]] = []
        self.headers: list[dict[str, Any]] = []
        self.answers: dict[str, Answer] = {
            "Predict": self.predict,
            "GetModelMetadata": self.metadata,
            "GetModelStatus": self.status,
            **(answers or {}),
        }
        self._server = grpc.server(
            ThreadPoolExecutor(16),
            options=[
                ("grpc.max_receive_message_length", max_bytes),
                ("grpc.so_reuseport", 0),
                *(options or []),
            ],
        )
        for room in ("PredictionService", "ModelService"):
            methods = {m.name: self._handler(m) for m in service(room).methods}
            self._server.add_generic_rpc_handlers(
                (
                    grpc.method_handlers_generic_handler(
                        f"tensorflow.serving.{room}", methods
                    ),
                )
            )
        where = address or f"127.0.0.1:{port}"
        self.host = where.rpartition(":")[0]
        if credentials is None:
            self.port = self._server.add_insecure_port(where)
        else:
            self.port = self._server.add_secure_port(where, credentials)

    @property
    def target(self) -> str:
        return f"{self.host}:{self.port}"

    def count(self, name: str) -> int:
        """Return how often a call was made."""
        return sum(call == name for call, _ in self.calls)

    def start(self) -> Self:
        self._server.start()
        return self

    def stop(self) -> None:
        self._server.stop(None).wait()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def predict(self, request: Any, context: grpc.ServicerContext) -> Any:
        if self.input_name not in request.inputs:
            context.abort(
                grpc.StatusCode.INVALID_ARGUMENT,
                "input size does not match signature",
            )
        images = from_tensor_proto(request.inputs[self.input_name])
        response = PredictResponse()
        response.outputs[self.output_name].CopyFrom(
            to_tensor_proto(ten_of(images), packing="values")
        )
        self.sign(response.model_spec)
        response.model_spec.signature_name = "serving_default"
        return response

    def metadata(self, _request: Any, _context: grpc.ServicerContext) -> Any:
        signatures = SignatureDefMap()
        signature = signatures.signature_def["serving_default"]
        info = signature.inputs[self.input_name]
        info.name, info.dtype = "serving_default_picture:0", self.input_dtype
        if self.input_shape is None:
            info.tensor_shape.unknown_rank = True
        for size in self.input_shape or ():
            info.tensor_shape.dim.add(size=size)
        output = signature.outputs[self.output_name]
        output.name, output.dtype = "StatefulPartitionedCall:0", 1
        output.tensor_shape.dim.add(size=-1)
        output.tensor_shape.dim.add(size=10)
        signature.method_name = "tensorflow/serving/predict"
        response = GetModelMetadataResponse()
        self.sign(response.model_spec)
        response.metadata["signature_def"].value = signatures.SerializeToString()
        return response

    def status(self, _request: Any, _context: grpc.ServicerContext) -> Any:
        response = GetModelStatusResponse()
        entry = response.model_version_status.add(version=self.version, state=30)
        entry.status.SetInParent()
        return response

    def sign(self, spec: Any) -> None:
        """Write which model answered."""
        spec.name = self.name
        spec.version.value = self.version

    def _handler(self, method: Any) -> grpc.RpcMethodHandler[Any, Any]:
        def handle(request: Any, context: grpc.ServicerContext) -> Any:
            self.calls.append((method.name, request))
            self.headers.append(dict(context.invocation_metadata()))
            answer = self.answers.get(method.name)
            if answer is None:
                context.abort(grpc.StatusCode.UNIMPLEMENTED, "not scripted")
            return answer(request, context)

        return grpc.unary_unary_rpc_method_handler(
            handle,
            request_deserializer=message_class(method.input_type.full_name).FromString,
            response_serializer=lambda answer: (
                answer if isinstance(answer, bytes) else answer.SerializeToString()
            ),
        )


def refuse(code: grpc.StatusCode, details: str) -> Answer:
    """Return an answer that is an error."""

    def answer(_request: Any, context: grpc.ServicerContext) -> Any:
        context.abort(code, details)

    return answer


if __name__ == "__main__":
    # For tests that need a server to die as processes do.
    with ScriptedServer(address=sys.argv[1]) as alone:
        # Which of several answered is seen by the name of its model.
        alone.name = alone.host
        sys.stdout.write(f"{alone.target}\n")
        sys.stdout.flush()
        sys.stdin.read()
