"""Three learners on a real JupyterHub: each draws, and none reaches another.

One Unix user runs all three servers here, so these tests say what the hub, its proxy
and the servers refuse. What one learner's kernel may read of another's disk is up to
the Unix users, or pods, that a real hub gives them.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from digits_widget.drawing import Drawing
from digits_widget.model_server.embedded import EmbeddedServer
from digits_widget.samples import sample
from tests.deploy.hub import ROOT, Hub, missing
from tests.waiting import until
from tools.find_browser import find
from tools.lab import chromium, notebook_of
from tools.notebook_page import NotebookPage

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.timeout(300)]

DIGITS = {"anna": 3, "bela": 7, "carl": 0}
"""The learners, and what each draws."""

NOTEBOOK = "drawing.ipynb"
CELL = "from digits_widget import DigitsWidget\nDigitsWidget(key='mine')"
UNIT = ROOT / "deploy/littlest-jupyterhub/digits-server.service"

RELOAD = """
import grpc, os
channel = grpc.insecure_channel(os.environ["DIGITS_SERVER"])
path = "/tensorflow.serving.ModelService/HandleReloadConfigRequest"
try:
    channel.unary_unary(path)(b"", timeout=60)
except grpc.RpcError as exc:
    print(exc.code().name)
"""


@pytest.fixture(scope="module")
def shared_server() -> Iterator[EmbeddedServer]:
    """Start the model server with the flags of the recipe, on a free port."""
    (line,) = [
        line for line in UNIT.read_text().splitlines() if line.startswith("ExecStart=")
    ]
    flags = [flag for flag in shlex.split(line) if flag.startswith("--allow")]
    assert flags
    with EmbeddedServer(flags=flags) as server:
        yield server


@pytest.fixture(scope="module")
def hub(shared_server: EmbeddedServer) -> Iterator[Hub]:
    """Start a JupyterHub and all learners' servers."""
    if why := missing():
        pytest.skip(why)
    if not find():
        pytest.skip("no Chromium or Chrome here; tools/find_browser.py says how")
    with Hub(tuple(DIGITS), {"DIGITS_SERVER": shared_server.target}) as hub:
        for user in DIGITS:
            (hub.home(user) / NOTEBOOK).write_text(notebook_of([CELL]))
            (hub.home(user) / "secret.txt").write_text(f"{user}'s secret")
        hub.start_servers(*DIGITS)
        yield hub


@pytest.fixture(scope="module")
def browser(hub: Hub) -> Iterator[Browser]:
    """Start the browser, once the hub is up."""
    assert hub.url
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def learners(hub: Hub, browser: Browser) -> dict[str, NotebookPage]:
    """Log all in, each in a browser of their own, and open their notebooks."""
    return {user: logged_in(hub, user, browser.new_page()) for user in DIGITS}


def logged_in(hub: Hub, user: str, page: Page) -> NotebookPage:
    page.goto(f"{hub.url}/hub/login?next=%2Fhub%2Fhome")
    page.get_by_label("Username:").fill(user)
    page.get_by_label("Password:").fill("any")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/hub/home")
    return NotebookPage(page, hub.server(user), NOTEBOOK)


def test_all_draw_and_the_one_server_answers_each(
    hub: Hub, learners: dict[str, NotebookPage]
) -> None:
    for notebook in learners.values():
        notebook.show_widget()
    for user, notebook in learners.items():
        notebook.draw(sample(DIGITS[user]))
    for user, notebook in learners.items():
        expect(notebook.best).to_have_text(str(DIGITS[user]))
        assert not notebook.errors
    # No kernel has started a model server of its own.
    commands = [" ".join(process.cmdline()) for process in hub.processes()]
    assert not [command for command in commands if "model_server" in command]


def test_no_learner_changes_what_is_served(learners: dict[str, NotebookPage]) -> None:
    for notebook in learners.values():
        assert notebook.python(RELOAD) == "PERMISSION_DENIED"


@pytest.mark.parametrize("other", ["bela", "carl"])
def test_no_learner_reaches_anothers_server(
    hub: Hub, learners: dict[str, NotebookPage], other: str
) -> None:
    anna = learners["anna"].page
    own, theirs = hub.server("anna"), hub.server(other)
    directly = f"http://127.0.0.1:{theirs.port}/user/{other}"
    assert status(anna, f"{own.url}/api/contents/secret.txt") == 200
    for server in (theirs.url, directly):
        for path in (
            "api/contents/secret.txt",
            "files/secret.txt",
            "api/kernels",
            "lab",
        ):
            # Past the proxy there is no hub that could say "forbidden".
            assert status(anna, f"{server}/{path}") in {403, 404}
    # Who asks for another user learns not even whether there is one.
    assert status(anna, f"{hub.url}/hub/api/users/{other}") == 404


@pytest.mark.parametrize(
    "path",
    ["api/contents/%2e%2e/bela/secret.txt", "files/%2e%2e/bela/secret.txt"],
)
def test_no_path_leads_out_of_a_learners_folder(
    hub: Hub, learners: dict[str, NotebookPage], path: str
) -> None:
    anna = learners["anna"].page
    assert status(anna, f"{hub.server('anna').url}/{path}") in {403, 404}


def test_no_learner_reaches_anothers_kernel(
    hub: Hub, learners: dict[str, NotebookPage]
) -> None:
    kernel = learners["bela"].page.evaluate(
        "jupyterapp.shell.currentWidget.sessionContext.session.kernel.id"
    )
    (anna, bela) = (learners[user].page for user in ("anna", "bela"))
    channel = f"{hub.server('bela').url}/api/kernels/{kernel}/channels"
    assert opens(bela, channel)
    assert not opens(anna, channel)


def test_a_stranger_reaches_nothing(hub: Hub, browser: Browser) -> None:
    page = browser.new_page()
    for user in DIGITS:
        assert status(page, f"{hub.server(user).url}/api/contents") == 403
    assert status(page, f"{hub.url}/hub/api/users") == 403
    # The wrong name is refused, whatever the password.
    page.goto(f"{hub.url}/hub/login")
    page.get_by_label("Username:").fill("dora")
    page.get_by_label("Password:").fill("any")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Invalid username or password")).to_be_visible()


def test_a_drawing_with_a_key_survives_a_culled_server(
    hub: Hub, browser: Browser, learners: dict[str, NotebookPage]
) -> None:
    kept = hub.home("carl") / "digits_widget_autosave/mine.json"
    until(lambda: kept.exists() and len(Drawing.load(kept)) == len(sample(0)))
    learners["carl"].page.close()
    hub.stop_server("carl")
    hub.start_servers("carl")
    again = logged_in(hub, "carl", browser.new_page())
    again.show_widget()
    expect(again.best).to_have_text(str(DIGITS["carl"]))


def status(page: Page, url: str) -> int:
    """Ask with a page's cookies; give the status after all redirections."""
    return page.request.get(url).status


def opens(page: Page, url: str) -> bool:
    """Say whether a page can open a WebSocket."""
    return bool(
        page.evaluate(
            """url => new Promise(done => {
              const socket = new WebSocket(url.replace("http", "ws"));
              socket.onopen = () => { socket.close(); done(true); };
              socket.onerror = () => done(false);
            })""",
            url,
        )
    )
