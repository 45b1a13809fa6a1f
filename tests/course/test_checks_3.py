"""Wrong answers in lesson 3 get the hint that fits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from digits_widget.course import check
from digits_widget.protocol import messages

CONTENT = np.arange(784, dtype="<f4").tobytes()
TENSOR = messages.TensorProto(tensor_content=CONTENT)
FACTORS = [0.1, 0.5, 1, 255]


def request_of(images: NDArray[np.float32], **other: Any) -> Any:
    made = messages.PredictRequest()
    made.model_spec.name = other.get("name", "digits")
    given = made.inputs[other.get("input", "conv2d_1_input")]
    given.dtype = other.get("dtype", 1)
    made.output_filter.extend(other.get("outputs", ()))
    for size in other.get("shape", (len(images), 28, 28, 1)):
        given.tensor_shape.dim.add(size=size)
    content = images.astype(other.get("kind", "<f4")).tobytes()
    given.tensor_content = content
    return made


def but(**other: Any) -> Callable[[NDArray[np.float32]], Any]:
    return lambda images: request_of(images, **other)


@pytest.mark.parametrize(
    ("start", "hint"),
    [
        ("71", "whole number"),
        (True, "whole number"),
        (-9, "does not begin"),
        (900, "does not begin"),
    ],
)
def test_a_wrong_place_gets_a_hint(start: object, hint: str) -> None:
    names = {"start": start, "sent": b"head" + CONTENT, "tensor": TENSOR}
    assert hint in check(3, 1, names).hint


@pytest.mark.parametrize(
    ("function", "hint"),
    [
        (3, "must be a function"),
        (lambda _: None, "must return"),
        (but(name="digit"), "does not name the model"),
        (but(input="image"), "needs one input"),
        (but(outputs=["scores"]), "output_filter"),
        (but(shape=(1, 28, 28, 1)), "the shape must be [3, 28, 28, 1]"),
        (but(dtype=2), "DT_FLOAT"),
        (but(kind="<f8"), "numbers are not those"),
        (but(kind=">f4"), "numbers are not those"),
    ],
)
def test_a_wrong_request_gets_a_hint(function: object, hint: str) -> None:
    assert hint in check(3, 2, {"request_of": function}).hint


def test_a_list_of_numbers_is_a_request_as_well(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))

    def listed(images: NDArray[np.float32]) -> Any:
        made = request_of(images)
        given = made.inputs["conv2d_1_input"]
        given.ClearField("tensor_content")
        given.float_val.extend(images.ravel().tolist())
        return made

    assert check(3, 2, {"request_of": listed}).right


@pytest.mark.parametrize(
    ("smallest", "hint"),
    [
        ("0.5", "a number"),
        (0.3, "not one of the factors"),
        (0.1, "the model answers 1"),
        (255, "with a smaller one"),
    ],
)
def test_a_wrong_factor_gets_a_hint(smallest: object, hint: str) -> None:
    def ask(pictures: list[NDArray[np.floating]]) -> NDArray[np.floating]:
        return np.eye(10)[[3 if picture.max() >= 0.5 else 1 for picture in pictures]]

    three = np.eye(28, dtype=np.float32)
    names = {"smallest": smallest, "factors": FACTORS, "three": three, "ask": ask}
    assert hint in check(3, 3, names).hint


@pytest.mark.parametrize(
    ("lesson", "number", "names"),
    [
        (3, 1, {"start": np.int64(4), "sent": b"head" + CONTENT, "tensor": TENSOR}),
        (3, 2, {"request_of": request_of}),
    ],
)
def test_numpys_numbers_are_right_as_well(
    lesson: int,
    number: int,
    names: dict[str, object],
    tmp_path: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    assert check(lesson, number, names).right


def test_the_fields_own_place_gets_a_hint() -> None:
    names = {"start": 1, "sent": b"head" + CONTENT, "tensor": TENSOR}
    assert "How long are its tag and length" in check(3, 1, names).hint
