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
from digits_widget.serving import Client
from digits_widget.serving.messages import PredictRequest, message_class
from digits_widget.serving.wire import Wire
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
