"""Answers that a good server never gives: our errors, in time, and no memory lost."""

from __future__ import annotations

import contextlib
import json
import resource
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from digits_widget.errors import (
    AnswerError,
    DeadlineError,
    ImageError,
    ModelShapeError,
    NotConfidencesError,
    NotTenError,
    ServingError,
    TooLargeError,
)
from digits_widget.protocol.messages import PredictResponse, TensorProto
from digits_widget.protocol.tensors import from_tensor_proto, to_tensor_proto
from digits_widget.serving import Client
from tests.serving.scripted_server import ScriptedServer
from tests.serving.test_rest_client import METADATA, good, web

IMAGE = np.zeros((28, 28), np.float32)
TEN = np.full((1, 10), 0.1)


def giving(proto: Any) -> Callable[[Any, Any], Any]:
    """Return an answer of this one tensor."""

    def answer(_request: Any, _context: Any) -> Any:
        response = PredictResponse()
        response.outputs["digit"].CopyFrom(proto)
        return response

    return answer


def claiming(dtype: int, *sizes: int, **values: Any) -> Any:
    """Return a tensor that claims a shape, whatever values it has."""
    proto = TensorProto(dtype=dtype, **values)
    for size in sizes:
        proto.tensor_shape.dim.add(size=size)
    return proto


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (np.array([[b"three"]], object), "text"),
        (np.array([b"three"], object), "text"),
        (np.full((1, 10), b"0.1", object), "text"),
        (np.full((1, 10), 0.1 + 1j), "complex numbers"),
        (np.eye(10)[:1].astype(bool), "true and false"),
        (np.eye(10)[:1].astype(np.int64), "whole numbers"),
        (np.array([3]), "whole numbers"),
        (np.float32(0.1), r"shape \(\)"),
        (TEN[0], r"shape \(10,\)"),
        (TEN[None], r"shape \(1, 1, 10\)"),
        (np.full((1, 9), 1 / 9), r"shape \(1, 9\)"),
        (np.zeros((0, 10)), "0 answers for 1 images"),
        (np.full((2, 10), 0.1), "2 answers for 1 images"),
        (np.full((1, 10), np.nan), "nan"),
        (np.full((1, 10), np.inf), "inf"),
        (np.full((1, 10), 1.7e308), "between 0 and 1"),
    ],
)
def test_an_answer_that_is_not_ten_confidences_says_what_it_is(
    scripted: ScriptedServer, array: Any, said: str
) -> None:
    scripted.answers["Predict"] = giving(to_tensor_proto(array))
    with Client(scripted.target) as client:
        with pytest.raises(AnswerError, match=said) as caught:
            client.predict(IMAGE)
        read = client.predict_raw({"picture": [IMAGE]})["digit"]
    assert (
        read.tobytes() == np.asarray(array).tobytes() or read.tolist() == array.tolist()
    )
    if isinstance(caught.value, NotTenError):
        assert "predict_raw({'picture': …})" in str(caught.value)
    assert (caught.value.target, caught.value.model) == (scripted.target, "digits")


@pytest.mark.parametrize(
    ("dtype", "off"),
    [
        ("DT_BFLOAT16", 0.012),
        ("DT_HALF", 0.0015),
        ("DT_FLOAT", 0.0009),
        ("DT_DOUBLE", 0.0009),
    ],
)
@pytest.mark.parametrize("packing", ["content", "values"])
def test_a_sum_is_judged_by_the_precision_of_the_type_that_answered(
    scripted: ScriptedServer, dtype: str, off: float, packing: Any
) -> None:
    def answer(share: float) -> None:
        scores = np.zeros((1, 10))
        scores[0, :2] = 0.5, share
        scripted.answers["Predict"] = giving(
            to_tensor_proto(scores, dtype=dtype, packing=packing)
        )

    with Client(scripted.target) as client:
        for share in (0.5 - off, 0.5 + off):
            answer(share)
            assert client.predict(IMAGE).confidences.sum() == pytest.approx(
                1, abs=1e-15
            )
        answer(0.5 - 2 * off)
        with pytest.raises(NotConfidencesError):
            client.predict(IMAGE)


def test_a_softmax_in_bfloat16_is_always_taken(scripted: ScriptedServer) -> None:
    ml_dtypes = pytest.importorskip("ml_dtypes")
    rng = np.random.default_rng(3)
    logits = rng.normal(0, 3, (500, 10)).astype(ml_dtypes.bfloat16)
    powers = np.exp(logits)
    scores = powers / powers.sum(axis=1, keepdims=True, dtype=np.float32).astype(
        ml_dtypes.bfloat16
    )
    assert abs(scores.astype(np.float64).sum(axis=1) - 1).max() > 0.001
    scripted.answers["Predict"] = giving(to_tensor_proto(scores))
    with Client(scripted.target) as client:
        predictions = client.predict(np.zeros((500, 28, 28)))
    assert [p.label for p in predictions] == scores.astype("f4").argmax(axis=1).tolist()


FLOAT, STRING, BFLOAT16 = 1, 7, 14


@pytest.mark.parametrize(
    "proto",
    [
        TensorProto(
            dtype=FLOAT, tensor_shape={"unknown_rank": True}, float_val=[0.1] * 10
        ),
        claiming(FLOAT, -1, 10, float_val=[0.1] * 10),
        claiming(FLOAT, 1, -(1 << 63), float_val=[0.1]),
        claiming(FLOAT, 1 << 62, 1 << 62, float_val=[0.1]),
        claiming(FLOAT, 0, 1 << 62, 1 << 62),
        claiming(FLOAT, *[1] * 200, float_val=[0.1]),
        claiming(FLOAT, 1 << 26, 2, float_val=[0.1, 0.2]),
        claiming(STRING, 1 << 27, string_val=[b"a", b"b"]),
        claiming(BFLOAT16, 1 << 27, half_val=[1, 2]),
        claiming(FLOAT, 1 << 40, tensor_content=b"1234"),
        claiming(STRING, 1 << 40, tensor_content=b"1234"),
    ],
)
def test_a_tensor_that_is_less_than_it_claims_costs_no_memory(
    scripted: ScriptedServer, proto: Any
) -> None:
    with limited_memory(), pytest.raises(AnswerError, match=r"^Got .*, expected"):
        from_tensor_proto(proto)
    scripted.answers["Predict"] = giving(proto)
    with Client(scripted.target) as client:
        for ask in (
            client.predict,
            lambda image: client.predict_raw({"picture": image}),
        ):
            with pytest.raises(AnswerError):
                ask(IMAGE)


def test_one_value_for_a_large_shape_costs_one_value() -> None:
    for dtype, values in ((FLOAT, {"float_val": [1]}), (BFLOAT16, {"half_val": [1]})):
        with limited_memory():
            array = from_tensor_proto(claiming(dtype, 1 << 13, 1 << 14, **values))
        assert array.shape == (1 << 13, 1 << 14)


@contextlib.contextmanager
def limited_memory(more: int = 400 << 20) -> Iterator[None]:
    """Let this process have no more than so many bytes more meanwhile."""
    with open("/proc/self/statm") as file:  # noqa: PTH123 - not a file on a disk
        used = int(file.read().split()[0]) * resource.getpagesize()
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (used + more, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


@pytest.mark.parametrize("declared", [1_000_000, 1 << 40, (1 << 63) - 1])
def test_a_declared_batch_beyond_the_limit_is_refused_before_it_is_made(
    scripted: ScriptedServer, declared: int
) -> None:
    scripted.input_shape = (declared, 28, 28)
    with Client(scripted.target) as client:
        client.metadata()
        with limited_memory(), pytest.raises(TooLargeError, match="exactly") as caught:
            client.predict(IMAGE)
    assert scripted.count("Predict") == 0
    assert caught.value.target == scripted.target


@pytest.mark.parametrize("shape", [(0, 28, 28), (-7, 28, 28), (1 << 62, 1 << 62)])
def test_declared_shapes_that_make_no_sense_are_refused_or_understood(
    scripted: ScriptedServer, shape: tuple[int, ...]
) -> None:
    scripted.input_shape = shape
    with Client(scripted.target) as client:
        if shape[0] < 0:
            assert client.predict(IMAGE).label == 0
        else:
            with pytest.raises(ModelShapeError):
                client.predict(IMAGE)


def test_arrays_beyond_the_limit_are_refused_before_they_are_copied(
    scripted: ScriptedServer,
) -> None:
    large = np.broadcast_to(np.float64(0.5), (1 << 20, 28, 28, 1))
    with Client(scripted.target) as client:
        client.metadata()
        with limited_memory(), pytest.raises(TooLargeError, match="max_request_bytes"):
            client.predict_raw({"picture": large})


def test_images_of_different_sizes_are_no_batch(scripted: ScriptedServer) -> None:
    with (
        Client(scripted.target) as client,
        pytest.raises(ImageError, match="same size"),
    ):
        client.predict([np.zeros((28, 28)), np.zeros((27, 28))])


DEEP = b'{"outputs": ' + b"[" * 900 + b"]" * 900 + b"}"
HUGE = b'{"outputs": [[1' + b"0" * 400 + b", 0, 0, 0, 0, 0, 0, 0, 0, 0]]}"


@pytest.mark.parametrize(
    "body",
    [
        DEEP,
        HUGE,
        HUGE.replace(b"0" * 400, b"0" * 5000),
        b'{"outputs": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}",
        b'{"outputs": [[' + b"1e400, " * 9 + b"0]]}",
        b'{"outputs": [[NaN, 0, 0, 0, 0, 0, 0, 0, 0, 1]]}',
        b'{"outputs": null}',
        b'{"outputs": "three"}',
        b'{"outputs": [["a", "b"]]}',
        b'{"outputs": [[{"b64": "not base64"}]]}',
        b'{"outputs": {"other": 1}}',
        b"null",
        b"3",
        b"\xff\xfe",
    ],
)
@pytest.mark.parametrize("dtype", ["DT_FLOAT", "DT_STRING", "DT_INT64", "DT_BOOL"])
def test_json_that_is_no_answer_has_an_error_of_ours(body: bytes, dtype: str) -> None:
    page = json.loads(json.dumps(METADATA))
    signature = page["metadata"]["signature_def"]["signature_def"]["serving_default"]
    signature["outputs"]["digit"]["dtype"] = dtype

    def respond(path: str, asked: bytes) -> tuple[int, bytes]:
        if path.endswith("/metadata"):
            return 200, json.dumps(page).encode()
        return (200, body) if asked else good(path, asked)

    with web(respond) as (target, _), Client(target) as client:
        with pytest.raises(ServingError, match="expected"):
            client.predict(IMAGE)
        with contextlib.suppress(ServingError):
            client.predict_raw({"picture": [IMAGE]})


@pytest.mark.parametrize(
    "page",
    [
        b"[]",
        b'{"model_version_status": 3}',
        b'{"model_version_status": [3]}',
        b'{"model_version_status": [{}]}',
        b'{"model_version_status": [{"version": "x"}]}',
        b'{"model_version_status": [{"version": "1", "status": []}]}',
        b'{"model_version_status": [{"version": "' + b"9" * 5000 + b'"}]}',
        b'{"results": 3}',
        b'{"results": [[3]]}',
        b'{"results": [[["a", 1' + b"0" * 400 + b"]]]}",
        b'{"results": {"a": 1}}',
        b'{"model_spec": {"version": "x"}, "metadata": {"signature_def": {}}}',
        b'{"model_spec": {"version": "1"}, "metadata": {"signature_def": 3}}',
        b'{"model_spec": {"version": "1"}, "metadata": {"signature_def": '
        + b'{"signature_def":' * 200
        + b"{}"
        + b"}" * 200
        + b"}}",
        DEEP,
    ],
)
def test_pages_that_say_something_else_have_errors_of_ours(page: bytes) -> None:
    with web(lambda *_: (200, page)) as (target, _), Client(target) as client:
        row, refused = [{"x": 1.0}], 0
        for ask in (
            client.metadata,
            client.status,
            client.models,
            lambda: client.classify(row),
            lambda: client.regress(row),
        ):
            try:
                ask()
            except AnswerError:
                refused += 1
    assert refused >= 2  # no page suits them all


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@contextlib.contextmanager
def trickling(head: bytes, byte: bytes) -> Iterator[str]:
    """Serve `head`, and then a byte now and then, until the client hangs up."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while not over.is_set():
                with contextlib.suppress(OSError):
                    _trickle(listener.accept()[0], head, byte, over)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        over.set()
        with (
            contextlib.suppress(OSError),
            socket.create_connection(listener.getsockname(), 5),
        ):
            pass
        thread.join(30)


def _trickle(
    connection: socket.socket, head: bytes, byte: bytes, over: threading.Event
) -> None:
    with connection:
        connection.sendall(head)
        while not over.wait(0.05):
            connection.sendall(byte)


@pytest.mark.parametrize(
    ("head", "byte"),
    [
        (b"HTTP/1.1 2", b"0"),
        (HEAD, b"X: y\r\n"),
        (HEAD + b"X: ", b"y"),
        (HEAD + b"Content-Length: 100000\r\n\r\n", b" "),
        (HEAD + b"\r\n", b" "),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"0"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n9999;", b"x"),
    ],
)
def test_a_server_that_trickles_is_left_at_the_deadline(
    head: bytes, byte: bytes
) -> None:
    with trickling(head, byte) as target, Client(target) as client:
        started = time.monotonic()
        with pytest.raises(DeadlineError):
            client.metadata(timeout=0.5)
        assert time.monotonic() - started < 10  # it would never end by itself


def test_an_answer_that_says_it_is_too_large_is_not_read() -> None:
    head = HEAD + b"Content-Length: 99999999999\r\n\r\n"
    with (
        trickling(head, b" ") as target,
        Client(target) as client,
        pytest.raises(TooLargeError, match="max_response_bytes"),
    ):
        client.metadata(timeout=30)
