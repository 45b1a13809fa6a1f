"""What the browser tests share: one JupyterLab, and one browser a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from digits_widget.model_server.embedded import EmbeddedServer
from tools.find_browser import find
from tools.lab import Lab, chromium
from tools.notebook_page import NotebookPage


@pytest.fixture(scope="session")
def lab(model_server: EmbeddedServer) -> Iterator[Lab]:
    """Start JupyterLab as `make lab` does: its kernels know the server's address."""
    if not find():
        pytest.skip("no Chromium or Chrome here; tools/find_browser.py says how")
    with Lab({"DIGITS_SERVER": model_server.target}) as lab:
        yield lab


@pytest.fixture(scope="module")
def browser(lab: Lab) -> Iterator[Browser]:
    """Start the browser. While it runs, no other test of asyncio can."""
    assert lab.url
    with chromium() as browser:
        yield browser


@pytest.fixture
def notebook(opened: NotebookPage) -> Iterator[NotebookPage]:
    """Show a widget that was just made; fail if the page reported an error."""
    opened.show_widget()
    yield opened
    errors, opened.errors = opened.errors, []
    assert not errors
