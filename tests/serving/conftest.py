"""A scripted server for each test that wants one, and TensorFlow as an oracle."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from tests.serving.scripted_server import ScriptedServer


@pytest.fixture
def scripted() -> Iterator[ScriptedServer]:
    """Start a server of one well-behaved model whose answers a test may change."""
    with ScriptedServer() as server:
        yield server


@pytest.fixture(scope="session")
def tensorflow() -> Any:
    """Return TensorFlow, or skip; what it warns about is not ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("tensorflow")


@pytest.fixture(scope="session")
def official(tensorflow: Any) -> Any:
    """Return the pool in which TensorFlow and its serving API keep their messages."""
    assert tensorflow
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pytest.importorskip("tensorflow_serving.apis.prediction_service_pb2")
        pytest.importorskip("tensorflow_serving.apis.model_service_pb2")
    from google.protobuf import descriptor_pool

    return descriptor_pool.Default()
