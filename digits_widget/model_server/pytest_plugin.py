"""The pytest plugin: a fixture `tf_serving`, a model server for the tests of a service.

pytest finds it by itself once this package is installed. Only pytest imports this file,
and the server starts only if a test asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from digits_widget.model_server.embedded import EmbeddedServer

_BASE_PATH, _MODEL = "tf_serving_base_path", "tf_serving_model"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the settings."""
    parser.addini(
        _BASE_PATH,
        "folder with a SavedModel's numbered versions, for the fixture tf_serving "
        "(default: the models of digits-widget)",
        type="paths",
    )
    parser.addini(_MODEL, "the model's name on that server", default="digits")


@pytest.fixture(scope="session")
def tf_serving(pytestconfig: pytest.Config) -> Iterator[EmbeddedServer]:
    """Start a server with TensorFlow Serving's gRPC and REST interfaces.

    Give `target`, or `rest_url`, to what you test. The server serves the models of
    digits-widget, or the folder in `tf_serving_base_path` under the name in
    `tf_serving_model`.
    """
    # Every run of pytest loads this file, and few ask for a server.
    from digits_widget.model_server.embedded import EmbeddedServer  # noqa: PLC0415

    folder = next(iter(pytestconfig.getini(_BASE_PATH)), None)
    with EmbeddedServer(folder, model=pytestconfig.getini(_MODEL)) as server:
        yield server
