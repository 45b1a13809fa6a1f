"""The client against a server whose every answer is known."""

from __future__ import annotations

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import numpy as np
import pytest

from digits_widget.errors import (
    CallCancelledError,
    DeadlineError,
    ImageError,
    ModelNotFoundError,
    ModelShapeError,
    NotConfidencesError,
    NotTenError,
    OptionError,
    SignatureError,
    TooLargeError,
    UnsupportedError,
)
from digits_widget.prediction import Prediction
from digits_widget.protocol.messages import PredictResponse
from digits_widget.protocol.tensors import from_tensor_proto, to_tensor_proto
from digits_widget.serving import Client, TensorSpec
from tests.serving.scripted_server import ScriptedServer, numbered, refuse, ten_of


def ten(scores: Any) -> Any:
    """Return an answer that gives these scores, whatever is asked."""

    def answer(_request: Any, _context: grpc.ServicerContext) -> Any:
        response = PredictResponse()
        response.outputs["digit"].CopyFrom(to_tensor_proto(scores))
        return response

    return answer


def test_one_image_gives_one_prediction_with_who_answered(
    scripted: ScriptedServer,
) -> None:
    with Client(scripted.target) as client:
        prediction = client.predict(np.full((28, 28), 0.75, np.float32))
    assert isinstance(prediction, Prediction)
    assert (prediction.label, prediction.confidence) == (1, 0.75)
    assert (prediction.model, prediction.version) == ("digits", 1)
    assert prediction.signature == "serving_default"
    assert prediction.request_bytes > 28 * 28 * 4
    assert prediction.response_bytes > 40
    assert prediction.timing.waiting > 0
    assert prediction.timing.encoding > 0
    assert prediction.timing.decoding > 0
    assert prediction.timing.preparing > 0


def test_a_batch_gives_a_list_in_the_same_order(scripted: ScriptedServer) -> None:
    images = numbered(7)
    with Client(scripted.target) as client:
        predictions = client.predict(images)
    assert [p.confidences[1] for p in predictions] == pytest.approx(
        ten_of(images)[:, 1], abs=1e-6
    )
    assert scripted.count("Predict") == 1


def test_no_images_ask_nobody(scripted: ScriptedServer) -> None:
    with Client(scripted.target) as client:
        assert client.predict(np.zeros((0, 28, 28))) == []
    assert scripted.calls == []


def test_a_large_batch_is_split_and_comes_back_in_order(
    scripted: ScriptedServer,
) -> None:
    images = numbered(500)
    with Client(scripted.target, max_request_bytes=50_000) as client:
        predictions = client.predict(images)
    assert [p.confidences[1] for p in predictions] == pytest.approx(
        ten_of(images)[:, 1], abs=1e-6
    )
    assert scripted.count("Predict") == 34  # 15 images of 3136 bytes in each
    assert all(p.request_bytes <= 50_000 for p in predictions)


def test_parts_of_a_batch_are_in_flight_together(scripted: ScriptedServer) -> None:
    meeting = threading.Barrier(4, timeout=30)

    def wait_for_others(request: Any, context: grpc.ServicerContext) -> Any:
        meeting.wait()
        return scripted.predict(request, context)

    scripted.answers["Predict"] = wait_for_others
    with Client(scripted.target, max_batch=2) as client:
        assert len(client.predict(numbered(8))) == 8


def test_numbers_written_as_a_list_take_more_room_and_are_split_further(
    scripted: ScriptedServer,
) -> None:
    scripted.input_dtype = 3  # int32: one to ten bytes for each, as a varint
    with Client(scripted.target, max_request_bytes=4096, packing="values") as client:
        answer = client.predict_raw({"picture": np.full((1, 28, 28, 1), 255)})
        assert len(answer.arrays["digit"]) == 1
        with pytest.raises(TooLargeError, match="max_request_bytes"):
            client.predict_raw({"picture": np.full((10, 28, 28, 1), 255)})
    assert scripted.calls[-1][1].inputs["picture"].int_val[0] == 255


@pytest.mark.parametrize(
    ("declared", "sent"),
    [
        ((-1, 28, 28), (3, 28, 28)),
        ((-1, 28, 28, 1), (3, 28, 28, 1)),
        ((-1, 1, 28, 28), (3, 1, 28, 28)),
        ((-1, 784), (3, 784)),
        ((-1, -1, -1, 1), (3, 28, 28, 1)),
        ((-1, -1), (3, 784)),
        (None, (3, 28, 28)),
        ((3, 784), (3, 784)),
        ((5, 784), (5, 784)),
    ],
)
def test_images_take_the_shape_that_the_model_declares(
    scripted: ScriptedServer,
    declared: tuple[int, ...] | None,
    sent: tuple[int, ...],
) -> None:
    scripted.input_shape = declared
    with Client(scripted.target) as client:
        predictions = client.predict(numbered(3))
    array = from_tensor_proto(scripted.calls[-1][1].inputs["picture"])
    assert array.shape == sent
    assert [p.confidences[1] for p in predictions] == pytest.approx([0, 1 / 3, 2 / 3])


def test_a_model_of_one_image_is_asked_one_at_a_time(scripted: ScriptedServer) -> None:
    scripted.input_shape = (28, 28)

    def predict(request: Any, _context: grpc.ServicerContext) -> Any:
        image = from_tensor_proto(request.inputs["picture"])
        response = PredictResponse()
        response.outputs["digit"].CopyFrom(to_tensor_proto(ten_of(image[None])[0]))
        return response

    scripted.answers["Predict"] = predict
    with Client(scripted.target) as client:
        predictions = client.predict(numbered(4))
    assert [p.confidences[1] for p in predictions] == pytest.approx(
        [0, 0.25, 0.5, 0.75]
    )
    assert scripted.count("Predict") == 4


@pytest.mark.parametrize(
    ("number", "dtype", "ink"),
    [(1, "f4", 1), (2, "f8", 1), (19, "f2", 1), (4, "u1", 255), (3, "i4", 255)],
)
def test_pixels_take_the_dtype_that_the_model_declares(
    scripted: ScriptedServer, number: int, dtype: str, ink: int
) -> None:
    scripted.input_dtype = number
    scripted.answers["Predict"] = ten(np.full((1, 10), 0.1, np.float32))
    with Client(scripted.target) as client:
        client.predict(np.ones((28, 28)))
    array = from_tensor_proto(scripted.calls[-1][1].inputs["picture"])
    assert array.dtype == np.dtype(dtype)
    assert array.flat[0] == ink


@pytest.mark.parametrize("shape", [(-1, 32, 32, 3), (-1, 28), (), (-1, 28, 28, 3)])
def test_a_model_with_other_shapes_is_refused_with_what_it_declares(
    scripted: ScriptedServer, shape: tuple[int, ...]
) -> None:
    scripted.input_shape = shape
    with Client(scripted.target) as client, pytest.raises(ModelShapeError) as caught:
        client.predict(np.zeros((28, 28)))
    assert f"picture: float32 {shape}" in str(caught.value)
    assert "predict_raw" in str(caught.value)
    assert (caught.value.target, caught.value.model) == (scripted.target, "digits")
    assert scripted.count("Predict") == 0


@pytest.mark.parametrize(
    ("images", "words"),
    [
        (np.zeros((27, 28)), "shape"),
        (np.zeros((2, 28, 28, 1)), "shape"),
        (np.full((28, 28), 255.0), "255"),
        (np.full((28, 28), -0.1), "-0.1"),
        (np.full((28, 28), np.nan), "NaN"),
        (np.full((28, 28), "x"), "float32"),
    ],
)
def test_what_is_no_image_is_refused_before_anything_is_sent(
    scripted: ScriptedServer, images: Any, words: str
) -> None:
    with Client(scripted.target) as client, pytest.raises(ImageError, match=words):
        client.predict(images)
    assert scripted.calls == []


def test_an_answer_that_is_not_ten_numbers_has_its_own_error(
    scripted: ScriptedServer,
) -> None:
    scripted.answers["Predict"] = ten(np.full((1, 7), 1 / 7, np.float32))
    with Client(scripted.target) as client, pytest.raises(NotTenError) as caught:
        client.predict(np.zeros((28, 28)))
    assert (caught.value.target, caught.value.model) == (scripted.target, "digits")


def test_an_answer_that_is_not_confidences_has_its_own_error(
    scripted: ScriptedServer,
) -> None:
    scripted.answers["Predict"] = ten(np.arange(10, dtype=np.float32)[None])
    with Client(scripted.target) as client, pytest.raises(NotConfidencesError):
        client.predict(np.zeros((28, 28)))


def test_metadata_is_asked_once_by_many_threads(scripted: ScriptedServer) -> None:
    with Client(scripted.target) as client, ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: client.predict(numbered(1)[0]), range(40)))
    assert len(found) == 40
    assert scripted.count("GetModelMetadata") == 1


def test_a_new_version_with_other_names_is_noticed_without_a_failure(
    scripted: ScriptedServer,
) -> None:
    with Client(scripted.target) as client:
        client.predict(numbered(1)[0])
        scripted.version, scripted.input_name = 2, "image"
        assert client.predict(numbered(1)[0]).version == 2
        assert client.predict(numbered(1)[0]).version == 2
    assert scripted.count("GetModelMetadata") == 2


def test_a_new_version_that_answers_as_well_is_asked_what_it_declares(
    scripted: ScriptedServer,
) -> None:
    with Client(scripted.target) as client:
        client.predict(numbered(1)[0])
        scripted.version = 2
        for _ in range(3):
            client.predict(numbered(1)[0])
        scripted.version = 1
        for _ in range(3):
            client.predict(numbered(1)[0])
    assert scripted.count("GetModelMetadata") == 2


def test_raw_arrays_get_the_declared_dtype_and_come_back_by_name(
    scripted: ScriptedServer,
) -> None:
    with Client(scripted.target) as client:
        outputs = client.predict_raw({"picture": [[0.25], [0.5]]}, outputs=["digit"])
    assert outputs["digit"][:, 1].tolist() == [0.25, 0.5]
    assert outputs.version == 1
    assert dict(outputs).keys() == {"digit"}
    assert scripted.calls[-1][1].inputs["picture"].dtype == 1
    assert scripted.calls[-1][1].output_filter == ["digit"]


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        (
            {"image": [[0.0]]},
            (
                r"^Got the input image .* takes the input picture: float32 \(-1, "
                r"28, 28, 1\). Call predict_raw\({'picture': …}\)"
            ),
        ),
        (
            {},
            r"^Got no input for model .* takes the input picture: .* Call predict_raw",
        ),
        ({"picture": 0, "a": 0}, "^Got the inputs a, picture for model"),
        ({"picture": ["text"]}, "expected float32"),
        ({"picture": [1j]}, "expected float32"),
    ],
)
def test_raw_arrays_that_do_not_fit_are_refused_with_what_does(
    scripted: ScriptedServer, inputs: dict[str, Any], words: str
) -> None:
    with Client(scripted.target) as client, pytest.raises(SignatureError, match=words):
        client.predict_raw(inputs)
    assert scripted.count("Predict") == 0


def test_an_output_that_is_not_there_is_refused_with_those_that_are(
    scripted: ScriptedServer,
) -> None:
    words = "^Got the wish for the output tens for model .* gives the output.? digit"
    with Client(scripted.target) as client, pytest.raises(SignatureError, match=words):
        client.predict_raw({"picture": [[0.0]]}, outputs=["tens"])


def test_a_signature_that_is_not_there_is_named_with_those_that_are(
    scripted: ScriptedServer,
) -> None:
    with (
        Client(scripted.target, signature="other") as client,
        pytest.raises(SignatureError, match=r"'other'.*serving_default"),
    ):
        client.predict(numbered(1)[0])


def test_a_missing_model_is_answered_with_what_is_loaded(
    scripted: ScriptedServer,
) -> None:
    missing = refuse(
        grpc.StatusCode.NOT_FOUND,
        "Servable not found for request: Specific(digits, 9)",
    )
    scripted.answers["GetModelMetadata"] = missing
    with (
        Client(scripted.target, version=9) as client,
        pytest.raises(ModelNotFoundError, match=r"Loaded versions .*: 1 \(AVAILABLE\)"),
    ):
        client.predict(numbered(1)[0])


def test_a_deadline_that_passes_has_its_own_error(scripted: ScriptedServer) -> None:
    enough = threading.Event()
    scripted.answers["Predict"] = lambda *_: enough.wait(60)
    with Client(scripted.target) as client:
        with pytest.raises(DeadlineError, match="timeout=") as caught:
            client.predict(numbered(1)[0], timeout=0.3)
        enough.set()
    assert isinstance(caught.value.__cause__, grpc.RpcError)
    assert caught.value.code == "DEADLINE_EXCEEDED"


def test_closing_ends_what_is_under_way_and_what_comes_after(
    scripted: ScriptedServer,
) -> None:
    asked, enough = threading.Event(), threading.Event()

    def stall(request: Any, context: grpc.ServicerContext) -> Any:
        asked.set()
        enough.wait(60)
        return scripted.predict(request, context)

    scripted.answers["Predict"] = stall
    client = Client(scripted.target)
    with ThreadPoolExecutor(1) as pool:
        under_way = pool.submit(client.predict, numbered(1)[0])
        assert asked.wait(30)
        client.close()
        with pytest.raises(CallCancelledError):
            under_way.result(30)
        enough.set()
    with pytest.raises(CallCancelledError, match="closed"):
        client.predict(numbered(1)[0])


def test_one_failure_in_a_batch_fails_it_and_the_rest_is_given_up(
    scripted: ScriptedServer,
) -> None:
    def fail_some(request: Any, context: grpc.ServicerContext) -> Any:
        if scripted.count("Predict") == 3:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "no third one")
        return scripted.predict(request, context)

    scripted.answers["Predict"] = fail_some
    with Client(scripted.target, max_batch=1) as client:
        with pytest.raises(Exception, match="no third one"):
            client.predict(numbered(20))
        assert len(client.predict(numbered(5))) == 5


def test_wait_until_ready_returns_what_the_model_declares(
    scripted: ScriptedServer,
) -> None:
    with Client(scripted.target) as client:
        assert client.wait_until_ready(10).version == 1


def test_status_lists_versions(scripted: ScriptedServer) -> None:
    with Client(scripted.target) as client:
        (only,) = client.status()
    assert (only.version, only.state, only.is_ready) == (1, "AVAILABLE", True)


def test_a_client_is_made_without_traffic_and_says_what_it_is(
    scripted: ScriptedServer,
) -> None:
    client = Client(scripted.target, label="stable")
    assert (
        repr(client) == f"<Client of model 'digits' label 'stable' at {client.target}>"
    )
    client.close()
    assert scripted.calls == []


@pytest.mark.parametrize(
    "options",
    [
        {"timeout": 0},
        {"timeout": float("inf")},
        {"timeout": float("nan")},
        {"version": 1, "label": "stable"},
        {"model": ""},
        {"max_batch": 0},
        {"max_request_bytes": 10},
        {"max_response_bytes": 1 << 31},
        {"keepalive": 0},
        {"target": "127.0.0.1"},
        {"target": "127.0.0.1:port"},
        {"target": ""},
        {"target": "ipv4:10.0.0.1:8500,10.0.0.2"},
        {"target": "10.0.0.1:8500", "token": "secret"},
    ],
)
def test_options_that_make_no_sense_are_refused_at_once(
    options: dict[str, Any],
) -> None:
    with pytest.raises(OptionError, match=r"expected"):
        Client(**options)


def test_predicting_loads_no_tensorflow(scripted: ScriptedServer) -> None:
    if "tensorflow" in sys.modules:
        pytest.skip("another test has loaded it")
    with Client(scripted.target) as client:
        client.predict(numbered(1)[0])
    assert "tensorflow" not in sys.modules


def without_metadata(server: ScriptedServer) -> str:
    """Make the server one that has no GetModelMetadata; return its address."""
    del server.answers["GetModelMetadata"]
    return server.target


def test_a_server_that_tells_no_names_is_asked_with_names_by_hand(
    scripted: ScriptedServer,
) -> None:
    target = without_metadata(scripted)
    with Client(target, input="picture", output="digit") as client:
        for _ in range(3):
            assert client.predict(numbered(4))[3].confidences[1] == 0.75
        assert client.capture(numbered(1)[0]).predictions[0].version == 1
        assert str(client.metadata().choose()) == (
            "serving_default(picture: float32 (-1, 28, 28, 1)) "
            "-> (digit: float32 (-1, 10))"
        )
    assert scripted.calls[1][1].inputs["picture"].tensor_shape.dim[3].size == 1
    assert scripted.count("GetModelMetadata") == 2


def test_an_input_by_hand_may_say_its_type_and_shape(scripted: ScriptedServer) -> None:
    spec = TensorSpec("picture", "DT_UINT8", (-1, 784))
    target = without_metadata(scripted)
    with Client(target, signature="s", input=spec, output="digit") as client:
        client.predict(np.ones((28, 28)) / 255)
    request = scripted.calls[-1][1]
    sent = from_tensor_proto(request.inputs["picture"])
    assert (sent.shape, str(sent.dtype), sent.max()) == ((1, 784), "uint8", 1)
    assert request.model_spec.signature_name == "s"


def test_raw_arrays_need_no_names_but_their_own(scripted: ScriptedServer) -> None:
    images = np.full((2, 28, 28, 1), 0.25, np.float32)
    with Client(without_metadata(scripted)) as client:
        for outputs in ((), ("digit",), iter(["digit"])):
            answer = client.predict_raw({"picture": images}, outputs=outputs)
            assert answer["digit"][:, 1].tolist() == [0.25, 0.25]


def test_a_server_that_tells_no_names_says_how_to_give_them(
    scripted: ScriptedServer,
) -> None:
    with Client(without_metadata(scripted)) as client:
        for ask in (lambda: client.predict(numbered(1)[0]), client.metadata):
            with pytest.raises(UnsupportedError, match=r"input=…, output=…") as caught:
                ask()
            assert "predict_raw" in str(caught.value)
            assert caught.value.code == "UNIMPLEMENTED"


def test_names_by_hand_give_way_to_what_the_server_tells(
    scripted: ScriptedServer,
) -> None:
    with Client(scripted.target, input="image", output="digit") as client:
        client.predict(numbered(1)[0])
    assert list(scripted.calls[-1][1].inputs) == ["picture"]


@pytest.mark.parametrize("options", [{"input": "a"}, {"input": ""}])
def test_an_input_by_hand_needs_an_output(options: dict[str, Any]) -> None:
    with pytest.raises(OptionError, match="output="):
        Client("127.0.0.1:8500", **options)
