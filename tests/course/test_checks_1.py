"""Wrong answers in lesson 1 get the hint that fits."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from digits_widget.course import check
from digits_widget.model_server.shipped import SHIPPED

LABELS = np.arange(20) % 10
FRAMED = np.zeros((20, 28, 28), np.float32)
ANSWERS = np.eye(10)[LABELS]
"""Confidences of a network that reads every drawing correctly."""


@pytest.mark.parametrize(
    ("renamed", "hint"),
    [
        ("a folder", "Put what export_file returns"),
        (SimpleNamespace(path=SHIPPED / "none"), "none"),
        (SimpleNamespace(path=SHIPPED / "1"), "has the input ['conv2d_1_input']"),
    ],
)
def test_a_wrong_export_gets_a_hint(renamed: object, hint: str) -> None:
    assert hint in check(1, 1, {"renamed": renamed}).hint


def client(*ready: int) -> object:
    """Return what the exercise asks of the lesson's client."""
    states = [SimpleNamespace(version=v, is_ready=v in ready) for v in (1, 2)]
    return SimpleNamespace(status=lambda: states)


@pytest.mark.parametrize(
    ("answering", "ready", "hint"),
    [
        ("1", (1,), "must be a number"),
        (2, (2,), "Rename the folder of version 2"),
        (1, (1, 2), "Rename the folder of version 2"),
        (2, (1,), "Ask again"),
    ],
)
def test_a_version_that_is_not_taken_back_gets_a_hint(
    answering: object, ready: tuple[int, ...], hint: str
) -> None:
    names = {"answering": answering, "client": client(*ready)}
    assert hint in check(1, 2, names).hint


@pytest.mark.parametrize(
    ("better", "hint"),
    [
        ("a network", "must be a network"),
        (lambda images: images, "must give ten confidences"),
        (lambda _: ANSWERS[::-1], "It reads 0.0%"),
    ],
)
def test_a_network_that_is_no_better_gets_a_hint(better: object, hint: str) -> None:
    known = SimpleNamespace(labels=LABELS)
    first = lambda _: ANSWERS  # noqa: E731
    names = {"better": better, "mine": first, "framed": FRAMED, "known": known}
    assert hint in check(1, 3, names).hint


def test_the_way_of_2020_loads_and_then_fails_at_each_request(tmp_path: Path) -> None:
    # What the answer to question 3 says of a server that loads only the graph.
    tf = pytest.importorskip("tensorflow")
    network = importlib.import_module("digits_widget.training.network")
    tf.saved_model.save(network.article_network(), str(tmp_path))
    with tf.compat.v1.Session(graph=tf.Graph()) as session:
        loaded = tf.compat.v1.saved_model.load(session, ["serve"], str(tmp_path))
        signature = loaded.signature_def["serving_default"]
        given, answer = signature.inputs["inputs"], signature.outputs["output_0"]
        with pytest.raises(tf.errors.FailedPreconditionError, match="Could not find"):
            session.run(answer.name, {given.name: np.zeros((1, 28, 28, 1))})
