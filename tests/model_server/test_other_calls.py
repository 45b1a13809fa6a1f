"""Classify, Regress, MultiInference, metadata, status, health and reflection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import grpc
import pytest
import tensorflow as tf
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from tensorflow_serving.apis import (
    classification_pb2,
    get_model_metadata_pb2,
    get_model_status_pb2,
    inference_pb2,
    regression_pb2,
)

pytestmark = pytest.mark.server

CODE = grpc.StatusCode
CLASSIFY, REGRESS = "tensorflow/serving/classify", "tensorflow/serving/regress"


def example(**features: float | list[float]) -> Any:
    made = tf.train.Example()
    for name, value in features.items():
        values = value if isinstance(value, list) else [value]
        made.features.feature[name].float_list.value.extend(values)
    return made


def request_for(
    kind: Any, signature: str, *examples: Any, model: str = "half_plus_two"
) -> Any:
    request = kind()
    request.model_spec.name = model
    request.model_spec.signature_name = signature
    request.input.example_list.examples.extend(examples)
    return request


def refused(call: Callable[[], Any]) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.RpcError) as caught:
        call()
    return caught.value.code(), caught.value.details() or ""


def test_classify_gives_a_class_for_each_example(wire: Any) -> None:
    kind = classification_pb2.ClassificationRequest
    request = request_for(kind, "classify_x_to_y", example(x=2.0), example(x=4.0))
    answer = wire.prediction.Classify(request, timeout=20)
    found = [each.classes[0] for each in answer.result.classifications]
    assert [(each.label, each.score) for each in found] == [("", 3.0), ("", 4.0)]
    assert answer.model_spec.signature_name == "classify_x_to_y"
    assert answer.model_spec.version.value == 123


def test_classify_gives_labels_and_scores_in_the_graphs_order(wire: Any) -> None:
    kind = classification_pb2.ClassificationRequest
    request = request_for(kind, "classes", example(x=[0.25, 0.75]), model="zoo")
    (only,) = wire.prediction.Classify(request, timeout=20).result.classifications
    assert [(each.label, each.score) for each in only.classes] == [
        ("a", 0.25),
        ("b", 0.75),
    ]


def test_a_context_is_part_of_every_example(wire: Any) -> None:
    request = request_for(regression_pb2.RegressionRequest, "regress_x_to_y")
    given = request.input.example_list_with_context
    given.context.CopyFrom(example(x=2.0))
    given.examples.extend([tf.train.Example(), example(x=4.0)])
    answer = wire.prediction.Regress(request, timeout=20)
    assert [each.value for each in answer.result.regressions] == [3.0, 4.0]


@pytest.mark.parametrize(
    ("asked", "examples", "code", "text"),
    [
        (
            ("half_plus_two", "none"),
            [1.0],
            CODE.INVALID_ARGUMENT,
            "No signature was found",
        ),
        (
            ("half_plus_two", ""),
            [1.0],
            CODE.INVALID_ARGUMENT,
            "No classification inputs",
        ),
        (
            ("half_plus_two", "classify_x_to_y"),
            [],
            CODE.INVALID_ARGUMENT,
            "Input is empty.",
        ),
        (
            ("half_plus_two", "regress_x_to_y"),
            [1.0],
            CODE.INVALID_ARGUMENT,
            "Expected classification signature outputs to contain at least one of",
        ),
        (("zoo", "two"), [1.0], CODE.INVALID_ARGUMENT, "Expected one input Tensor."),
        (("zoo", "classes"), [1.0], CODE.INVALID_ARGUMENT, "Number of float values"),
        (("none", ""), [1.0], CODE.NOT_FOUND, "Latest(none)"),
    ],
)
def test_classify_refuses_in_the_words_of_the_original(
    wire: Any,
    asked: tuple[str, str],
    examples: list[float],
    code: grpc.StatusCode,
    text: str,
) -> None:
    request = request_for(
        classification_pb2.ClassificationRequest,
        asked[1],
        *[example(x=value) for value in examples],
        model=asked[0],
    )
    found, details = refused(lambda: wire.prediction.Classify(request, timeout=20))
    assert (found, text in details) == (code, True), details


def multi(*tasks: tuple[str, str, str]) -> Any:
    request = inference_pb2.MultiInferenceRequest()
    for model, signature, method in tasks:
        task = request.tasks.add(method_name=method)
        task.model_spec.name = model
        task.model_spec.signature_name = signature
    request.input.example_list.examples.append(example(x=2.0))
    return request


def test_several_inferences_share_their_input(wire: Any) -> None:
    answer = wire.prediction.MultiInference(
        multi(
            ("half_plus_two", "regress_x_to_y", REGRESS),
            ("half_plus_two", "classify_x_to_y", CLASSIFY),
        ),
        timeout=20,
    )
    regressed, classified = answer.results
    assert regressed.regression_result.regressions[0].value == 3.0
    assert classified.classification_result.classifications[0].classes[0].score == 3.0
    assert classified.model_spec.signature_name == "classify_x_to_y"


@pytest.mark.parametrize(
    ("tasks", "code", "text"),
    [
        ([], CODE.INVALID_ARGUMENT, "ModelSpec has no name specified."),
        (
            [("half_plus_two", "regress_x_to_y", REGRESS), ("", "a", REGRESS)],
            CODE.INVALID_ARGUMENT,
            "Found ModelSpec with an empty model name.",
        ),
        (
            [("half_plus_two", "regress_x_to_y", REGRESS), ("zoo", "a", REGRESS)],
            CODE.INVALID_ARGUMENT,
            "must access the same model name.",
        ),
        (
            [("half_plus_two", "regress_x_to_y", REGRESS)] * 2,
            CODE.INVALID_ARGUMENT,
            "Duplicate evaluation of signature: regress_x_to_y",
        ),
        (
            [("half_plus_two", "none", REGRESS)],
            CODE.INVALID_ARGUMENT,
            "Requested signature not found in model graph: none",
        ),
        (
            [("half_plus_two", "regress_x_to_y", "tensorflow/serving/predict")],
            CODE.UNIMPLEMENTED,
            "Unsupported signature method_name: tensorflow/serving/predict",
        ),
        # Task by task: what is wrong with an earlier one comes first.
        (
            [("half_plus_two", "none", REGRESS), ("zoo", "a", REGRESS)],
            CODE.INVALID_ARGUMENT,
            "Requested signature not found in model graph: none",
        ),
        (
            [
                ("half_plus_two", "regress_x_to_y", REGRESS),
                ("half_plus_two", "serving_default", CLASSIFY),
            ],
            CODE.INVALID_ARGUMENT,
            "No classification inputs found in SignatureDef: ",
        ),
    ],
)
def test_several_inferences_are_refused_in_the_words_of_the_original(
    wire: Any, tasks: list[tuple[str, str, str]], code: grpc.StatusCode, text: str
) -> None:
    call = wire.prediction.MultiInference
    found, details = refused(lambda: call(multi(*tasks), timeout=20))
    assert (found, text in details) == (code, True), details


def test_metadata_is_what_the_file_says(wire: Any) -> None:
    request = get_model_metadata_pb2.GetModelMetadataRequest(
        metadata_field=["signature_def"]
    )
    request.model_spec.name = "half_plus_two"
    answer = wire.prediction.GetModelMetadata(request, timeout=20)
    assert answer.model_spec.version.value == 123
    assert not answer.model_spec.signature_name
    (packed,) = answer.metadata.values()
    suffix = "tensorflow.serving.SignatureDefMap"
    assert packed.type_url == f"type.googleapis.com/{suffix}"
    found = get_model_metadata_pb2.SignatureDefMap()
    packed.Unpack(found)
    assert found.signature_def["regress_x_to_y"].method_name == REGRESS


@pytest.mark.parametrize(
    ("model", "fields", "code", "text"),
    [
        (None, ["signature_def"], CODE.INVALID_ARGUMENT, "Missing ModelSpec"),
        ("x", [], CODE.INVALID_ARGUMENT, "must specify at least one metadata_field"),
        ("x", ["y"], CODE.INVALID_ARGUMENT, "Metadata field y is not supported"),
        ("x", ["signature_def"], CODE.NOT_FOUND, "Latest(x)"),
    ],
)
def test_metadata_is_refused_in_order(
    wire: Any, model: str | None, fields: list[str], code: grpc.StatusCode, text: str
) -> None:
    request = get_model_metadata_pb2.GetModelMetadataRequest(metadata_field=fields)
    if model is not None:
        request.model_spec.name = model
    call = wire.prediction.GetModelMetadata
    found, details = refused(lambda: call(request, timeout=20))
    assert (found, text in details) == (code, True), details


@pytest.mark.parametrize(
    ("model", "version", "code", "text"),
    [
        (None, None, CODE.INVALID_ARGUMENT, "Missing ModelSpec"),
        ("", None, CODE.NOT_FOUND, "Could not find any versions of model "),
        ("x", None, CODE.NOT_FOUND, "Could not find any versions of model x"),
        ("zoo", 9, CODE.NOT_FOUND, "Could not find version 9 of model zoo"),
        ("x", 9, CODE.NOT_FOUND, "Could not find version 9 of model x"),
    ],
)
def test_status_is_refused_in_the_words_of_the_original(
    wire: Any,
    model: str | None,
    version: int | None,
    code: grpc.StatusCode,
    text: str,
) -> None:
    request = get_model_status_pb2.GetModelStatusRequest()
    if model is not None:
        request.model_spec.SetInParent()
        request.model_spec.name = model
    if version is not None:
        request.model_spec.version.value = version
    call = wire.model.GetModelStatus
    assert refused(lambda: call(request, timeout=20)) == (code, text)


@pytest.mark.parametrize("service", ["", "ModelService", "PredictionService"])
def test_it_says_that_it_is_healthy(wire: Any, service: str) -> None:
    stub = health_pb2_grpc.HealthStub(wire.channel)
    request = health_pb2.HealthCheckRequest(service=service)
    assert stub.Check(request, timeout=20).status == 1


def test_it_lists_its_services(wire: Any) -> None:
    stub = reflection_pb2_grpc.ServerReflectionStub(wire.channel)
    request = reflection_pb2.ServerReflectionRequest(list_services="")
    (answer,) = stub.ServerReflectionInfo(iter([request]), timeout=20)
    names = {each.name for each in answer.list_services_response.service}
    assert "tensorflow.serving.PredictionService" in names
    assert "tensorflow.serving.ModelService" in names
