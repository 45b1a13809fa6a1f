"""The client against the embedded model server, which runs real SavedModels."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from digits_widget.errors import (
    ModelNotFoundError,
    ModelShapeError,
    RequestRefusedError,
    SignatureError,
    UnsupportedError,
)
from digits_widget.pipeline import PRESETS
from digits_widget.samples import sample
from digits_widget.serving import Client
from digits_widget.serving.examples import Label
from tests.serving.scripted_server import numbered

if TYPE_CHECKING:
    from digits_widget.model_server.embedded import EmbeddedServer

pytestmark = pytest.mark.server

NUMBERS = [
    "float16",
    "float32",
    "float64",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "bool",
    "complex64",
    "complex128",
]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Export models of all kinds; return their folder."""
    folder = tmp_path_factory.mktemp("models")
    script = str(Path(__file__).with_name("many_models.py"))
    subprocess.run(
        [sys.executable, script, str(folder)],
        check=True,
        capture_output=True,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    return folder


@pytest.fixture(scope="module")
def kinds(models: Path) -> Iterator[EmbeddedServer]:
    """Serve the model that gives back what it is given."""
    from digits_widget.model_server.embedded import EmbeddedServer

    with EmbeddedServer(models / "kinds", model="kinds") as server:
        yield server


@pytest.mark.parametrize("digit", range(10))
def test_the_bundled_drawings_are_answered_by_version_and_signature(
    model_server: EmbeddedServer, digit: int
) -> None:
    image = PRESETS["mnist"](sample(digit)).tensor
    with Client(model_server.target) as client:
        prediction = client.predict(image)
    assert prediction.label == digit
    assert prediction.version is not None
    assert prediction.signature == "serving_default"


def test_a_large_batch_is_answered_in_order(model_server: EmbeddedServer) -> None:
    images = numbered(1500)
    with Client(model_server.target, timeout=120) as client:
        many = client.predict(images)
        for index in (0, 999, 1000, 1337, 1499):
            one = client.predict(images[index])
            assert many[index].confidences == pytest.approx(one.confidences, abs=1e-5)


@pytest.mark.parametrize("packing", ["content", "values"])
@pytest.mark.parametrize("kind", [*NUMBERS, "bfloat16", "string"])
def test_arrays_of_every_kind_come_back_from_the_server(
    kinds: EmbeddedServer, kind: str, packing: Any
) -> None:
    array: Any = np.array([[0, 1, 2], [3, 100, 1]])
    if kind == "string":
        array = np.array([[b"", b"\xff\x00", "schön".encode()]], dtype=object)
    elif kind != "bfloat16":
        array = array.astype(kind)
    with Client(kinds.target, model="kinds", signature=kind, packing=packing) as client:
        back = client.predict_raw({"x": array})["y"]
        empty = client.predict_raw({"x": array[:0]})["y"]
    assert np.array_equal(back, array)
    assert empty.shape == array[:0].shape
    if kind in NUMBERS:
        assert back.dtype == np.dtype(kind)


@pytest.mark.parametrize("kind", ["float32", "float64", "int64", "bool", "string"])
def test_arrays_come_back_over_rest_too(kinds: EmbeddedServer, kind: str) -> None:
    array: Any = np.array([[0, 1, 2], [3, 1, 1]]).astype(
        object if kind == "string" else kind
    )
    if kind == "string":
        array = np.array([["a", "b"]], dtype=object)
    with Client(kinds.rest_url, model="kinds", signature=kind) as client:
        back = client.predict_raw({"x": array})["y"]
    assert back.tolist() == ([[b"a", b"b"]] if kind == "string" else array.tolist())


def test_a_model_without_pictures_says_what_it_declares(kinds: EmbeddedServer) -> None:
    with (
        Client(kinds.target, model="kinds") as client,
        pytest.raises(SignatureError, match=r"bool\(x: bool of any shape\)"),
    ):
        client.predict(numbered(1)[0])
    with (
        Client(kinds.target, model="kinds", signature="string") as client,
        pytest.raises(ModelShapeError, match=r"x: string of any shape"),
    ):
        client.predict(numbered(1)[0])


def test_a_refusal_repeats_the_called_signature_alone(kinds: EmbeddedServer) -> None:
    with Client(kinds.target, model="kinds", signature="string") as client:
        client.metadata()
        with pytest.raises(RequestRefusedError) as caught:
            client.classify([{"x": 1.0}])
    assert "The model declares string(x: string of any shape)" in str(caught.value)
    assert "float32" not in str(caught.value)


def test_models_are_added_labelled_and_taken_away(
    kinds: EmbeddedServer, models: Path
) -> None:
    config = """model_config_list {{
      config {{ name: "kinds" base_path: "{0}/kinds" model_platform: "tensorflow" }}
      config {{ name: "rows" base_path: "{0}/rows" model_platform: "tensorflow"
               model_version_policy {{ all {{}} }} {1} }} }}"""
    label = 'version_labels { key: "old" value: 1 }'
    rows = [{"x": 0.25}, {"x": 0.5}]
    with Client(kinds.target, model="rows", timeout=60) as client:
        client.reload_config(config.format(models, ""))
        client.wait_until_ready()
        assert set(client.models("kinds", "nobody")) == {"kinds", "rows"}
        assert client.multi_inference(
            {"doubled": "regress", "labelled": "classify"}, rows
        ) == {
            "doubled": [0.5, 1.0],
            "labelled": [
                [Label("ink", 0.25), Label("paper", 0.75)],
                [Label("ink", 0.5), Label("paper", 0.5)],
            ],
        }
        # A label may only name a version that is loaded: so a second time.
        with Client(kinds.target, model="rows", version=1) as first:
            first.wait_until_ready(60)
        client.reload_config(config.format(models, label))
    for target in (kinds.target, kinds.rest_url):
        with Client(target, model="rows", label="old", signature="doubled") as client:
            assert client.regress(rows).tolist() == [0.5, 1.0]
            assert client.metadata().version == 1
        with Client(target, model="rows", signature="labelled") as client:
            (found,) = client.classify(rows[:1])
            assert [each.label for each in found] == ["ink", "paper"]
            with pytest.raises(RequestRefusedError):
                client.classify([{"y": 1.0}])
    with Client(kinds.target, model="rows", timeout=60) as client:
        client.reload_config({"kinds": f"{models}/kinds"})
        gone = client.status
        while any(version.is_ready for version in gone()):
            pass
        with pytest.raises(
            ModelNotFoundError, match=r"Loaded versions .*: 2 \(END\), 1 \(END\)"
        ):
            client.regress(rows)
    with (
        Client(kinds.rest_url, model="kinds") as client,
        pytest.raises(UnsupportedError, match="gRPC"),
    ):
        client.reload_config({})
