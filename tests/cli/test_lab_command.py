"""``digits-widget lab``: real JupyterLab, real model server, real Ctrl-C."""

from __future__ import annotations

import asyncio
import json
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from tornado.websocket import websocket_connect

from digits_widget.cli import main
from digits_widget.model_server.ports import claimed_ports
from tests.cli.running_command import RunningCommand, free_port, listens
from tests.waiting import until


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningCommand]:
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    folder = tmp_path / "notebooks"
    folder.mkdir()
    (folder / "01_later.ipynb").write_text("{}")
    (folder / "00_first.ipynb").write_text("{}")
    running = RunningCommand(
        "lab", str(folder), "--no-browser", f"--port={free_port()}"
    )
    yield running
    running.close()


def served_ports(lab: RunningCommand) -> tuple[int, int]:
    """Wait until both servers answer, and return the model server's ports."""
    said = lab.wait_for(r"gRPC at 127.0.0.1:(\d+), REST at http://127.0.0.1:(\d+)")
    return int(said[1]), int(said[2])


def start_kernel(url: str, token: str) -> None:
    """Start a kernel, and wait until it has said something."""
    ask = urllib.request.Request(  # noqa: S310 - http, see above
        f"{url}/api/kernels?token={token}", method="POST", data=b"{}"
    )
    with urllib.request.urlopen(ask) as answer:  # noqa: S310
        number = json.load(answer)["id"]
    where = f"ws{url.removeprefix('http')}/api/kernels/{number}/channels?token={token}"

    async def hear() -> None:
        connection = await websocket_connect(where)
        assert await connection.read_message()
        connection.close()
        # The loop ends with this function: a socket that still closes would stay open.
        while await connection.read_message():
            pass

    asyncio.run(asyncio.wait_for(hear(), 60))


@pytest.mark.server
def test_both_servers_start_and_ctrl_c_stops_both(lab: RunningCommand) -> None:
    grpc_port, rest_port = served_ports(lab)
    address = lab.wait_for(r"http://127.0.0.1:(\d+)(/lab\S*token=\w+)")
    jupyter_port = int(address[1])
    assert address[2].startswith("/lab/tree/00_first.ipynb?")
    with urllib.request.urlopen(address[0]) as page:  # noqa: S310 - http, see above
        assert b"JupyterLab" in page.read()
    # A page that rebinds its name to this machine is not answered, nor is a stranger.
    for host, place in (
        ("rebound.example", address[2]),
        ("127.0.0.1", "/api/kernels"),
    ):
        ask = urllib.request.Request(
            f"http://127.0.0.1:{jupyter_port}{place}", headers={"Host": host}
        )
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(ask)  # noqa: S310
        assert caught.value.code == 403
        caught.value.close()
    status = f"http://127.0.0.1:{rest_port}/v1/models/digits"
    with urllib.request.urlopen(status) as answer:
        versions = json.load(answer)["model_version_status"]
    assert {version["state"] for version in versions} == {"AVAILABLE"}
    assert listens(grpc_port)
    start_kernel(f"http://127.0.0.1:{jupyter_port}", address[2].split("token=")[1])

    assert lab.interrupt() == 0
    assert "IPKernelApp" not in lab.said
    assert "are stopped" in lab.said
    assert "Traceback" not in lab.said
    assert "Warning" not in lab.said
    assert "[I " not in lab.said
    assert not any(map(listens, (grpc_port, rest_port, jupyter_port)))


@pytest.mark.server
def test_the_model_server_goes_when_the_lab_is_killed(lab: RunningCommand) -> None:
    ports = served_ports(lab)
    lab.process.kill()
    until(lambda: not any(map(listens, ports)))


@pytest.mark.server
def test_another_server_can_take_the_place_of_one_that_died(
    lab: RunningCommand,
) -> None:
    ports = served_ports(lab)
    with claimed_ports(ports) as beside:
        assert not set(beside) & set(ports)
    (server,) = lab.children("digits_widget.model_server")
    server.kill()
    until(lambda: not any(map(listens, ports)))
    with claimed_ports(ports) as instead:
        assert instead == ports


def test_a_folder_that_is_not_there_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["lab", str(tmp_path / "none")]) == 1
    assert "which is not a folder" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["lab", "app"])
@pytest.mark.parametrize("port", ["0", "99999", "-1", "http"])
def test_a_port_that_no_page_can_have_is_refused(
    command: str, port: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main([command, f"--port={port}"])
    assert f"got {port!r}, expected a whole number from 1" in capsys.readouterr().err


def test_without_jupyterlab_it_says_how_to_get_it(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "jupyterlab.labapp", None)
    assert main(["lab", str(tmp_path)]) == 1
    assert 'pip install "digits-widget[lab]"' in capsys.readouterr().err
