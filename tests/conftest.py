"""Fixtures that several rooms' tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from digits_widget.model_server.embedded import EmbeddedServer

# The tests start servers of their own; one that runs beside them is not theirs.
for name in ("DIGITS_SERVER", "DIGITS_REST"):
    os.environ.pop(name, None)


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
