"""``digits-widget app``: a real page by Voila, in a real browser."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlparse

import psutil
import pytest
from playwright.sync_api import expect

from digits_widget.cli import main
from digits_widget.samples import sample
from tests.browser.looks import assert_good
from tests.cli.running_command import RunningCommand, free_port, until
from tools.find_browser import find
from tools.lab import PATIENCE, chromium
from tools.notebook_page import drag

pytestmark = pytest.mark.timeout(240)


GROUNDS = {"light": "rgb(255, 255, 255)", "dark": "rgb(17, 17, 17)"}
"""Of the page, by JupyterLab's themes."""


@pytest.fixture(params=GROUNDS)
def ground(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def app(
    ground: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[RunningCommand]:
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    options = ["--dark"] if ground == "dark" else []
    running = RunningCommand("app", "--no-browser", f"--port={free_port()}", *options)
    yield running
    running.close()


@pytest.mark.server
@pytest.mark.browser
def test_the_page_answers_a_drawing_and_asks_nothing_of_the_network(
    app: RunningCommand, ground: str
) -> None:
    if not find():
        pytest.skip("no Chromium or Chrome here; tools/find_browser.py says how")
    app.wait_for(r"gRPC at 127.0.0.1")
    address = app.wait_for(r"The page: (\S+)")[1]
    hosts = set()
    with chromium() as browser:
        page = browser.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("request", lambda request: hosts.add(urlparse(request.url).hostname))
        page.goto(address)
        page.wait_for_function(
            "() => document.querySelector('.digits-paper canvas')?.getContext('2d')"
            ".getImageData(1, 1, 1, 1).data[3] == 255"
        )
        for stroke in sample(3):
            drag(page.locator(".digits-paper canvas"), stroke.points.tolist())
        best = ".digits-bars:not(.digits-stale) .digits-best th"
        expect(page.locator(best)).to_have_text("3")
        expect(page.locator(".digits-hint")).to_contain_text("load this page again")
        expect(page.locator("body")).to_have_css("background-color", GROUNDS[ground])
        undo = page.get_by_role("button", name="Undo", exact=True)
        expect(undo).not_to_have_css("background-color", "rgba(0, 0, 0, 0)")
        assert_good(page.locator(".digits-widget"))
        kernels = kernels_of(app)
        page.reload()
        page.wait_for_selector(".digits-paper canvas")
        # Its kernel goes with a page; another one waits for the next visitor.
        until(lambda: len(kernels_of(app)) == 2 and kernels_of(app) != kernels)
    assert hosts - {None} == {"127.0.0.1"}
    assert app.interrupt() == 0
    assert "are stopped" in app.said
    assert "Traceback" not in app.said
    assert "403 POST" not in app.said
    assert "ping_timeout" not in app.said


def kernels_of(app: RunningCommand) -> set[int]:
    """Return the processes of the kernels that run."""
    kernels = set()
    for child in psutil.Process(app.process.pid).children():
        # One that has just ended has no words any more.
        with suppress(psutil.NoSuchProcess):
            if "ipykernel_launcher" in child.cmdline():
                kernels.add(child.pid)
    return kernels


def test_without_voila_it_says_how_to_get_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "voila.app", None)
    assert main(["app"]) == 1
    assert 'pip install "digits-widget[app]"' in capsys.readouterr().err
