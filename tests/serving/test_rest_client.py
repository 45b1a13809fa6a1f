"""The same questions over REST: against the real server, and against forced faults."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import grpc
import numpy as np
import pytest

from digits_widget.errors import (
    AccessError,
    AnswerError,
    CallCancelledError,
    DeadlineError,
    ModelNotFoundError,
    RequestRefusedError,
    ServerAbsentError,
    ServerFailureError,
    ServerUnavailableError,
    ServingError,
    SignatureError,
    TooLargeError,
    UnsupportedError,
    WrongPortError,
)
from digits_widget.serving import Client
from digits_widget.serving.http_calls import CODES
from tests.serving.scripted_server import ScriptedServer, numbered, ten_of

if TYPE_CHECKING:
    from digits_widget.model_server.embedded import EmbeddedServer

Respond = Callable[[str, bytes], tuple[int, bytes]]

METADATA = {
    "model_spec": {"name": "digits", "signature_name": "", "version": "1"},
    "metadata": {
        "signature_def": {
            "signature_def": {
                "serving_default": {
                    "inputs": {
                        "picture": {
                            "dtype": "DT_FLOAT",
                            "name": "p:0",
                            "tensor_shape": {
                                "dim": [
                                    {"size": "-1", "name": ""},
                                    {"size": "28", "name": ""},
                                    {"size": "28", "name": ""},
                                ],
                                "unknown_rank": False,
                            },
                        }
                    },
                    "outputs": {
                        "digit": {
                            "dtype": "DT_FLOAT",
                            "name": "d:0",
                            "tensor_shape": {"dim": [], "unknown_rank": True},
                        }
                    },
                    "method_name": "tensorflow/serving/predict",
                    "defaults": {},
                    "heard_of_later": 1,
                }
            }
        }
    },
}


def good(path: str, body: bytes) -> tuple[int, bytes]:
    """Answer as a good server of one model does."""
    if path.endswith("/metadata"):
        return 200, json.dumps(METADATA).encode()
    images = np.asarray(json.loads(body)["inputs"]["picture"])
    return 200, json.dumps({"outputs": ten_of(images).tolist()}).encode()


@contextlib.contextmanager
def web(respond: Respond, *, close: bool = False) -> Iterator[tuple[str, list[Any]]]:
    """Serve what `respond` says; give the address and a list of what was asked."""
    asked: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            self._reply(b"")

        def do_POST(self) -> None:
            self._reply(self.rfile.read(int(self.headers["Content-Length"])))

        def _reply(self, body: bytes) -> None:
            asked.append((self.path, body, dict(self.headers), self.client_address))
            status, answer = respond(self.path, body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)
            self.close_connection = close

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_batch_is_split_and_comes_back_in_order_over_kept_connections() -> None:
    with web(good) as (target, asked), Client(target, max_batch=10) as client:
        predictions = client.predict(numbered(95))
        client.predict(numbered(5))
    assert [p.confidences[1] for p in predictions] == pytest.approx(
        ten_of(numbered(95))[:, 1], abs=1e-6
    )
    # After the question about metadata: ten requests at once, in any order.
    sizes = {len(body) for _, body, *_ in asked[1:11]}
    assert {p.request_bytes for p in predictions} == sizes
    assert len({address for *_, address in asked}) <= 9


def test_a_connection_that_the_server_has_closed_is_dialled_anew() -> None:
    with web(good, close=True) as (target, _), Client(target) as client:
        for _ in range(5):
            client.predict(numbered(1)[0])


def test_many_threads_share_a_client() -> None:
    with (
        web(good) as (target, _),
        Client(target) as client,
        ThreadPoolExecutor(8) as pool,
    ):
        found = list(pool.map(client.predict, numbered(40)))
    assert [p.confidences[1] for p in found] == pytest.approx(np.arange(40) / 40)


def test_model_version_label_and_token_stand_in_the_request() -> None:
    with web(good) as (target, asked):
        with Client(target, model="a b/c", version=3, token=lambda: "fresh") as client:
            client.predict(numbered(1)[0])
        with Client(f"{target}/prefix/", label="stable") as client:
            client.predict(numbered(1)[0])
    paths = [path for path, *_ in asked]
    assert paths[1] == "/v1/models/a%20b%2Fc/versions/3:predict"
    assert paths[3] == "/prefix/v1/models/digits/labels/stable:predict"
    assert asked[1][2]["Authorization"] == "Bearer fresh"
    assert "Authorization" not in asked[3][2]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, RequestRefusedError),
        (401, AccessError),
        (403, AccessError),
        (404, ModelNotFoundError),
        (409, ServerFailureError),
        (429, TooLargeError),
        (499, CallCancelledError),
        (500, ServerFailureError),
        (501, UnsupportedError),
        (503, ServerUnavailableError),
        (504, DeadlineError),
    ],
)
def test_each_http_status_is_the_error_of_its_grpc_status(
    status: int, kind: type[ServingError]
) -> None:
    def respond(path: str, body: bytes) -> tuple[int, bytes]:
        if path.endswith("/metadata"):
            return good(path, body)
        return status, b'{"error": "the server\'s own words"}'

    with web(respond) as (target, asked), Client(target) as client:
        with pytest.raises(kind, match="the server's own words") as caught:
            client.predict(numbered(1)[0])
        assert caught.value.target == target
        assert caught.value.code == CODES.get(status, grpc.StatusCode.INTERNAL).name
    attempts = [path for path, *_ in asked if path.endswith(":predict")]
    assert len(attempts) == (4 if status == 503 else 1)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ((200, b"<html>"), AnswerError),
        ((200, b"[]"), AnswerError),
        ((200, b"{}"), AnswerError),
        ((200, b'{"outputs": {"a": {}}}'), AnswerError),
        ((200, b'{"outputs": [[1, 2], [3]]}'), AnswerError),
        ((200, b"[" * 100_000), AnswerError),
        ((404, b"<html>Not Found</html>"), WrongPortError),
    ],
)
def test_answers_that_are_no_use_have_an_error(
    answer: tuple[int, bytes], kind: type[ServingError]
) -> None:
    def respond(path: str, body: bytes) -> tuple[int, bytes]:
        return good(path, body) if path.endswith("/metadata") else answer

    with (
        web(respond) as (target, _),
        Client(target) as client,
        pytest.raises(kind, match=r"expected|Check"),
    ):
        client.predict(numbered(1)[0])


def test_a_server_without_metadata_is_asked_with_names_by_hand() -> None:
    def respond(path: str, body: bytes) -> tuple[int, bytes]:
        if path.endswith("/metadata"):
            return 501, b'{"error": "not here"}'
        return good(path, body)

    with web(respond) as (target, _):
        with Client(target, input="picture", output="digit") as client:
            assert client.predict(numbered(4)[3]).confidences[1] == 0.75
        with Client(target) as client:
            for outputs in ([], ["digit"]):
                answer = client.predict_raw({"picture": numbered(4)}, outputs=outputs)
                (scores,) = answer.values()
                assert scores[:, 1].tolist() == [0, 0.25, 0.5, 0.75]
            with pytest.raises(UnsupportedError, match="input=…"):
                client.predict(numbered(1)[0])


def test_a_metadata_page_of_something_else_has_an_error() -> None:
    with (
        web(lambda *_: (200, b'{"a": 1}')) as (target, _),
        Client(target) as client,
        pytest.raises(AnswerError, match="metadata"),
    ):
        client.metadata()


def test_an_absent_server_and_one_of_grpc_are_told_apart(
    scripted: ScriptedServer,
) -> None:
    with (
        Client("http://127.0.0.1:1") as client,
        pytest.raises(ServerAbsentError, match="REST port"),
    ):
        client.predict(numbered(1)[0])
    with (
        Client(f"http://{scripted.target}") as client,
        pytest.raises(WrongPortError, match=r"leave out http://"),
    ):
        client.predict(numbered(1)[0])


def test_a_deadline_that_passes_has_its_own_error() -> None:
    enough = threading.Event()

    def stall(path: str, body: bytes) -> tuple[int, bytes]:
        if not path.endswith("/metadata"):
            enough.wait(60)
        return good(path, body)

    with web(stall) as (target, _), Client(target) as client:
        with pytest.raises(DeadlineError):
            client.predict(numbered(1)[0], timeout=0.3)
        enough.set()


def test_answers_and_requests_over_the_limits_are_refused() -> None:
    def large(path: str, body: bytes) -> tuple[int, bytes]:
        return good(path, body) if path.endswith("/metadata") else (200, b" " * 5000)

    with web(large) as (target, _):
        with (
            Client(target, max_response_bytes=4096) as client,
            pytest.raises(TooLargeError, match="max_response_bytes"),
        ):
            client.predict(numbered(1)[0])
        with (
            Client(target, max_request_bytes=1024) as client,
            pytest.raises(TooLargeError, match="max_request_bytes"),
        ):
            client.predict(numbered(1)[0])


def test_what_rest_cannot_carry_is_refused_with_the_way_out() -> None:
    page = json.loads(json.dumps(METADATA).replace("DT_FLOAT", "DT_HALF"))
    with (
        web(lambda *_: (200, json.dumps(page).encode())) as (target, _),
        Client(target) as client,
    ):
        with pytest.raises(UnsupportedError, match="gRPC"):
            client.predict(numbered(1)[0])
        with pytest.raises(UnsupportedError, match="gRPC"):
            client.capture(numbered(1)[0])


def test_a_closed_client_says_so() -> None:
    with web(good) as (target, _):
        client = Client(target, max_batch=1)
        client.predict(numbered(3))
        client.close()
        with pytest.raises(CallCancelledError, match="closed"):
            client.predict(numbered(3))
        with pytest.raises(CallCancelledError, match="closed"):
            client.predict(numbered(1)[0])


def test_rows_go_as_json_with_their_kinds_kept() -> None:
    def respond(path: str, _body: bytes) -> tuple[int, bytes]:
        if path.endswith(":classify"):
            return 200, b'{"results": [[["a", 0.5], ["b", 2.0]]]}'
        return 200, b'{"results": [1.5]}'

    row = {"x": 1.0, "n": [1, 2], "t": "text", "yes": True}
    with web(respond) as (target, asked), Client(target, signature="s") as client:
        (labels,) = client.classify([row], context={"c": b"\xff"})
        assert client.regress([row]).tolist() == [1.5]
    assert [(label.label, label.score) for label in labels] == [("a", 0.5), ("b", 2.0)]
    assert json.loads(asked[0][1]) == {
        "signature_name": "s",
        "context": {"c": [{"b64": "/w=="}]},
        "examples": [{"x": [1.0], "n": [1, 2], "t": [{"b64": "dGV4dA=="}], "yes": [1]}],
    }
    assert b"1.0" in asked[0][1]


def test_models_are_found_on_the_metrics_page() -> None:
    def respond(path: str, _body: bytes) -> tuple[int, bytes]:
        if path == "/monitoring/prometheus/metrics":
            return 200, b':tensorflow:serving:request_count{model_name="b"} 3\n'
        if path.endswith("/missing"):
            return 404, b'{"error": "Could not find any versions of model missing"}'
        status = {"version": "2", "state": "AVAILABLE", "status": {"error_code": "OK"}}
        return 200, json.dumps({"model_version_status": [status]}).encode()

    with web(respond) as (target, _), Client(target, model="a") as client:
        assert list(client.models("missing")) == ["a", "b"]


@pytest.mark.server
def test_the_real_server_says_the_same_over_rest_as_over_grpc(
    model_server: EmbeddedServer,
) -> None:
    images = numbered(12)
    with (
        Client(model_server.target, timeout=60) as over_grpc,
        Client(model_server.rest_url, timeout=60) as over_rest,
    ):
        assert dict(over_rest.metadata().signatures) == dict(
            over_grpc.metadata().signatures
        )
        assert over_rest.status() == over_grpc.status()
        for ours, theirs in zip(
            over_rest.predict(images), over_grpc.predict(images), strict=True
        ):
            assert ours.confidences == pytest.approx(theirs.confidences, abs=1e-6)
            assert ours.label == theirs.label
            assert ours.request_bytes > theirs.request_bytes


@pytest.mark.server
@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"model": "nobody"}, ModelNotFoundError),
        ({"version": 99}, ModelNotFoundError),
        ({"label": "nobody"}, ModelNotFoundError),
        ({"signature": "nobody"}, SignatureError),
    ],
)
def test_the_real_server_has_the_same_errors_over_both(
    model_server: EmbeddedServer, options: dict[str, Any], kind: type[ServingError]
) -> None:
    for target in (model_server.target, model_server.rest_url):
        with Client(target, **options) as client, pytest.raises(kind):
            client.predict(numbered(1)[0])
