"""Wrong answers in lesson 2 get the hint that fits."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from digits_widget.course import check
from digits_widget.model_server.shipped import SHIPPED
from digits_widget.protocol.saved_model import read_saved_model

FIRST, SECOND = (read_saved_model(SHIPPED / each).graph("serve").ops for each in "12")
DIMS = [{"size": size} for size in ("-1", "28", "28", "1")]
SIGNATURES = {
    "serving_default": {"inputs": {"conv2d_1_input": {"tensor_shape": {"dim": DIMS}}}}
}


@pytest.mark.parametrize(
    ("only_in_1", "hint"),
    [
        (sorted(FIRST - SECOND), "must be a set"),
        (FIRST, "in both graphs"),
        (SECOND - FIRST, "the other way round"),
        (set(), "some are missing"),
    ],
)
def test_wrong_operations_get_a_hint(only_in_1: object, hint: str) -> None:
    assert hint in check(2, 1, {"only_in_1": only_in_1}).hint


def sizes(signatures: Any, name: str) -> list[Any]:
    dims = signatures["serving_default"]["inputs"][name]["tensor_shape"]["dim"]
    return [dim["size"] for dim in dims]


@pytest.mark.parametrize(
    ("shape_of", "hint"),
    [
        ((-1, 28, 28, 1), "must be a function"),
        (sizes, "it returns ['-1', '28', '28', '1']"),
        (lambda _signatures, _name: (-1, 28, 28, 1), "For other it returns"),
        (lambda signatures, name: signatures[name], "cannot be checked"),
    ],
)
def test_a_wrong_shape_gets_a_hint(shape_of: object, hint: str) -> None:
    assert hint in check(2, 2, {"shape_of": shape_of, "signatures": SIGNATURES}).hint


@pytest.mark.parametrize(
    ("name", "shape", "hint"),
    [
        ("image", (-1, 28, 28, 3), "still be called conv2d_1_input"),
        ("conv2d_1_input", (-1, 28, 28, 1), "declared shape is (-1, 28, 28, 1)"),
    ],
)
def test_wrong_colours_get_a_hint(name: str, shape: tuple[int, ...], hint: str) -> None:
    inputs = [SimpleNamespace(name=name, shape=shape)]
    metadata = SimpleNamespace(choose=lambda: SimpleNamespace(inputs=inputs))
    names = {"three_colours": print, "changed": lambda _: metadata}
    assert hint in check(2, 3, names).hint
