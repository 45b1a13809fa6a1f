"""A scripted server for each test that wants one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.serving.scripted_server import ScriptedServer


@pytest.fixture
def scripted() -> Iterator[ScriptedServer]:
    """Start a server of one well-behaved model whose answers a test may change."""
    with ScriptedServer() as server:
        yield server
