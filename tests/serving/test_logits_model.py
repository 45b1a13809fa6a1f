"""A real model that ends before its softmax, over both roads."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from digits_widget.errors import LogitsError, OptionError
from digits_widget.logits import softmax
from digits_widget.model_server.embedded import EmbeddedServer
from digits_widget.serving import Client

pytestmark = pytest.mark.server

EXPORT = Path(__file__).with_name("logits_model.py")

IMAGE = np.zeros((28, 28), np.float32)
IMAGE[:7, 6] = 1

EXPECTED = np.full(10, -3.0)
EXPECTED[3] = 4


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    folder = tmp_path_factory.mktemp("logits")
    subprocess.run([sys.executable, EXPORT, folder], check=True, timeout=120)
    with EmbeddedServer(folder, model="raw") as server:
        yield server


@pytest.fixture(params=["grpc", "rest"])
def target(request: pytest.FixtureRequest, server: EmbeddedServer) -> str:
    return server.target if request.param == "grpc" else server.rest_url


def test_logits_are_refused_and_shown(target: str) -> None:
    with (
        Client(target, model="raw") as client,
        pytest.raises(LogitsError, match='logits="softmax"') as caught,
    ):
        client.predict(IMAGE)
    np.testing.assert_array_equal(caught.value.logits, [EXPECTED])
    assert (caught.value.target, caught.value.model) == (target, "raw")


def test_asked_for_their_softmax_they_are_confidences(target: str) -> None:
    with Client(target, model="raw", logits="softmax") as client:
        both = client.predict(np.stack([IMAGE, 0 * IMAGE]))
    assert both[0].label == 3
    np.testing.assert_array_equal(both[0].logits, EXPECTED)
    np.testing.assert_allclose(both[0].confidences, softmax(EXPECTED))
    np.testing.assert_allclose(both[1].confidences, 0.1)


def test_confidences_are_left_alone(model_server: EmbeddedServer) -> None:
    with (
        Client(model_server.target) as plain,
        Client(model_server.target, logits="softmax") as asked,
    ):
        one, other = plain.predict(IMAGE), asked.predict(IMAGE)
    np.testing.assert_array_equal(one.confidences, other.confidences)
    assert other.logits is None


def test_another_wish_is_refused() -> None:
    with pytest.raises(OptionError, match="softmax"):
        Client("127.0.0.1:1", logits="ignore")  # type: ignore[arg-type]
