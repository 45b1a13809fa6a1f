"""Our messages are TensorFlow Serving's: number by number, byte by byte."""

from __future__ import annotations

import subprocess
import sys
from importlib.resources import files
from typing import Any

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.message_factory import GetMessageClass
from google.protobuf.unknown_fields import UnknownFieldSet

from digits_widget.protocol import messages
from digits_widget.protocol.messages import POOL, message_class

pytestmark = pytest.mark.server


def all_messages() -> list[str]:
    """Return the full names of all messages that protos/ defines."""
    data = files("digits_widget.protocol").joinpath("descriptors.binpb")
    names: list[str] = []

    def walk(prefix: str, found: Any) -> None:
        for message in found:
            if not message.options.map_entry:
                names.append(f"{prefix}.{message.name}")
                walk(names[-1], message.nested_type)

    for file in FileDescriptorSet.FromString(data.read_bytes()).file:
        # The official package leaves out those of the server's own files.
        if not file.name.startswith("google/") and file.name != "server_config.proto":
            walk(file.package, file.message_type)
    return names


def kind_of(field: Any) -> tuple[Any, ...]:
    """Return all that decides about a field's bytes."""
    inside = field.message_type or field.enum_type
    oneof = field.containing_oneof
    return (
        field.number,
        field.type,
        field.is_repeated,
        inside.full_name if inside else None,
        field.is_packed,
        oneof.name if oneof else None,
    )


@pytest.mark.parametrize("name", all_messages())
def test_every_field_has_the_official_number_and_type(official: Any, name: str) -> None:
    theirs = official.FindMessageTypeByName(name)
    for field in POOL.FindMessageTypeByName(name).fields:
        assert kind_of(field) == kind_of(theirs.fields_by_name[field.name])


@pytest.mark.parametrize(
    "name",
    [
        "tensorflow.DataType",
        "tensorflow.error.Code",
        "tensorflow.serving.ModelVersionStatus.State",
    ],
)
def test_every_enum_has_the_official_values(official: Any, name: str) -> None:
    theirs = official.FindEnumTypeByName(name).values_by_name
    for value in POOL.FindEnumTypeByName(name).values:
        assert value.number == theirs[value.name].number


@pytest.mark.parametrize("name", ["PredictionService", "ModelService"])
def test_every_call_takes_and_gives_the_official_messages(
    official: Any, name: str
) -> None:
    theirs = official.FindServiceByName(f"tensorflow.serving.{name}").methods_by_name
    ours = messages.service(name).methods_by_name
    assert {
        m.name: (m.input_type.full_name, m.output_type.full_name) for m in ours.values()
    } == {
        m.name: (m.input_type.full_name, m.output_type.full_name)
        for m in theirs.values()
        if m.name != "PredictStreamed"
    }


def filled(kind: Any, depth: int = 3) -> Any:
    """Return a message of `kind` with every field set."""
    message = kind()
    for number, field in enumerate(kind.DESCRIPTOR.fields, start=1):
        entry = field.message_type
        if entry is not None and entry.GetOptions().map_entry:
            value = entry.fields_by_name["value"]
            target = getattr(message, field.name)
            if value.message_type is None:
                target["key"] = number
            else:
                inner = GetMessageClass(value.message_type)
                target["key"].CopyFrom(filled(inner, depth - 1))
        elif entry is not None:
            if depth <= 0:
                continue
            inner = filled(GetMessageClass(entry), depth - 1)
            if field.is_repeated:
                getattr(message, field.name).extend([inner, inner])
            else:
                getattr(message, field.name).CopyFrom(inner)
        else:
            samples = {9: "text", 12: b"bytes", 8: True, 14: 1, 1: 0.5, 2: 0.25}
            value = samples.get(field.type, 100 + number)
            if field.is_repeated:
                getattr(message, field.name).extend([value, value])
            else:
                setattr(message, field.name, value)
    return message


@pytest.mark.parametrize("name", all_messages())
def test_bytes_parse_both_ways(official: Any, name: str) -> None:
    ours = filled(message_class(name))
    theirs = GetMessageClass(official.FindMessageTypeByName(name)).FromString(
        ours.SerializeToString(deterministic=True)
    )
    assert len(UnknownFieldSet(theirs)) == 0
    back = message_class(name).FromString(theirs.SerializeToString(deterministic=True))
    assert back == ours


IMPORTS = ["import digits_widget.serving", "import tensorflow_serving.apis.predict_pb2"]


@pytest.mark.parametrize("order", [IMPORTS, IMPORTS[::-1]], ids=["before", "after"])
def test_ours_live_beside_the_official_ones_in_one_process(order: list[str]) -> None:
    check = """
from digits_widget.protocol.messages import PredictRequest as Ours
from tensorflow_serving.apis.predict_pb2 import PredictRequest as Theirs
ours = Ours(output_filter=["y"])
ours.model_spec.name = "digits"
ours.inputs["x"].float_val.append(0.5)
theirs = Theirs.FromString(ours.SerializeToString())
assert theirs.model_spec.name == "digits"
assert theirs.inputs["x"].float_val[0] == 0.5
assert Ours.FromString(theirs.SerializeToString()) == ours
"""
    script = "\n".join([*order, check])
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_importing_and_predicting_loads_neither_tensorflow_nor_pictures() -> None:
    script = """
import sys
from digits_widget.serving import Client
Client()
heavy = {"tensorflow", "tensorflow_serving", "matplotlib", "PIL", "ipywidgets"}
assert not heavy & set(sys.modules), heavy & set(sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_descriptor_set_is_what_protos_say() -> None:
    pytest.importorskip("grpc_tools")
    done = subprocess.run(
        [sys.executable, "tools/build_protos.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
