"""REST, with plain HTTP: every URL, every way to send values, every error."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

pytestmark = pytest.mark.server

HALF, ZOO = "/v1/models/half_plus_two", "/v1/models/zoo"
BIG = 2**53 + 1


@pytest.mark.parametrize(
    "path",
    [HALF, f"{HALF}/versions/123", f"{HALF}/versions/000123", f"{HALF}/labels/none"],
)
def test_status_is_the_json_of_the_original(wire: Any, path: str) -> None:
    status = {"error_code": "OK", "error_message": ""}
    version = {"version": "123", "state": "AVAILABLE", "status": status}
    assert wire.rest(path) == (200, {"model_version_status": [version]})


def test_metadata_is_the_json_of_the_original(wire: Any) -> None:
    status, found = wire.rest(f"{HALF}/metadata")
    assert status == 200
    spec = {"name": "half_plus_two", "signature_name": "", "version": "123"}
    assert found["model_spec"] == spec
    signature = found["metadata"]["signature_def"]["signature_def"]["serving_default"]
    dims = [{"size": "-1", "name": ""}, {"size": "1", "name": ""}]
    shape = {"dim": dims, "unknown_rank": False}
    assert signature == {
        "inputs": {"x": {"dtype": "DT_FLOAT", "name": "x:0", "tensor_shape": shape}},
        "outputs": {"y": {"dtype": "DT_FLOAT", "name": "y:0", "tensor_shape": shape}},
        "method_name": "tensorflow/serving/predict",
        "defaults": {},
    }


@pytest.mark.parametrize(
    ("path", "body", "code", "text"),
    [
        ("/v1/models", None, 400, "Missing model name in request."),
        ("/v1/models/none", None, 404, "Could not find any versions of model none"),
        (f"{HALF}/versions/9", None, 404, "Could not find version 9 of model"),
        (
            f"{HALF}?x=1",
            None,
            404,
            "Could not find any versions of model half_plus_two",
        ),
        (f"{HALF}/METADATA", None, 200, ""),
        ("/v1/nothing", None, 400, "Malformed request: GET /v1/nothing"),
        (f"{HALF}:predict", None, 400, "Malformed request: GET"),
        (HALF, {}, 400, "Malformed request: POST"),
        (f"{HALF}:PREDICT", {}, 400, "Malformed request: POST"),
        (f"{HALF}:predict?x=1", {}, 400, "Malformed request: POST"),
        ("/v1/models/none:predict", {}, 404, "Servable not found for request: Latest"),
        (f"{HALF}/versions/9:predict", {}, 404, "Specific(half_plus_two, 9)"),
        (f"{HALF}/labels/no:predict", {}, 400, "Unrecognized servable version label"),
        ("/v1/models/a%2Fb:predict", {}, 404, "Latest(a/b)"),
    ],
)
def test_urls_lead_where_they_lead_in_the_original(
    wire: Any, path: str, body: Any, code: int, text: str
) -> None:
    status, found = wire.rest(path, body)
    assert status == code
    assert text in found.get("error", "")


def test_a_version_beyond_int64_has_an_empty_answer(wire: Any) -> None:
    assert wire.rest(f"{HALF}/versions/{2**63}") == (400, b"")


def test_outside_v1_there_is_a_small_html_page(wire: Any) -> None:
    status, page = wire.rest("/index.html")
    assert status == 404
    assert b"<HTML>" in page


@pytest.mark.parametrize(
    ("signature", "asked", "answer"),
    [
        ("", {"instances": [2.0, 3.0, 4.0]}, {"predictions": [3.0, 3.5, 4.0]}),
        ("", {"inputs": [2.0, 3.0, 4.0]}, {"outputs": [3.0, 3.5, 4.0]}),
        ("", {"inputs": {"x": [[2], [3]]}}, {"outputs": [[3.0], [3.5]]}),
        ("", {"inputs": 2}, {"outputs": 3.0}),
        ("", {"inputs": []}, {"outputs": []}),
        ("", {"instances": [{"x": [2]}, {"x": [3]}]}, {"predictions": [[3.0], [3.5]]}),
        ("", {"instances": [2], "other": 1}, {"predictions": [3.0]}),
        (
            "two",
            {"instances": [{"a": 1, "b": 2}]},
            {"predictions": [{"sum": 3.0, "product": 2.0}]},
        ),
        (
            "two",
            {"inputs": {"a": [1, 2], "b": [3, 4], "extra": 0}},
            {"outputs": {"sum": [4.0, 6.0], "product": [3.0, 8.0]}},
        ),
        (
            "text",
            {"instances": ["é", {"b64": "AP8"}]},
            None,
        ),
        ("same_int64", {"inputs": [BIG, -(2**63)]}, {"outputs": [BIG, -(2**63)]}),
        ("same_uint64", {"inputs": [2**64 - 1]}, {"outputs": [2**64 - 1]}),
        ("same_uint8", {"inputs": [300, -1]}, {"outputs": [44, 255]}),
        ("same_bool", {"inputs": [[True], [False]]}, {"outputs": [[True], [False]]}),
        ("same_float64", {"inputs": [0.1, 1e300]}, {"outputs": [0.1, 1e300]}),
        ("same_float32", {"inputs": [0.1, 1e-30]}, {"outputs": [0.1, 1e-30]}),
        ("scalar", {"inputs": [1, 2]}, {"outputs": 3.0}),
        ("uneven", {"inputs": [1, 2]}, {"outputs": {"all": [1.0, 2.0], "head": [1.0]}}),
    ],
)
def test_predict_takes_rows_and_columns(
    wire: Any, signature: str, asked: dict[str, Any], answer: Any
) -> None:
    model = ZOO if signature else HALF
    if signature:
        asked = {**asked, "signature_name": signature}
    status, found = wire.rest(f"{model}:predict", asked)
    assert status == 200, found
    if answer is not None:
        assert found == answer


@pytest.mark.parametrize(
    ("signature", "asked", "code", "text"),
    [
        ("", {}, 400, "Missing 'inputs' or 'instances' key"),
        (
            "",
            {"inputs": 1, "instances": [1]},
            400,
            "only one of 'inputs' or 'instances'",
        ),
        ("", {"instances": 1}, 400, "Expecting 'instances' to be an list/array"),
        ("", {"instances": []}, 400, "No values in 'instances' array"),
        ("none", {"instances": [1]}, 400, 'signature name: "none" not found'),
        ("no_input", {"instances": [1]}, 400, "Failed to get input map for signature"),
        ("two", {"instances": [1]}, 400, "instances is a plain list, but expecting"),
        ("two", {"inputs": [1]}, 400, "inputs is a plain value/list, but expecting"),
        ("two", {"inputs": {"a": [1]}}, 400, "Missing named input: b in 'inputs'"),
        (
            "two",
            {"instances": [{"a": 1}]},
            400,
            (
                "Failed to process element: 0 of 'instances' list. JSON object: "
                '{"a":1} keys must be equal to: a,b'
            ),
        ),
        (
            "two",
            {"instances": [{"a": 1, "b": 1, "c": 1}]},
            400,
            "JSON object: does not have named input: c",
        ),
        (
            "two",
            {"instances": [{"a": 1, "b": 1}, 1]},
            400,
            "Expecting object but got list at item 1",
        ),
        (
            "scalar",
            {"instances": [1, {"x": 1}]},
            400,
            "Expecting value/list but got object at item 1",
        ),
        (
            "scalar",
            {"instances": ["a"]},
            400,
            "process element: 0 of 'instances' list. Error: INVALID_ARGUMENT: JSON Va",
        ),
        (
            "scalar",
            {"instances": [True]},
            400,
            "JSON Value: true Type: True is not of expected type: float",
        ),
        ("same_int32", {"inputs": [1.0]}, 400, "is not of expected type: int32"),
        ("same_int32", {"inputs": [2**31]}, 400, "is not of expected type: int32"),
        (
            "same_bool",
            {"inputs": [1]},
            400,
            "Type: Number is not of expected type: bool",
        ),
        ("same_half", {"inputs": [1]}, 501, "to type: half"),
        ("same_half", {"instances": [1]}, 400, "to type: half"),
        ("text", {"inputs": [{"b64": "?"}]}, 400, "Unable to base64 decode"),
        (
            "text",
            {"inputs": [{"b64": "", "x": 1}]},
            400,
            "formatted correctly for base64",
        ),
        (
            "scalar",
            {"inputs": [[1, 2], [3]]},
            400,
            "Encountered list at unexpected size",
        ),
        ("scalar", {"inputs": [1, [2]]}, 400, "Encountered list at unexpected level"),
        ("scalar", {"inputs": [[1], 2]}, 400, "found at incorrect level"),
        (
            "scalar",
            {"instances": [[1, 2], [3]]},
            400,
            "Expecting tensor size: 2 but got: 1",
        ),
        (
            "scalar",
            {"instances": [[[1], [2]], [[1, 2]]]},
            400,
            "Expecting shape [2,1] but got: [1,2]",
        ),
        ("scalar", {"instances": [1]}, 400, "Tensor name: y has no shape information"),
        ("uneven", {"instances": [1, 2]}, 400, "inconsistent batch size"),
        ("", {"instances": [[1, 2, 3]]}, 400, "Matrix size-incompatible"),
    ],
)
def test_predict_says_what_is_wrong_in_the_words_of_the_original(
    wire: Any, signature: str, asked: dict[str, Any], code: int, text: str
) -> None:
    if signature:
        asked = {**asked, "signature_name": signature}
    status, found = wire.rest(f"{ZOO}:predict", asked)
    assert list(found) == ["error"]
    assert (status, text in found["error"]) == (code, True), found


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"", "The document is empty."),
        (b"[1]", "Is not object"),
        (b'{"instances": [1', "JSON Parse error: "),
        (b'{"instances": [1e400]}', "Number too big to be stored in double."),
        (b'{"instances": ["\\ud800"]}', "The surrogate pair in string is invalid."),
        (b'{"instances": ' + b"[" * 100_000, "JSON Parse error: "),
        (b'{"signature_name": 3, "instances": [1]}', "must be a string value"),
    ],
)
def test_what_is_not_json_is_refused(wire: Any, body: bytes, text: str) -> None:
    status, found = wire.rest(f"{HALF}:predict", body)
    assert status == 400
    assert text in found["error"]


@pytest.mark.parametrize(
    "body",
    [
        b'{"instances": [2.0]} and more',
        b'{"instances": [2.0], "instances": 5}',
        b' \n{"instances": [2]}',
    ],
)
def test_json_is_read_as_loosely_as_in_the_original(wire: Any, body: bytes) -> None:
    assert wire.rest(f"{HALF}:predict", body) == (200, {"predictions": [3.0]})


def test_words_for_what_is_not_finite_go_both_ways(wire: Any) -> None:
    body = b'{"instances": [NaN, Infinity, -Infinity, Inf, -Inf]}'
    status, found = wire.rest(f"{HALF}:predict", body)
    assert status == 200
    assert str(found["predictions"]) == "[nan, inf, -inf, inf, -inf]"


def test_aliases_that_end_in_bytes_come_back_as_base64(wire: Any) -> None:
    body = {"signature_name": "text", "instances": ["a", {"b64": "YQ=="}]}
    row = {"same": "a", "raw_bytes": {"b64": "YSE="}}
    assert wire.rest(f"{ZOO}:predict", body) == (200, {"predictions": [row, row]})


def test_a_gzip_body_is_inflated_and_a_broken_one_counts_as_empty(wire: Any) -> None:
    headers = {"Content-Encoding": "gzip"}
    body = gzip.compress(json.dumps({"instances": [2]}).encode())
    assert wire.rest(f"{HALF}:predict", body, headers)[0] == 200
    status, found = wire.rest(f"{HALF}:predict", body[:-9], headers)
    assert status == 400
    assert "The document is empty" in found["error"]
    members = gzip.compress(b'{"instances": ') + gzip.compress(b"[2]}")
    assert wire.rest(f"{HALF}:predict", members, headers)[0] == 200


LARGE = 9 * 2**20
"""Bytes: more than a reader that is careful of each would like."""


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        (
            b'{"instances": [2.0], "note": {"b64": "%s"}}' % (b"e512" * (LARGE // 4)),
            3.0,
        ),
        (b'{"instances": [1e30]%s}' % (b" " * LARGE), 5e29),
        (b'{"note": "\\ud83d\\ude00%s", "instances": [2]}' % (b"a" * LARGE), 3.0),
        (b'{"instances": [2], "instances": %s1]}' % (b"[1], " * (LARGE // 5)), None),
    ],
    ids=["base64", "exponent", "emoji", "broken"],
)
def test_a_large_body_is_read_like_a_small_one(
    wire: Any, body: bytes, answer: float | None
) -> None:
    status, found = wire.rest(f"{HALF}:predict", body)
    if answer is None:
        assert status == 400
        assert "Missing a name for object member. at offset: 37" in found["error"]
    else:
        assert (status, found) == (200, {"predictions": [answer]})


def test_a_graph_that_runs_too_long_is_a_gateway_timeout(wire: Any) -> None:
    body = {"signature_name": "spin", "instances": [1]}
    status, found = wire.rest(f"{ZOO}:predict", body)
    assert status == 504
    assert "Timed out" in found["error"]


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ({"examples": [{"x": 2.0}]}, [[["", 3.0]]]),
        ({"examples": [{"x": [2.0]}, {"x": 4.0}]}, [[["", 3.0]], [["", 4.0]]]),
        ({"context": {"x": 2.0}, "examples": [{}]}, [[["", 3.0]]]),
        ({"context": {"x": 9.0}, "examples": [{"x": 2.0}]}, [[["", 3.0]]]),
        # The model takes no notice of these, but they must be read.
        ({"examples": [{"x": 2.0, "z": True, "w": [1, False]}]}, [[["", 3.0]]]),
        ({"examples": [{"x": 2.0, "z": [1.5, 2**70], "w": []}]}, [[["", 3.0]]]),
    ],
)
def test_classify_answers_with_pairs(wire: Any, asked: Any, answer: Any) -> None:
    body = {"signature_name": "classify_x_to_y", **asked}
    assert wire.rest(f"{HALF}:classify", body) == (200, {"results": answer})


def test_regress_answers_with_numbers(wire: Any) -> None:
    body = {"signature_name": "regress_x_to_y", "examples": [{"x": 2.0}]}
    assert wire.rest(f"{HALF}:regress", body) == (200, {"results": [3.0]})


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ({}, "key 'examples' is expected and was not found"),
        ({"context": {"x": 2.0}}, "key 'examples' is expected and was not found"),
        ({"context": [{"x": 2.0}]}, "Example must be JSON object but got JSON Array"),
        ({"examples": 1}, "to be an list/array"),
        ({"examples": []}, "value is an empty array"),
        ({"examples": [1]}, "Example must be JSON object but got JSON"),
        ({"examples": [{"x": 1}]}, "Data types don't match"),
        ({"examples": [{"x": [1.0, "a"]}]}, "Unexpected element type in feature: x"),
        ({"examples": [{"x": None}]}, "element with unexpected JSON type"),
        ({"examples": [{"x": [[1.0]]}]}, "element with unexpected JSON type"),
        ({"examples": [{"x": 2**63}]}, "Only int64_t is supported."),
        ({"examples": [{}]}, "is required but could not be found."),
    ],
)
def test_classify_says_what_is_wrong(wire: Any, asked: Any, text: str) -> None:
    body = {"signature_name": "classify_x_to_y", **asked}
    status, found = wire.rest(f"{HALF}:classify", body)
    assert (status, text in found["error"]) == (400, True), found


def test_the_metrics_page_counts(wire: Any) -> None:
    wire.rest(f"{HALF}:predict", {"instances": [1]})
    status, page = wire.rest("/monitoring/prometheus/metrics")
    assert status == 200
    assert b"# TYPE :tensorflow:serving:request_count counter" in page
    assert b'request_latency_bucket{API="predict",entrypoint="REST",le="10.0"' in page
    assert b'runtime_latency_count{API="Predict",model_name="half_plus_two"' in page


def test_the_metrics_page_counts_examples(wire: Any) -> None:
    name = ":tensorflow:serving:request_example_counts"
    before = _sample(wire, f'{name}_sum{{model="half_plus_two"}}')
    body = {"signature_name": "classify_x_to_y", "examples": [{"x": 2.0}] * 3}
    wire.rest(f"{HALF}:classify", body)
    wire.rest(f"{HALF}:classify", {"examples": []})
    assert _sample(wire, f'{name}_sum{{model="half_plus_two"}}') == before + 3


def _sample(wire: Any, series: str) -> float:
    _, page = wire.rest("/monitoring/prometheus/metrics")
    found = [line for line in page.decode().splitlines() if line.startswith(series)]
    return float(found[0].rpartition(" ")[2]) if found else 0.0
