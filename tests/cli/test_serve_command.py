"""``digits-widget serve``: TensorFlow Serving's flags, and ports that are free."""

from __future__ import annotations

import argparse
import dataclasses
import re
import signal
import socket
import subprocess
import sys

import pytest

from digits_widget.cli import serve
from digits_widget.model_server.flags import WITHOUT_EFFECT, Flags, meanings

_MAIN = "import sys; from digits_widget.cli import main; sys.exit(main(sys.argv[1:]))"


def parsed(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    serve.configure(parser)
    return parser.parse_args(arguments)


def test_every_flag_has_a_meaning() -> None:
    assert meanings().keys() == {each.name for each in dataclasses.fields(Flags)}


@pytest.mark.parametrize("name", WITHOUT_EFFECT)
def test_flags_without_effect_are_taken(name: str) -> None:
    assert name not in serve._chosen(parsed(f"--{name}=1"))


def test_without_flags_it_serves_the_shipped_models() -> None:
    chosen = serve._chosen(parsed())
    assert chosen["model_name"] == "digits"
    assert chosen["shipped_models"] == "true"
    assert chosen["port"] != chosen["rest_api_port"]


def test_given_flags_win() -> None:
    chosen = serve._chosen(
        parsed("--port", "0", "--enable_batching", "--model_config_file=/a")
    )
    assert chosen["port"] == "0"
    assert chosen["enable_batching"] == "true"
    assert "shipped_models" not in chosen


def test_a_taken_port_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-c", _MAIN, "serve", f"--port={port}"],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 3
    assert len(done.stderr.strip().splitlines()) == 1
    assert f"Port {port} on 127.0.0.1 is taken by another program" in done.stderr


@pytest.mark.server
def test_it_says_when_it_is_ready_and_stops_on_ctrl_c() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _MAIN, "serve"],
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        lines = [process.stderr.readline() for _ in range(3)]
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    loaded = sorted(re.findall(r"version (\d) is available", "".join(lines)))
    assert loaded == ["1", "2"]
    assert "ready: gRPC 127.0.0.1:" in lines[2]
