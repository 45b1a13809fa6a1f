"""SavedModels made for the tests, and one server that has them all."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import (
    model_service_pb2_grpc,
    prediction_service_pb2_grpc,
)

from digits_widget.model_server.embedded import EmbeddedServer

DTYPES = (
    *("half", "bfloat16", "float32", "float64", "bool", "complex64", "complex128"),
    *("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    *("qint8", "quint8", "qint16", "quint16", "qint32"),
)


def export_half_plus(path: Path, *, add: float = 2.0) -> None:
    """Export y = x / 2 + add the way TensorFlow 1 did, with Classify and Regress."""
    v1 = tf.compat.v1
    with v1.Graph().as_default(), v1.Session() as session:
        half = v1.get_variable("a", initializer=0.5, use_resource=False)
        more = v1.get_variable("b", initializer=float(add), use_resource=True)
        examples = v1.placeholder(tf.string, [None], name="tf_example")
        spec = {"x": tf.io.FixedLenFeature([1], tf.float32)}
        parsed = v1.parse_example(examples, spec)
        x = tf.identity(parsed["x"], name="x")
        y = tf.add(tf.multiply(half, x), more, name="y")
        session.run(v1.global_variables_initializer())
        build = v1.saved_model.build_signature_def
        info = v1.saved_model.build_tensor_info
        prefix = "tensorflow/serving/"
        signatures = {
            "serving_default": build(
                {"x": info(x)}, {"y": info(y)}, prefix + "predict"
            ),
            # The tensor of such a variable is of a type of its own, a reference.
            "variable": build({"x": info(x)}, {"a": info(half)}, prefix + "predict"),
            "classify_x_to_y": build(
                {"inputs": info(examples)}, {"scores": info(y)}, prefix + "classify"
            ),
            "regress_x_to_y": build(
                {"inputs": info(examples)}, {"outputs": info(y)}, prefix + "regress"
            ),
        }
        builder = v1.saved_model.builder.SavedModelBuilder(str(path))
        builder.add_meta_graph_and_variables(
            session, ["serve"], signature_def_map=signatures
        )
        builder.save()


class _Zoo(tf.Module):  # type: ignore[misc]
    """Many small signatures: one for each thing that can happen."""

    def signatures(self) -> dict[str, Any]:
        spec = tf.TensorSpec
        found = {
            f"same_{dtype}": self._make(lambda x: {"y": x}, x=spec(None, dtype))
            for dtype in DTYPES
        }
        number = spec([None], tf.float32)
        whole = spec([None], tf.int32)
        text = spec([None], tf.string)
        return {
            **found,
            "serving_default": self._make(
                lambda x: {"y": tf.matmul(x, [[1.0], [10.0]])},
                x=spec([None, 2], tf.float32),
            ),
            "two": self._make(
                lambda a, b: {"sum": a + b, "product": a * b}, a=number, b=number
            ),
            "text": self._make(
                lambda s: {"same": s, "raw_bytes": tf.strings.join([s, "!"])}, s=text
            ),
            "scalar": self._make(lambda x: {"y": tf.reduce_sum(x)}, x=number),
            "uneven": self._make(lambda x: {"all": x, "head": x[:1]}, x=number),
            "divide": self._make(lambda a, b: {"y": a // b}, a=whole, b=whole),
            "parse": self._make(lambda s: {"y": tf.strings.to_number(s)}, s=text),
            "classes": self._make(self._classes, inputs=text),
            "no_input": self._make(lambda: {"y": tf.constant([1.0])}),
            "spin": self._make(self._spin, x=number),
            "image": self._make(
                lambda x: {"y": tf.nn.conv2d(x, tf.ones([3, 3, 1, 2]), 1, "VALID")},
                x=spec(None, tf.float32),
            ),
        }

    @staticmethod
    def _make(body: Callable[..., Any], **inputs: Any) -> Any:
        named = {key: tf.TensorSpec(v.shape, v.dtype, key) for key, v in inputs.items()}
        return tf.function(body).get_concrete_function(**named)

    @staticmethod
    def _classes(inputs: Any) -> dict[str, Any]:
        scores = tf.io.parse_example(
            inputs, {"x": tf.io.FixedLenFeature([2], tf.float32)}
        )["x"]
        labels = tf.tile([["a", "b"]], [tf.shape(scores)[0], 1])
        return {"classes": labels, "scores": scores}

    @staticmethod
    def _spin(x: Any) -> dict[str, Any]:
        loops = tf.while_loop(lambda i: i < 2e9, lambda i: [i + 1.0 + x[0] * 0], [0.0])
        return {"y": tf.reshape(loops[0], [1])}


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the base paths ``half_plus_two`` and ``zoo``."""
    folder = tmp_path_factory.mktemp("models")
    export_half_plus(folder / "half_plus_two" / "00000123")
    zoo = _Zoo()
    tf.saved_model.save(zoo, str(folder / "zoo" / "7"), signatures=zoo.signatures())
    return folder


@pytest.fixture(scope="session")
def half_plus() -> Callable[..., None]:
    """Return the function that exports y = x / 2 + add."""
    return export_half_plus


@pytest.fixture(scope="session")
def server(
    models: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[EmbeddedServer]:
    """Serve both models, with the metrics page and a Unix socket."""
    folder = tmp_path_factory.mktemp("config")
    config = folder / "models.txt"
    config.write_text(
        "model_config_list {\n"
        + "".join(
            f'config {{ name: "{name}" base_path: "{models / name}" '
            'model_platform: "tensorflow" }\n'
            for name in ("half_plus_two", "zoo")
        )
        + "}\n"
    )
    monitoring = folder / "monitoring.txt"
    monitoring.write_text("prometheus_config { enable: true }\n")
    flags = [
        f"--model_config_file={config}",
        f"--monitoring_config_file={monitoring}",
        f"--grpc_socket_path={folder / 'socket'}",
        "--rest_api_timeout_in_ms=3000",
        "--max_num_load_retries=0",
    ]
    with EmbeddedServer(models / "zoo", flags=flags) as running:
        yield running


class Wire:
    """The official stubs, and REST, on one server."""

    def __init__(self, running: EmbeddedServer) -> None:
        self.server = running
        self.channel = grpc.insecure_channel(
            running.target, [("grpc.max_receive_message_length", -1)]
        )
        self.prediction = prediction_service_pb2_grpc.PredictionServiceStub(
            self.channel
        )
        self.model = model_service_pb2_grpc.ModelServiceStub(self.channel)

    def rest(
        self, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        """POST `body` if there is one, else GET; give status and JSON or bytes."""
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310
            self.server.rest_url + path, data, headers or {}
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                status, raw = answer.status, answer.read()
        except urllib.error.HTTPError as exc:
            with exc:
                status, raw = exc.code, exc.read()
        try:
            return status, json.loads(raw)
        except ValueError:
            return status, raw


@pytest.fixture(scope="session")
def wire(server: EmbeddedServer) -> Iterator[Wire]:
    """Return the stubs and REST on the server that has both models."""
    connected = Wire(server)
    yield connected
    connected.channel.close()


@pytest.fixture(scope="session")
def connect() -> Iterator[Callable[[EmbeddedServer], Wire]]:
    """Return a function that connects to a server of the test's own."""
    opened: list[Wire] = []

    def connected(running: EmbeddedServer) -> Wire:
        opened.append(Wire(running))
        return opened[-1]

    yield connected
    for each in opened:
        each.channel.close()


def tensor(values: Any, dtype: Any = np.float32) -> Any:
    """Write a TensorProto with TensorFlow's own function."""
    return tf.make_tensor_proto(np.asarray(values, dtype))


@pytest.fixture(scope="session")
def proto() -> Callable[..., Any]:
    """Return the function that writes a TensorProto."""
    return tensor
