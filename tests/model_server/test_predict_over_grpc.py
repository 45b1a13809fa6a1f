"""Predict, with the official stubs: who is asked, what is sent, what comes back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import grpc
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.framework import tensor_pb2, types_pb2
from tensorflow_serving.apis import predict_pb2

pytestmark = pytest.mark.server

CODE = grpc.StatusCode


@pytest.fixture
def ask(wire: Any, proto: Callable[..., Any]) -> Callable[..., Any]:
    def asked(
        model: str = "zoo",
        signature: str = "",
        outputs: tuple[str, ...] = (),
        version: int | None = None,
        label: str | None = None,
        **inputs: Any,
    ) -> predict_pb2.PredictResponse:
        request = predict_pb2.PredictRequest(output_filter=outputs)
        request.model_spec.name = model
        request.model_spec.signature_name = signature
        if version is not None:
            request.model_spec.version.value = version
        if label is not None:
            request.model_spec.version_label = label
        for name, value in inputs.items():
            is_proto = hasattr(value, "dtype") and hasattr(value, "tensor_shape")
            request.inputs[name].CopyFrom(value if is_proto else proto(value))
        return wire.prediction.Predict(request, timeout=20)

    return asked


def refused(call: Callable[[], Any]) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.RpcError) as caught:
        call()
    return caught.value.code(), caught.value.details() or ""


@pytest.mark.parametrize("outputs", [(), ("y",)])
def test_half_plus_two_answers_as_upstream_tests_it(
    ask: Callable[..., Any], outputs: tuple[str, ...]
) -> None:
    answer = ask("half_plus_two", outputs=outputs, x=[2.0])
    assert dict(answer.outputs).keys() == {"y"}
    assert list(answer.outputs["y"].float_val) == [3.0]
    spec = answer.model_spec
    assert (spec.name, spec.version.value) == ("half_plus_two", 123)
    assert spec.signature_name == "serving_default"


@pytest.mark.parametrize(
    ("given", "code", "text"),
    [
        ({"model": ""}, CODE.INVALID_ARGUMENT, "ModelSpec has no name specified."),
        (
            {"model": "nobody"},
            CODE.NOT_FOUND,
            "Servable not found for request: Latest(nobody)",
        ),
        (
            {"version": 99},
            CODE.NOT_FOUND,
            "Servable not found for request: Specific(zoo, 99)",
        ),
        (
            {"version": 0},
            CODE.NOT_FOUND,
            "Servable not found for request: Specific(zoo, 0)",
        ),
        (
            {"label": "stable"},
            CODE.INVALID_ARGUMENT,
            "Unrecognized servable version label: stable",
        ),
        (
            {"label": ""},
            CODE.INVALID_ARGUMENT,
            "Unrecognized servable version label: ",
        ),
        (
            {"signature": "none"},
            CODE.FAILED_PRECONDITION,
            'Serving signature key "none" not found.',
        ),
        (
            {"signature": "two", "a": [1], "c": [1], "z": [1]},
            CODE.INVALID_ARGUMENT,
            "3!=2 len({a,c,z}) != len({a,b}). Sent extra: {c,z}. Missing but required",
        ),
        (
            {"signature": "two", "a": [1]},
            CODE.INVALID_ARGUMENT,
            "input size does not match signature: 1!=2",
        ),
        (
            {"signature": "two", "a": [1], "c": [1]},
            CODE.INVALID_ARGUMENT,
            "Signature input alias: b(feed name: two_b:0) not found in request",
        ),
        (
            {"x": [[1, 2]], "outputs": ("nothing",)},
            CODE.INVALID_ARGUMENT,
            "output tensor alias not found in signature: nothing Outputs expected",
        ),
        (
            {"x": [[1, 2]], "outputs": ("y", "y")},
            CODE.INVALID_ARGUMENT,
            "duplicate output tensor alias: y",
        ),
        (
            {"x": tf.make_tensor_proto([[1.0, 2.0]], tf.float64)},
            CODE.INVALID_ARGUMENT,
            "Expects arg[0] to be float but double is provided",
        ),
        (
            {"x": tensor_pb2.TensorProto(dtype=types_pb2.DT_RESOURCE)},
            CODE.INVALID_ARGUMENT,
            "Expects arg[0] to be float but resource is provided",
        ),
        ({"x": [[1, 2, 3]]}, CODE.INVALID_ARGUMENT, "Matrix size-incompatible"),
        (
            {"signature": "__saved_model_init_op"},
            CODE.INVALID_ARGUMENT,
            "Output __saved_model_init_op has no data type that can be sent",
        ),
        (
            {"signature": "image", "x": [[[1.0]]]},
            CODE.INVALID_ARGUMENT,
            "not compatible with expected shape",
        ),
        (
            {
                "signature": "divide",
                "a": tf.constant([1]),
                "b": tf.constant([0]),
            },
            CODE.INVALID_ARGUMENT,
            "ivi",
        ),
        (
            {"signature": "parse", "s": tf.make_tensor_proto([b"\xff\xfe"])},
            CODE.INVALID_ARGUMENT,
            "",
        ),
    ],
)
def test_what_cannot_be_answered_is_refused_with_the_words_of_the_original(
    ask: Callable[..., Any], given: dict[str, Any], code: grpc.StatusCode, text: str
) -> None:
    given = {
        key: tf.make_tensor_proto(value) if tf.is_tensor(value) else value
        for key, value in given.items()
    }
    found, details = refused(lambda: ask(**given))
    assert found is code
    assert text in details


def test_a_request_without_a_model_is_refused(wire: Any) -> None:
    found = refused(lambda: wire.prediction.Predict(predict_pb2.PredictRequest()))
    assert found == (CODE.INVALID_ARGUMENT, "Missing ModelSpec")


def test_an_undecodable_tensor_is_refused_by_its_alias(ask: Callable[..., Any]) -> None:
    broken = tf.make_tensor_proto([[1.0, 2.0]])
    broken.tensor_content = b"123"
    code, details = refused(lambda: ask(x=broken))
    assert (code, details) == (CODE.INVALID_ARGUMENT, "tensor parsing error: x")


def test_the_first_failing_check_wins(ask: Callable[..., Any]) -> None:
    broken = tf.make_tensor_proto([[1.0, 2.0]])
    broken.tensor_content = b"123"
    code, _ = refused(lambda: ask(x=broken, signature="none", outputs=("none",)))
    assert code is CODE.FAILED_PRECONDITION
    _, details = refused(lambda: ask(x=broken, outputs=("none",)))
    assert details.startswith("tensor parsing error")


@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 5), (1, 2, 3)])
@pytest.mark.parametrize("dtype", ["float32", "half", "bfloat16", "int8", "bool"])
def test_any_shape_and_type_goes_through(
    ask: Callable[..., Any], dtype: str, shape: tuple[int, ...]
) -> None:
    array = np.ones(shape, tf.dtypes.as_dtype(dtype).as_numpy_dtype)
    answer = ask(signature=f"same_{dtype}", x=tf.make_tensor_proto(array))
    found = tf.make_ndarray(answer.outputs["y"])
    assert found.dtype == array.dtype
    assert found.shape == shape
    assert (found == array).all()


@pytest.mark.parametrize("dtype", ["qint8", "quint8", "qint16", "quint16", "qint32"])
def test_quantised_numbers_go_through_and_are_not_plain_ones(
    ask: Callable[..., Any], dtype: str
) -> None:
    number = tf.dtypes.as_dtype(dtype).as_datatype_enum
    given = tensor_pb2.TensorProto(dtype=number, int_val=[1, 100])
    given.tensor_shape.dim.add(size=2)
    answer = ask(signature=f"same_{dtype}", x=given).outputs["y"]
    assert answer == given
    word = dtype.removeprefix("q")
    plain = tf.make_tensor_proto([1], word)
    code, details = refused(lambda: ask(signature=f"same_{dtype}", x=plain))
    assert code is CODE.INVALID_ARGUMENT
    assert details == f"Expects arg[0] to be {dtype} but {word} is provided"


def test_strings_go_through_byte_for_byte(ask: Callable[..., Any]) -> None:
    values = [b"", b"\x00\xff\x00", "é".encode()]
    answer = ask(signature="text", s=tf.make_tensor_proto(values))
    assert list(answer.outputs["same"].string_val) == values
    assert list(answer.outputs["raw_bytes"].string_val) == [v + b"!" for v in values]


def test_outputs_may_be_scalars_and_differ_in_rows(ask: Callable[..., Any]) -> None:
    scalar = ask(signature="scalar", x=[1.0, 2.0]).outputs["y"]
    assert (list(scalar.float_val), len(scalar.tensor_shape.dim)) == ([3.0], 0)
    uneven = ask(signature="uneven", x=[1.0, 2.0]).outputs
    assert len(uneven["all"].float_val) == 2
    assert len(uneven["head"].float_val) == 1


def test_only_the_filtered_outputs_come_back(ask: Callable[..., Any]) -> None:
    answer = ask(signature="two", outputs=("sum",), a=[1], b=[2])
    assert list(answer.outputs) == ["sum"]


def test_a_variable_of_the_old_kind_is_read(ask: Callable[..., Any], wire: Any) -> None:
    found = ask("half_plus_two", "variable", x=[2.0]).outputs["a"]
    assert (found.dtype, list(found.float_val)) == (types_pb2.DT_FLOAT, [0.5])
    body = {"signature_name": "variable", "inputs": [2.0]}
    answer = wire.rest("/v1/models/half_plus_two:predict", body)
    assert answer == (200, {"outputs": 0.5})


def test_a_signature_without_inputs_answers(ask: Callable[..., Any]) -> None:
    assert list(ask(signature="no_input").outputs["y"].float_val) == [1.0]


def test_a_deadline_ends_a_graph_that_would_run_for_ever(
    wire: Any, proto: Callable[..., Any]
) -> None:
    request = predict_pb2.PredictRequest()
    request.model_spec.name = "zoo"
    request.model_spec.signature_name = "spin"
    request.inputs["x"].CopyFrom(proto([1.0]))
    code, _ = refused(lambda: wire.prediction.Predict(request, timeout=0.3))
    assert code is CODE.DEADLINE_EXCEEDED


def test_bytes_that_are_no_request_are_an_internal_error(wire: Any) -> None:
    raw = wire.channel.unary_unary("/tensorflow.serving.PredictionService/Predict")
    code, _ = refused(lambda: raw(b"\xff\xff\xff", timeout=10))
    assert code is CODE.INTERNAL


def test_an_unknown_method_is_unimplemented(wire: Any) -> None:
    raw = wire.channel.unary_unary("/tensorflow.serving.PredictionService/Nothing")
    code, _ = refused(lambda: raw(b"", timeout=10))
    assert code is CODE.UNIMPLEMENTED


def test_long_error_texts_are_cut(ask: Callable[..., Any]) -> None:
    _, details = refused(lambda: ask(model="n" * 5000))
    assert len(details) == 1024 + len("...TRUNCATED")
    assert details.endswith("...TRUNCATED")


def test_a_request_above_four_mebibytes_is_taken(ask: Callable[..., Any]) -> None:
    array = np.ones((1_500_000, 2), np.float32)
    assert len(ask(x=array).outputs["y"].float_val) == len(array)


def test_it_answers_on_its_unix_socket(wire: Any, proto: Callable[..., Any]) -> None:
    flags = wire.server._flags
    path = next(each for each in flags if each.startswith("--grpc_socket_path="))
    with grpc.insecure_channel(f"unix:{path.partition('=')[2]}") as channel:
        stub = type(wire.prediction)(channel)
        request = predict_pb2.PredictRequest()
        request.model_spec.name = "half_plus_two"
        request.inputs["x"].CopyFrom(proto([2.0]))
        assert list(stub.Predict(request, timeout=10).outputs["y"].float_val) == [3.0]
