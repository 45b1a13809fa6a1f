"""Fixtures that several rooms' tests share."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from digits_widget.model_server.embedded import EmbeddedServer

# The tests start servers of their own; one that runs beside them is not theirs.
for name in ("DIGITS_SERVER", "DIGITS_REST"):
    os.environ.pop(name, None)

# A busy machine is no fault of what is tested.
settings.register_profile("patient", settings.default, deadline=None)
settings.load_profile("patient")


@pytest.fixture(scope="session")
def data() -> Path:
    """Return the folder with MNIST and the pen digits, or skip."""
    folder = os.environ.get("DIGITS_DATA")
    if not folder:
        pytest.skip("DIGITS_DATA does not name the folder with MNIST and pen digits")
    return Path(folder)


@pytest.fixture(scope="session")
def model_server() -> Iterator[EmbeddedServer]:
    """Start the embedded server on the shipped model, once for all tests."""
    from digits_widget.model_server.embedded import EmbeddedServer

    with EmbeddedServer() as server:
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
        pytest.importorskip("tensorflow_serving.apis.prediction_log_pb2")
    from google.protobuf import descriptor_pool

    return descriptor_pool.Default()
