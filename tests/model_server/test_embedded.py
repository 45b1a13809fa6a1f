"""The child process: it starts, says where, and is never left behind."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from digits_widget.errors import MissingExtraError, ModelServerError, PortTakenError
from digits_widget.model_server.embedded import EmbeddedServer, first_free_ports
from digits_widget.model_server.ports import claimed_ports, is_free
from digits_widget.model_server.shipped import SHIPPED
from digits_widget.serving import Client
from tests.waiting import until


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that ended and waits to be counted does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"


def until_gone(pid: int) -> None:
    until(lambda: not is_alive(pid))


def test_starting_a_server_does_not_import_tensorflow() -> None:
    code = (
        "import sys, digits_widget.model_server.embedded as e; "
        "print([m for m in ('tensorflow', 'grpc') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_nothing_happens_at_construction(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path / "not there")
    assert not server.is_running
    server.stop()


def test_a_base_path_that_is_not_there_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(ModelServerError, match="is not a folder"):
        EmbeddedServer(tmp_path / "not there").start()


def test_a_taken_port_is_said_at_once(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTakenError, match=f"Port {port} on 127.0.0.1 is taken"):
            EmbeddedServer(tmp_path, port=port).start()


def test_what_is_not_installed_is_said_with_its_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match="pip install"):
        EmbeddedServer(tmp_path).start()


def test_what_the_child_misses_is_said_with_its_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tornado.py").write_text("raise ModuleNotFoundError(name='zlib')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(MissingExtraError, match=r"needs zlib.*pip install"):
        EmbeddedServer(tmp_path).start()


def test_an_unknown_value_of_a_flag_is_one_sentence(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path, flags=["--enable_batching=perhaps"])
    with pytest.raises(ModelServerError, match="takes true or false") as caught:
        server.start()
    assert len(str(caught.value).splitlines()) == 1


def test_free_ports_are_the_wanted_ones_or_the_next() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        found = first_free_ports((port, port + 1))
    assert found[0] > port
    assert len(set(found)) == 2
    assert all(is_free(each) for each in found)


def test_nobody_else_gets_ports_that_are_claimed() -> None:
    with claimed_ports((18500, 18501)) as first, claimed_ports((18500,)) as second:
        assert len({*first, *second}) == 3
        assert all(map(is_free, (*first, *second)))
    with claimed_ports(first) as again:
        assert again == first


@pytest.mark.server
def test_a_server_starts_stops_and_starts_again() -> None:
    server = EmbeddedServer()
    with server:
        first = server.pid
        assert server.is_running
        assert server.start() is server
        assert server.target.startswith("127.0.0.1:")
        until(lambda: "ready" in server.log)
    assert not server.is_running
    assert first is not None
    until_gone(first)


@pytest.mark.server
def test_a_version_that_does_not_load_is_the_reason_given(tmp_path: Path) -> None:
    (tmp_path / "1").mkdir()
    with pytest.raises(ModelServerError) as caught:
        EmbeddedServer(tmp_path).start()
    assert "saved_model.pb" in str(caught.value)


@pytest.mark.server
def test_a_model_with_one_broken_version_starts(
    tmp_path: Path, half_plus: Callable[..., None]
) -> None:
    half_plus(tmp_path / "half" / "1")
    (tmp_path / "half" / "2").mkdir()
    config = tmp_path / "models.txt"
    config.write_text(
        f'model_config_list {{ config {{ name: "half" base_path: "{tmp_path}/half" '
        'model_platform: "tensorflow" model_version_policy { all {} } } }'
    )
    flags = [f"--model_config_file={config}"]
    with (
        EmbeddedServer(tmp_path, model="half", flags=flags) as server,
        Client(server.target, model="half") as client,
    ):
        states = {each.version: each.state for each in client.status()}
        assert client.predict_raw({"x": np.array([2], np.float32)})["y"] == [3]
    assert states == {1: "AVAILABLE", 2: "LOADING"}


@pytest.mark.server
def test_a_model_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path, flags=["--file_system_poll_wait_seconds=0.1"])
    starting = threading.Thread(target=server.start)
    starting.start()
    while "No versions of servable" not in server.log:
        assert starting.is_alive()
        threading.Event().wait(0.05)
    shutil.copytree(SHIPPED / "1", tmp_path / "staged")
    (tmp_path / "staged").rename(tmp_path / "1")
    starting.join(60)
    assert server.is_running
    server.stop()


@pytest.mark.server
def test_a_server_that_is_not_ready_in_time_is_ended(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path)
    with pytest.raises(ModelServerError, match="was not ready in time"):
        server.start(timeout=0.5)
    assert not server.is_running


@pytest.mark.server
def test_the_child_dies_with_its_parent() -> None:
    code = (
        "from digits_widget.model_server.embedded import EmbeddedServer\n"
        "server = EmbeddedServer().start()\n"
        "print(server.pid, flush=True)\n"
        "input()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert is_alive(pid)
        parent.send_signal(signal.SIGKILL)
        parent.wait(10)
    until_gone(pid)


@pytest.mark.server
def test_the_child_dies_with_its_parent_also_while_it_is_starting() -> None:
    code = (
        "import os, signal, threading\n"
        "from digits_widget.model_server.embedded import EmbeddedServer\n"
        "server = EmbeddedServer()\n"
        "threading.Thread(target=server.start, daemon=True).start()\n"
        "while server.pid is None: pass\n"
        "print(server.pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    until_gone(int(done.stdout))


def test_a_started_server_has_every_shipped_version() -> None:
    """Ready means all of them: who asks for the older one is not told to wait."""
    with EmbeddedServer() as server, Client(server.target) as client:
        assert {each.state for each in client.status()} == {"AVAILABLE"}
        shipped = {int(each.name) for each in server.base_path.iterdir()}
        assert {each.version for each in client.status()} == shipped
