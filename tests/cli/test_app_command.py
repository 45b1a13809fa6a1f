"""``digits-widget app``: a real page by Voila, in a real browser."""

from __future__ import annotations

import asyncio
import http.client
import re
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlparse

import pytest
from playwright.sync_api import Page, expect
from tornado.websocket import websocket_connect

from digits_widget.cli import main
from digits_widget.samples import sample
from tests.browser.looks import assert_good
from tests.cli.running_command import RunningCommand, free_port
from tests.waiting import until
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


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("config", "data", "runtime"):
        monkeypatch.setenv(f"JUPYTER_{name.upper()}_DIR", str(tmp_path / name))


@pytest.fixture
def app(ground: str) -> Iterator[RunningCommand]:
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
        assert_keys_go_on(page, strokes=len(sample(3)))
        kernels = kernels_of(app)
        page.reload()
        page.wait_for_selector(".digits-paper canvas")
        # Its kernel goes with a page; another one waits for the next visitor.
        until(lambda: len(kernels_of(app)) == 2 and kernels_of(app) != kernels)
    assert hosts - {None} == {"127.0.0.1"}
    assert app.interrupt() == 0
    assert "are stopped" in app.said
    assert "403 POST" not in app.said
    assert "ping_timeout" not in app.said


def assert_keys_go_on(page: Page, *, strokes: int) -> None:
    """Press keys of the page and the browser after a mouse has drawn on the paper."""
    expect(page.locator(".digits-paper canvas")).to_be_focused()
    page.evaluate(
        """() => {
          window.heard = [];
          window.addEventListener("keydown", event => {
            if (!["Shift", "Control"].includes(event.key))
              window.heard.push({key: event.key, taken: event.defaultPrevented});
          });
        }"""
    )
    for key in ("Shift+Enter", "Control+s", "F5"):
        page.keyboard.press(key)
    heard = page.evaluate("heard")
    assert heard == [{"key": key, "taken": False} for key in ("Enter", "s", "F5")]
    # A dot inked by a key would be one more stroke to undo.
    undo = page.get_by_role("button", name="Undo", exact=True)
    for _ in range(strokes):
        undo.click()
    expect(undo).to_be_disabled()


def kernels_of(app: RunningCommand) -> set[int]:
    """Return the processes of the kernels that run."""
    return {kernel.pid for kernel in app.children("ipykernel_launcher")}


CLOCK = """
import signal, time, types
from digits_widget.cli import app
from digits_widget.jupyter import page

ahead = 0.0

def jump(number, frame):
    global ahead
    ahead += 130

class Told(page.VisitorKernels):
    async def start_kernel(self, **options):
        found = await super().start_kernel(**options)
        print("A kernel is up.", flush=True)
        return found

signal.signal(signal.SIGUSR1, jump)
page.time = types.SimpleNamespace(monotonic=lambda: time.monotonic() + ahead)
page.VisitorKernels = Told
app._LOOK = 1
"""
"""The page's clock jumps by two minutes at a signal; it says when a kernel is up."""


@pytest.fixture
def named() -> Iterator[RunningCommand]:
    """Serve a page under two more names."""
    running = RunningCommand(
        *("app", "--no-browser", f"--port={free_port()}"),
        *("--host=page.school.example", "--host=10.1.2.3"),
    )
    yield running
    running.close()


@pytest.fixture
def small() -> Iterator[RunningCommand]:
    """Serve a page with two places."""
    running = RunningCommand(
        *("app", "--no-browser", f"--port={free_port()}", "--visitors=2"),
        before=CLOCK,
    )
    yield running
    running.close()


def asked(address: str, path: str = "", **headers: str) -> tuple[int, str]:
    """Ask as a browser does; return the status and the page."""
    request = urllib.request.Request(f"{address}{path}", headers=headers)  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode()


def kernel_in(page: str) -> str:
    """Return the kernel that a page is connected to."""
    found = re.search(r'"kernelId": ?"([^"]+)"', page)
    assert found
    return found[1]


def handshake(address: str, kernel: str, **headers: str) -> int:
    """Ask for the websocket of a kernel, and hang up; return the status."""
    place = urlparse(address)
    assert place.hostname
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=60)
    upgrade = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    connection.request(
        "GET", f"/api/kernels/{kernel}/channels", headers={**upgrade, **headers}
    )
    with connection.getresponse() as answer:
        status = answer.status
    connection.close()
    return status


@pytest.mark.server
def test_the_page_answers_to_its_own_names_alone(named: RunningCommand) -> None:
    address = named.wait_for(r"The page: (\S+)")[1]
    port = urlparse(address).port
    until(lambda: len(kernels_of(named)) == 1)
    paths = ("", "voila/static/voila.js", "api/kernels/x", "voila/query/x", "x")
    for host in ("rebound.example", f"rebound.example:{port}", "127.0.0.1.nip.example"):
        for path in paths:
            status, said = asked(address, path, Host=host)
            assert (status, "digits-widget app --host" in said) == (403, True)
    assert len(kernels_of(named)) == 1
    for host in (f"localhost:{port}", "Page.School.Example", "10.1.2.3:80"):
        status, said = asked(address, "voila/static/voila.js", Host=host)
        assert status == 200
    status, page = asked(address)
    assert status == 200
    kernel = kernel_in(page)

    for headers in (
        {"Host": "rebound.example", "Origin": "http://rebound.example"},
        {"Origin": "http://rebound.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "null"},
    ):
        assert handshake(address, kernel, **headers) == 403
    assert handshake(address, kernel, Origin=address.rstrip("/")) == 101


def wait_for_kernels(app: RunningCommand, count: int) -> None:
    """Wait until so many kernels are up in all, those that have ended among them."""
    until(lambda: app.said.count("A kernel is up.") == count, lambda: app.said)


@pytest.mark.server
def test_a_full_page_says_so_and_kernels_end_that_no_one_uses(
    small: RunningCommand,
) -> None:
    address = small.wait_for(r"The page: (\S+)")[1]
    wait_for_kernels(small, 1)
    (first,) = kernels_of(small)
    assert asked(address)[0] == 200
    wait_for_kernels(small, 2)
    (second,) = kernels_of(small) - {first}
    status, page = asked(address)
    assert status == 200
    wait_for_kernels(small, 3)
    (waiting,) = kernels_of(small) - {first, second}
    status, said = asked(address)
    assert (status, "All places are taken" in said) == (503, True)

    async def stay() -> None:
        """Be connected to the second kernel while the first one ends."""
        where = f"ws{address.removeprefix('http')}api/kernels/{kernel_in(page)}"
        connection = await websocket_connect(f"{where}/channels")
        assert await connection.read_message()
        while first in kernels_of(small):
            small.process.send_signal(signal.SIGUSR1)
            await asyncio.sleep(0.5)
        assert kernels_of(small) == {second, waiting}
        connection.close()
        while await connection.read_message():
            pass

    asyncio.run(asyncio.wait_for(stay(), 90))
    # A browser may come back; after ten minutes it is not expected any more.
    time.sleep(3)
    small.process.send_signal(signal.SIGUSR1)
    time.sleep(3)
    assert kernels_of(small) == {second, waiting}

    def is_over() -> bool:
        small.process.send_signal(signal.SIGUSR1)
        time.sleep(0.5)
        return kernels_of(small) == {waiting}

    until(is_over)
    # The one that waits for the next visitor waited on.
    assert asked(address)[0] == 200
    assert waiting in kernels_of(small)
    assert small.interrupt() == 0
    assert "are stopped" in small.said
    assert "503 GET" not in small.said


@pytest.mark.parametrize(
    ("option", "why"),
    [
        ("--visitors=0", "expected 1 or more"),
        ("--host=http://a.example", "without http://"),
        ("--host=a.example:80", "without http://"),
        ("--host=" + "a.*" * 999, "without http://"),
    ],
    ids=["no visitor", "address", "port", "pattern"],
)
def test_places_and_names_are_checked(
    option: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["app", option]) == 1
    said = capsys.readouterr().err
    assert why in said
    assert len(said) < 400


def test_without_voila_it_says_how_to_get_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "voila.app", None)
    assert main(["app"]) == 1
    assert 'pip install "digits-widget[app]"' in capsys.readouterr().err
