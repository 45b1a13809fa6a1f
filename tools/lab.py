"""`Lab`: a JupyterLab server with nothing of the user's in it, and a browser for it.

For tests, screenshots and measurements.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self

from playwright.sync_api import Browser, expect, sync_playwright

from digits_widget.cli.lab import OURS, PROMPT, SETTINGS
from tools.find_browser import find

ROOT = Path(__file__).parents[1]

BROWSER_OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-sync",
)

QUIET = (
    "--LabApp.news_url=",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
    "--LabApp.expose_app_in_browser=True",
)
"""With these options JupyterLab asks nothing of the network, and tests look into it."""

PATIENCE = 60_000
"""Milliseconds to wait for a condition: two cores may be busy with other tests."""

_START_SECONDS = 180
"""For JupyterLab to answer: without it, no test of the browser can run."""

_SETTINGS = "@jupyterlab/apputils-extension"


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser that `find_browser` finds."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find(), args=list(BROWSER_OPTIONS)
        )
        yield browser
        browser.close()


def notebook_of(cells: Sequence[str]) -> str:
    """Return the text of a notebook of code cells."""
    document = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {
            "kernelspec": {
                "name": "python3",
                "display_name": "Python 3",
                "language": "python",
            }
        },
        "cells": [
            {
                "cell_type": "code",
                "id": f"cell-{number}",
                "metadata": {},
                "source": source,
                "outputs": [],
                "execution_count": None,
            }
            for number, source in enumerate(cells)
        ],
    }
    return json.dumps(document)


class Lab:
    """A JupyterLab server on a free port, in a temporary folder.

    Parameters
    ----------
    environment : mapping of str to str
        More variables for it and its kernels.
    """

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="digits-lab-")
        self.folder = Path(self._folder.name)
        self.notebooks = self.folder / "notebooks"
        self.notebooks.mkdir()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{probe.getsockname()[1]}"
        self._environment = environment or {}
        self._names = count(1)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.set()
        with (self.folder / "lab.log").open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "jupyterlab", *self._options()],
                env=self._variables(),
                cwd=self.notebooks,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            self._wait()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def set(self, *, theme: str = "JupyterLab Light", comms: str = "") -> None:
        """Choose the theme and how comms travel, for pages opened from now on.

        Parameters
        ----------
        theme : str
            ``JupyterLab Light`` or ``JupyterLab Dark``.
        comms : str
            The setting ``commsOverSubshells``; empty is JupyterLab's default.
        """
        settings = self.folder / "settings" / _SETTINGS
        settings.mkdir(parents=True, exist_ok=True)
        themes = settings / "themes.jupyterlab-settings"
        themes.write_text(json.dumps({"theme": theme}))
        kernels = settings / "kernels-settings.jupyterlab-settings"
        kernels.write_text(json.dumps({"commsOverSubshells": comms} if comms else {}))

    def notebook(self, cells: Sequence[str]) -> str:
        """Write a notebook of code cells; return its name."""
        name = f"notebook-{next(self._names)}.ipynb"
        (self.notebooks / name).write_text(notebook_of(cells))
        return name

    def stop_kernels(self) -> None:
        """Shut down every kernel, and with them what they have started."""
        for kernel in json.loads(self._ask("/api/kernels")):
            self._ask(f"/api/kernels/{kernel['id']}", "DELETE")

    def _end(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(30)
        self._folder.cleanup()

    def _options(self) -> list[str]:
        return [
            "--no-browser",
            "--ServerApp.ip=127.0.0.1",
            f"--ServerApp.port={self.url.rsplit(':', 1)[1]}",
            "--ServerApp.port_retries=0",
            f"--ServerApp.root_dir={self.notebooks}",
            "--IdentityProvider.token=",
            "--ServerApp.disable_check_xsrf=True",
            *QUIET,
            f"--LabApp.app_settings_dir={SETTINGS}",
            f"--ServerApp.kernel_websocket_connection_class={PROMPT}",
            *(["--allow-root"] if os.geteuid() == 0 else []),
        ]

    def _variables(self) -> dict[str, str]:
        places = {
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_RUNTIME_DIR": "runtime",
            "JUPYTERLAB_SETTINGS_DIR": "settings",
            "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
            "IPYTHONDIR": "ipython",
        }
        return {
            **os.environ,
            **{name: str(self.folder / place) for name, place in places.items()},
            "JUPYTER_PATH": str(OURS),
            "PYTHONPATH": str(ROOT),
            **self._environment,
        }

    def _ask(self, path: str, method: str = "GET") -> bytes:
        request = urllib.request.Request(self.url + path, method=method)  # noqa: S310
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            content: bytes = answer.read()
        return content

    def _wait(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                self._ask("/api/status")
            except OSError as exc:
                if isinstance(exc, urllib.error.HTTPError):
                    # An answer all the same, with a connection of its own.
                    exc.close()
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
            else:
                return
