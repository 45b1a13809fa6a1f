"""`Hub`: a real JupyterHub on loopback, with nothing of the user's in it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import psutil

from digits_widget.model_server.ports import claimed_ports
from tools.lab import QUIET

ROOT = Path(__file__).parents[2]
SNIPPET = ROOT / "deploy/littlest-jupyterhub/digits.py"
"""The recipe's part of the configuration."""

PROXY = "configurable-http-proxy"
_FIRST_PORT = 18500
"""Below the ports that systems give to outgoing connections."""

_START_SECONDS = 180
_STOP_SECONDS = 30
TOKEN = "of-the-test"  # noqa: S105
"""Opens the hub to the tests."""

_CONFIG = """
import json
import sys
from pathlib import Path

c = get_config()
given = json.loads(Path({given!r}).read_text())
load_subconfig(given["snippet"])
c.Spawner.environment.update(given["environment"])
c.JupyterHub.bind_url = given["url"]
c.JupyterHub.hub_port = given["hub_port"]
c.ConfigurableHTTPProxy.api_url = given["proxy_url"]
c.ConfigurableHTTPProxy.command = [given["proxy"]]
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allowed_users = set(given["ports"])
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = given["folder"] + "/{{username}}"
c.Spawner.cmd = [sys.executable, "-m", "jupyterhub.singleuser"]
c.Spawner.args = given["arguments"]
c.Spawner.start_timeout = c.Spawner.http_timeout = 180
# All servers start at once: a request for one does not wait until it is up.
c.JupyterHub.tornado_settings = {{"slow_spawn_timeout": 0}}
c.JupyterHub.load_roles = [
    {{
        "name": "test",
        "services": ["test"],
        "scopes": ["admin:servers", "admin:users", "access:servers"],
    }}
]
c.JupyterHub.services = [{{"name": "test", "api_token": given["token"]}}]


def choose_port(spawner):
    spawner.port = given["ports"][spawner.user.name]


c.Spawner.pre_spawn_hook = choose_port
"""


def missing() -> str:
    """Say what a hub needs and is not here; nothing if all is."""
    if find_spec("jupyterhub") is None:
        return "jupyterhub is not installed"
    if shutil.which(PROXY) is None:
        return f"there is no {PROXY}: npm install --global {PROXY}"
    return ""


class Server(NamedTuple):
    """A user's server."""

    url: str
    """Its address through the hub's proxy."""

    port: int
    """Its port, past the proxy."""


class Hub:
    """A JupyterHub whose users log in with any password.

    All servers run as this process's Unix user, each in a folder of its own.

    Parameters
    ----------
    users : sequence of str
        Who may log in.
    environment : mapping of str to str
        More variables for their servers and kernels.
    """

    def __init__(self, users: Sequence[str], environment: Mapping[str, str]) -> None:
        self.users = tuple(users)
        self._environment = dict(environment)
        self._ends = ExitStack()
        self._process: subprocess.Popen[bytes] | None = None
        self.folder = Path()
        self.ports: dict[str, int] = {}
        self.url = ""

    def __enter__(self) -> Self:
        with self._ends as ends:
            made = tempfile.TemporaryDirectory(
                prefix="digits-hub-", ignore_cleanup_errors=True
            )
            self.folder = Path(ends.enter_context(made))
            wanted = [_FIRST_PORT + 10 * each for each in range(3 + len(self.users))]
            ports = ends.enter_context(claimed_ports(wanted))
            self.ports = dict(zip(self.users, ports[3:], strict=True))
            self.url = f"http://127.0.0.1:{ports[0]}"
            self._start(*ports[1:3])
            ends.callback(self._end)
            self._wait()
            self._ends = ends.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ends.close()

    def home(self, user: str) -> Path:
        """Return a user's folder, which exists from now on."""
        folder = self.folder / user
        folder.mkdir(exist_ok=True)
        return folder

    def server(self, user: str) -> Server:
        """Return a user's server."""
        return Server(f"{self.url}/user/{user}", self.ports[user])

    def start_servers(self, *users: str) -> None:
        """Start users' servers, and wait for all of them."""
        for user in users:
            self.ask(f"users/{user}/server", "POST")
        self._until(lambda: all("" in self._ready(user) for user in users))

    def stop_server(self, user: str) -> None:
        """Stop a user's server as the culler does, and wait for its end."""
        self.ask(f"users/{user}/server", "DELETE")
        self._until(lambda: not self.ask(f"users/{user}")["servers"])

    def ask(self, path: str, method: str = "GET") -> Any:
        """Send a request to the hub's API, as its service; return what it answers."""
        request = urllib.request.Request(  # noqa: S310
            f"{self.url}/hub/api/{path}",
            method=method,
            headers={"Authorization": f"token {TOKEN}"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return json.loads(answer.read() or b"null")

    def processes(self) -> list[psutil.Process]:
        """List the hub and all that it started: proxy, servers, kernels."""
        if self._process is None:
            return []
        try:
            hub = psutil.Process(self._process.pid)
            return [hub, *hub.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    # -- Details --------------------------------------------------------------------

    def _start(self, hub_port: int, proxy_port: int) -> None:
        given = self.folder / "given.json"
        root = ["--allow-root"] if os.geteuid() == 0 else []
        settings = {
            "snippet": str(SNIPPET),
            "environment": {**self._environment, "PYTHONPATH": str(ROOT)},
            "url": self.url,
            "hub_port": hub_port,
            "proxy_url": f"http://127.0.0.1:{proxy_port}",
            "proxy": shutil.which(PROXY),
            "folder": str(self.folder),
            "arguments": [*root, *QUIET],
            "token": TOKEN,
            "ports": self.ports,
        }
        given.write_text(json.dumps(settings))
        config = self.folder / "jupyterhub_config.py"
        config.write_text(_CONFIG.format(given=str(given)))
        with (self.folder / "hub.log").open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "jupyterhub", f"--config={config}"],
                cwd=self.folder,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "HOME": str(self.folder)},
                # What reaches the tests by Ctrl-C must not end it half-way.
                start_new_session=True,
            )

    def _wait(self) -> None:
        self._until(self._answers)

    def _answers(self) -> bool:
        try:
            return bool(self.ask(""))
        except urllib.error.HTTPError as exc:
            exc.close()
            return False
        except OSError:
            return False

    def _ready(self, user: str) -> set[str]:
        """Return the names of a user's servers that are up; the usual name is empty."""
        servers = self.ask(f"users/{user}")["servers"]
        return {name for name, server in servers.items() if server["ready"]}

    def _until(self, condition: Any) -> None:
        end = time.monotonic() + _START_SECONDS
        while not condition():
            ended = self._process is None or self._process.poll() is not None
            if ended or time.monotonic() > end:
                log = (self.folder / "hub.log").read_text(errors="replace")
                msg = f"JupyterHub did not come up. Its log ends:\n{log[-4000:]}"
                raise RuntimeError(msg)
            time.sleep(0.1)

    def _end(self) -> None:
        """Stop the hub, which stops the rest; kill what is left of it."""
        started = self.processes()
        if self._process is not None:
            self._process.terminate()
        _, alive = psutil.wait_procs(started, timeout=_STOP_SECONDS)
        for process in alive:
            process.kill()
        if self._process is not None:
            self._process.wait(_STOP_SECONDS)
