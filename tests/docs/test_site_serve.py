"""``make docs-serve``: the site on this machine alone."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.pages import ROOT

SERVE = [sys.executable, "-m", "tools.site.serve"]


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    (tmp_path / "index.html").write_text("<p>Here it is")
    with subprocess.Popen(
        [*SERVE, "--port", "0", "--site", str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.kill()


def test_it_prints_an_address_of_this_machine_and_ends_with_ctrl_c(
    serving: subprocess.Popen[str],
) -> None:
    assert serving.stdout
    said = serving.stdout.readline()
    address = said.removeprefix("The site is at ").strip()
    assert address.startswith("http://127.0.0.1:")
    with urllib.request.urlopen(address, timeout=60) as page:  # noqa: S310 - ours
        assert b"Here it is" in page.read()
    serving.send_signal(signal.SIGINT)
    assert serving.wait(60) == 0


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [*SERVE, "--port", port, "--site", str(tmp_path)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert f"Port {port} is taken" in done.stderr
    assert "Traceback" not in done.stderr
