"""Wrong answers in lesson 2 get the hint that fits."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from digits_widget.course import check
from digits_widget.model_server.shipped import SHIPPED
from digits_widget.protocol import messages
from digits_widget.protocol.saved_model import read_saved_model

GRAPHS = [read_saved_model(SHIPPED / each).graph("serve") for each in "12"]
FIRST, SECOND = (graph.ops for graph in GRAPHS)
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
        (sizes, "returns a list"),
        (
            lambda _signatures, _name: (-1, 28, 28, 1),
            "For other, an input added by the check, it returns",
        ),
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


def test_the_two_versions_declare_the_same() -> None:
    # The solution of exercise 1 says so, and why the models can replace each other.
    first, second = (str(graph.metadata.choose()) for graph in GRAPHS)
    assert first == second


def test_version_2_has_the_signatures_that_the_lesson_names() -> None:
    first, second = (set(graph.metadata.signatures) for graph in GRAPHS)
    assert first == {"serving_default", "__saved_model_init_op"}
    assert second == first | {"activations"}


def test_a_graph_refuses_three_colours_whatever_is_declared(tmp_path: Path) -> None:
    tf = pytest.importorskip("tensorflow").compat.v1
    folder = shutil.copytree(SHIPPED / "2", tmp_path / "2")
    file = folder / "saved_model.pb"
    model = messages.SavedModel.FromString(file.read_bytes())
    declared = model.meta_graphs[0].signature_def["serving_default"].inputs
    declared["conv2d_1_input"].tensor_shape.dim[3].size = 3
    file.write_bytes(model.SerializeToString())
    with tf.Session(graph=tf.Graph()) as session:
        loaded = tf.saved_model.load(session, ["serve"], str(folder))
        signature = loaded.signature_def["serving_default"]
        given, answer = signature.inputs["conv2d_1_input"], signature.outputs["dense_2"]
        assert [dim.size for dim in given.tensor_shape.dim] == [-1, 28, 28, 3]
        with pytest.raises(ValueError, match="which has shape"):
            session.run(answer.name, {given.name: np.zeros((1, 28, 28, 3))})
