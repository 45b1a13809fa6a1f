"""Rows of named columns, several models, reloading: what is asked and what is read."""

from __future__ import annotations

from typing import Any

import grpc
import numpy as np
import pytest

from digits_widget.errors import ModelNotFoundError, OptionError, SignatureError
from digits_widget.protocol.messages import (
    ClassificationResponse,
    GetModelStatusResponse,
    MultiInferenceResponse,
    RegressionResponse,
    ReloadConfigResponse,
)
from digits_widget.serving import Client
from digits_widget.serving.examples import Label
from tests.serving.scripted_server import ScriptedServer, refuse


def labels(result: Any) -> None:
    """Write one label for one row."""
    result.classifications.add().classes.add(label="three", score=0.5)


def test_classify_sends_rows_and_reads_labels(scripted: ScriptedServer) -> None:
    response = ClassificationResponse()
    labels(response.result)
    scripted.answers["Classify"] = lambda *_: response
    row = {"x": 2.0, "n": np.array([1, 2]), "yes": True, "t": ["a", b"\xff"], "e": []}
    with Client(scripted.target, signature="s") as client:
        assert client.classify([row]) == [[Label("three", 0.5)]]
    _, request = scripted.calls[-1]
    assert request.model_spec.signature_name == "s"
    (example,) = request.input.example_list.examples
    feature = example.features.feature
    assert list(feature["x"].float_list.value) == [2.0]
    assert list(feature["n"].int64_list.value) == [1, 2]
    assert list(feature["yes"].int64_list.value) == [1]
    assert list(feature["t"].bytes_list.value) == [b"a", b"\xff"]


def test_regress_sends_a_context_once(scripted: ScriptedServer) -> None:
    response = RegressionResponse()
    response.result.regressions.add(value=1.5)
    scripted.answers["Regress"] = lambda *_: response
    with Client(scripted.target) as client:
        values = client.regress([{"x": 1.0}, {"x": 2.0}], context={"c": 1})
    assert values.dtype == np.float32
    assert values.tolist() == [1.5]
    shared = scripted.calls[-1][1].input.example_list_with_context
    assert len(shared.examples) == 2
    assert list(shared.context.features.feature["c"].int64_list.value) == [1]


def test_multi_inference_asks_several_signatures_at_once(
    scripted: ScriptedServer,
) -> None:
    response = MultiInferenceResponse()
    response.results.add().regression_result.regressions.add(value=1.5)
    labels(response.results.add().classification_result)
    scripted.answers["MultiInference"] = lambda *_: response
    with Client(scripted.target, version=4) as client:
        found = client.multi_inference({"r": "regress", "c": "classify"}, [{"x": 1.0}])
    assert found == {"r": [1.5], "c": [[Label("three", 0.5)]]}
    tasks = scripted.calls[-1][1].tasks
    assert [(t.model_spec.signature_name, t.method_name) for t in tasks] == [
        ("r", "tensorflow/serving/regress"),
        ("c", "tensorflow/serving/classify"),
    ]
    assert tasks[0].model_spec.version.value == 4


def test_an_unknown_signature_of_a_classifier_is_a_signature_error(
    scripted: ScriptedServer,
) -> None:
    scripted.answers["Classify"] = refuse(
        grpc.StatusCode.INVALID_ARGUMENT, "No signature was found with the name: s"
    )
    with Client(scripted.target) as client, pytest.raises(SignatureError):
        client.classify([{"x": 1.0}])


@pytest.mark.parametrize("value", [[[1.0]], 1j, np.array(["2020"], "datetime64[Y]")])
def test_values_that_no_column_holds_are_refused(
    scripted: ScriptedServer, value: Any
) -> None:
    with Client(scripted.target) as client, pytest.raises(OptionError, match="column"):
        client.classify([{"x": value}])


def test_reload_sends_base_paths_or_the_text_of_a_file(
    scripted: ScriptedServer,
) -> None:
    scripted.answers["HandleReloadConfigRequest"] = lambda *_: ReloadConfigResponse()
    text = """model_config_list { config {
      name: "a" base_path: "/a" model_platform: "tensorflow"
      model_version_policy { specific { versions: 3 } }
      version_labels { key: "stable" value: 3 } } }"""
    with Client(scripted.target) as client:
        client.reload_config({"a": "/models/a", "b": "/models/b"})
        client.reload_config(text)
        with pytest.raises(OptionError, match="model_config_list"):
            client.reload_config("models: none")
    first, second = (request.config.model_config_list for _, request in scripted.calls)
    assert [(c.name, c.base_path, c.model_platform) for c in first.config] == [
        ("a", "/models/a", "tensorflow"),
        ("b", "/models/b", "tensorflow"),
    ]
    assert dict(second.config[0].version_labels) == {"stable": 3}
    assert list(second.config[0].model_version_policy.specific.versions) == [3]


def test_models_are_those_that_the_server_knows_of_the_names(
    scripted: ScriptedServer,
) -> None:
    def status(request: Any, context: grpc.ServicerContext) -> Any:
        if request.model_spec.name == "nobody":
            context.abort(grpc.StatusCode.NOT_FOUND, "Could not find any versions")
        response = GetModelStatusResponse()
        response.model_version_status.add(version=1, state=50).status.error_code = 15
        response.model_version_status.add(version=2, state=30).status.SetInParent()
        response.model_version_status.add(version=3, state=77).status.error_code = 99
        return response

    scripted.answers["GetModelStatus"] = status
    with Client(scripted.target) as client:
        found = client.models("nobody", "other")
        assert list(found) == ["digits", "other"]
        three, two, one = found["other"]
        assert (one.state, one.code, one.is_ready) == ("END", "DATA_LOSS", False)
        assert two.is_ready
        assert (three.state, three.code) == ("77", "99")
    with (
        Client(scripted.target, model="nobody") as client,
        pytest.raises(ModelNotFoundError, match="No model 'nobody'"),
    ):
        client.status()
