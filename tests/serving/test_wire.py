"""The wire view: every byte explained, and the same question for other programs."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from google.protobuf import text_format

from digits_widget.errors import OptionError
from digits_widget.protocol.messages import PredictRequest, message_class
from digits_widget.protocol.tensors import from_tensor_proto
from digits_widget.protocol.wire import Wire
from digits_widget.serving import Client
from tests.serving.scripted_server import ScriptedServer, numbered

if TYPE_CHECKING:
    from digits_widget.model_server.embedded import EmbeddedServer


def test_what_is_captured_is_what_travelled(scripted: ScriptedServer) -> None:
    with Client(scripted.target, version=1) as client:
        exchange = client.capture(numbered(2))
    name, seen = scripted.calls[-1]
    assert name == "Predict"
    assert exchange.request.data == seen.SerializeToString()
    assert exchange.request.message == seen
    assert len(exchange.request) == exchange.predictions[0].request_bytes
    assert len(exchange.response) == exchange.predictions[0].response_bytes
    assert [p.confidences[1] for p in exchange.predictions] == [0, 0.5]
    assert text_format.Parse(exchange.request.text, PredictRequest()) == seen


def test_a_prediction_has_the_messages_that_brought_it(
    scripted: ScriptedServer,
) -> None:
    (image,) = numbered(1)
    with Client(scripted.target) as client:
        prediction = client.predict(image)
        calls = len(scripted.calls)
        exchange = client.exchange(prediction, image)
        together = client.predict(numbered(2))
        with pytest.raises(OptionError, match="capture"):
            client.exchange(together[0], image)
    assert len(scripted.calls) == calls + 1
    assert exchange.request.message == scripted.calls[calls - 1][1]
    assert len(exchange.response) == prediction.response_bytes
    assert exchange.predictions == (prediction,)


def test_a_request_written_in_another_way_says_the_same(
    scripted: ScriptedServer,
) -> None:
    with Client(scripted.target) as client:
        went = client.capture(numbered(1))
    other = went.repacked("values")
    (sent,), (shown,) = (each.request.message.inputs.values() for each in (went, other))
    assert sent.tensor_content
    assert not shown.tensor_content
    np.testing.assert_array_equal(from_tensor_proto(shown), from_tensor_proto(sent))
    assert other.repacked("content").request == went.request


@pytest.mark.parametrize("packing", ["content", "values"])
def test_the_parts_together_are_every_byte(
    scripted: ScriptedServer, packing: Any
) -> None:
    with Client(scripted.target, packing=packing) as client:
        exchange = client.capture(numbered(3))
    for wire in (exchange.request, exchange.response):
        assert b"".join(part.data for part in wire.parts) == wire.data
        ends = [part.offset + len(part.data) for part in wire.parts]
        assert [part.offset for part in wire.parts] == [0, *ends[:-1]]
        assert all(part.name != "?" for part in wire.parts)


def test_each_part_says_number_name_wire_type_and_value() -> None:
    request = PredictRequest(output_filter=["y"])
    request.model_spec.name = "digits"
    request.model_spec.version.value = -1
    tensor = request.inputs["x"]
    tensor.dtype = 1
    tensor.tensor_shape.unknown_rank = True
    tensor.float_val.extend([0.5, 2])
    tensor.int_val.extend([300, -1])
    tensor.double_val.extend(range(10))
    tensor.tensor_content = b"\0" * 50
    wire = Wire("tensorflow.serving.PredictRequest", request.SerializeToString())
    said = {part.name: (part.number, part.wire_type, part.value) for part in wire.parts}
    assert said["model_spec"] == (1, "length", "")
    assert said["name"] == (1, "length", "'digits'")
    assert said["dtype"] == (1, "varint", "DT_FLOAT (1)")
    assert said["unknown_rank"] == (3, "varint", "true")
    assert said["float_val"] == (5, "length", "[0.5, 2] (2 packed)")
    assert said["int_val"] == (7, "length", "[300, -1] (2 packed)")
    assert said["double_val"][2] == "[0, 1, 2, 3, 4, 5, 6, 7, ...] (10 packed)"
    assert said["tensor_content"][2].endswith("... 50 bytes")
    assert said["output_filter"] == (3, "length", "'y'")
    version = next(part for part in wire.parts if part.wire_type == "varint")
    assert (version.name, version.value, version.depth) == ("value", "-1", 2)


def test_fields_of_all_wire_types_and_unknown_ones_are_kept() -> None:
    # Fixed-width numbers stand alone in old, unpacked messages; 999 is no field.
    data = b"\x2d\0\0\0\x3f" + b"\x31" + b"\0" * 8 + b"\xba\x3e\x02hi" + b"\xb8\x3e\x07"
    wire = Wire("tensorflow.TensorProto", data)
    assert b"".join(part.data for part in wire.parts) == data
    assert [(p.name, p.wire_type, p.value) for p in wire.parts] == [
        ("float_val", "32 bit", "0.5"),
        ("double_val", "64 bit", "0"),
        ("?", "length", "2 bytes that protos/ does not name"),
        ("?", "varint", "1 bytes that protos/ does not name"),
    ]


@pytest.mark.parametrize("data", [b"\x0a\x05ab", b"\x0a", b"\x80", b"\x2d\0"])
def test_bytes_that_end_too_soon_are_no_message(data: bytes) -> None:
    with pytest.raises(IndexError):
        Wire("tensorflow.serving.PredictRequest", data).parts  # noqa: B018


def test_it_is_shown_as_text_and_as_a_table() -> None:
    spec = message_class("tensorflow.serving.ModelSpec")(name="<digits>")
    wire = Wire("tensorflow.serving.ModelSpec", spec.SerializeToString())
    text = str(wire)
    assert "     0  0a 08 3c 64 69 67 69 74 73 3e" in text
    assert "name (length) = '<digits>'" in text
    assert "&lt;digits&gt;" in wire._repr_html_()
    assert repr(wire) == "<Wire ModelSpec, 10 bytes>"


def test_several_images_in_one_request_or_none_at_all(scripted: ScriptedServer) -> None:
    with Client(scripted.target, max_batch=2) as client:
        for count in (0, 3):
            with pytest.raises(OptionError, match="expected one or a few"):
                client.capture(numbered(count))


@pytest.mark.server
def test_the_recipes_give_the_same_answer(model_server: EmbeddedServer) -> None:
    image = np.zeros((28, 28), np.float32)
    image[4:24, 13:16] = 0.75
    with Client(model_server.target, version=1) as client:
        exchange = client.capture(image)
    (prediction,) = exchange.predictions
    python = subprocess.run(
        [sys.executable, "-c", exchange.python],
        capture_output=True,
        text=True,
        check=True,
    )
    assert python.stdout.strip() == repr(prediction)
    shell = shutil.which("bash")
    if shell and shutil.which("curl"):
        curl = subprocess.run(
            [shell, "-c", exchange.curl(model_server.rest_url)],
            capture_output=True,
            text=True,
            check=True,
        )
        (scores,) = json.loads(curl.stdout)["outputs"]
        assert scores == pytest.approx(prediction.confidences, abs=1e-6)


def test_the_command_for_grpcurl_carries_the_request(scripted: ScriptedServer) -> None:
    with Client(scripted.target) as client:
        exchange = client.capture(numbered(1)[0])
    head, body, end = exchange.grpcurl.split("\n")
    assert head.startswith("grpcurl -plaintext -protoset ")
    assert head.endswith("tensorflow.serving.PredictionService/Predict <<'END'")
    assert scripted.target in head
    assert end == "END"
    assert json.loads(body)["model_spec"]["name"] == "digits"


@pytest.mark.parametrize(
    "strange",
    [
        b"\xfb\x01\x08\x01\xfc\x01",  # a group, number 31
        b"\x08\x05",  # the map of inputs as a number
        b"\x0d\x01\x02\x03\x04",  # the same as 32 bits
        b"\x11" + bytes(8),  # the model's name as 64 bits
        b"\xf8\xff\xff\xff\x0f\x01",  # the highest number there is
    ],
)
def test_fields_that_travel_as_no_such_field_may_are_shown_as_bytes(
    strange: bytes,
) -> None:
    data = PredictRequest(output_filter=["y"]).SerializeToString() + strange
    wire = Wire("tensorflow.serving.PredictRequest", data)
    assert wire.message.output_filter == ["y"]
    assert b"".join(part.data for part in wire.parts) == data
    assert wire.parts[-1].name == "?"
    assert "protos/ does not name" in str(wire)
