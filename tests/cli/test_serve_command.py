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

from digits_widget.cli import main, serve
from digits_widget.errors import OptionError
from digits_widget.model_server import process
from digits_widget.model_server.flags import (
    WITHOUT_EFFECT,
    Flags,
    parse,
)
from digits_widget.model_server.ports import claimed_ports

_MAIN = "import sys; from digits_widget.cli import main; sys.exit(main(sys.argv[1:]))"


def parsed(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    serve.configure(parser)
    return parser.parse_args(arguments)


def test_every_flag_has_a_meaning() -> None:
    for each in dataclasses.fields(Flags):
        assert each.metadata["help"].endswith("."), each.name


@pytest.mark.parametrize("name", WITHOUT_EFFECT)
def test_flags_without_effect_are_passed_on_to_be_named(name: str) -> None:
    with serve._chosen(parsed(f"--{name}=1")) as chosen:
        assert chosen[name] == "1"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--num_load_threads=4"], "not acted on here: --num_load_threads=4"),
        (["-enable_batching"], "not acted on here: -enable_batching"),
        (
            ["--enable_batching", "--mixed_precision=true"],
            "not acted on here: --enable_batching --mixed_precision=true",
        ),
        (["--port=0"], ""),
    ],
)
def test_flags_without_effect_are_named_in_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    # There is nothing to serve, so it ends before anything slow is done.
    assert process.main(arguments) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == (3 if said else 2)
    assert lines[0].endswith(said) or not said
    assert lines[-1].endswith("More: digits-widget explain ModelServerError")


@pytest.mark.parametrize(
    ("arguments", "field", "value"),
    [
        (["--rest_api_enable_cors_support"], "rest_api_enable_cors_support", True),
        (["--enable_model_warmup=false"], "enable_model_warmup", False),
        (["--enable_model_warmup=0"], "enable_model_warmup", False),
        (["-port=1"], "port", 1),
        (["--port", "2"], "port", 2),
        (["--port=1", "--port=3"], "port", 3),
        (["--file_system_poll_wait_seconds=0.5"], "file_system_poll_wait_seconds", 0.5),
        (["--model_name=a=b"], "model_name", "a=b"),
        (["--model_name="], "model_name", ""),
        (["--grpc_channel_arguments=a=1,b=2"], "grpc_channel_arguments", "a=1,b=2"),
    ],
)
def test_flags_are_written_as_for_the_original(
    arguments: list[str], field: str, value: object
) -> None:
    flags, unknown = parse(arguments)
    assert getattr(flags, field) == value
    assert unknown == []


def test_the_word_after_a_boolean_is_none_of_its_own() -> None:
    flags, unknown = parse(["--enable_batching", "stray", "--por=1"])
    assert flags.enable_batching
    assert unknown == ["stray", "--por=1"]


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("--port=x", "Got --port=x; it takes a whole number."),
        ("--enable_batching=maybe", "it takes true or false"),
        ("--file_system_poll_wait_seconds=x", "it takes a number"),
        ("--model_name", "expected one argument"),
    ],
)
def test_values_that_make_no_sense_are_refused(argument: str, said: str) -> None:
    with pytest.raises(OptionError, match=re.escape(said)):
        parse([argument])


def test_flags_of_nobody_are_warned_of_and_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    flags: list[str] = []

    def started(given: list[str]) -> int:
        flags.extend(given)
        return 0

    monkeypatch.setattr(process, "main", started)
    assert main(["serve", "--new_flag=1", "--port=0", "--other", "value"]) == 0
    known, unknown = parse(flags)
    assert known.port == 0
    assert unknown == ["--new_flag=1", "--other", "value"]


def test_other_commands_know_their_options(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["steps", "in.png", "--new_flag=1"])
    assert "unrecognized arguments: --new_flag=1" in capsys.readouterr().err


def test_without_flags_it_serves_the_shipped_models() -> None:
    with serve._chosen(parsed()) as chosen:
        assert chosen["model_name"] == "digits"
        assert chosen["shipped_models"] == "true"
        assert chosen["port"] != chosen["rest_api_port"]


def test_other_ports_than_the_usual_are_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with claimed_ports(), serve._chosen(parsed()) as chosen:
        used = f"{chosen['port']} and {chosen['rest_api_port']}"
    said = capsys.readouterr().out
    assert said == f"One of the ports 8500 and 8501 is taken; using {used} instead.\n"
    with claimed_ports(), serve._chosen(parsed("--port=0", "--rest_api_port=0")):
        assert not capsys.readouterr().out


def test_given_flags_win() -> None:
    given = ("--port", "0", "--enable_batching", "--model_config_file=/a")
    with serve._chosen(parsed(*given)) as flags:
        chosen = flags
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
    message, more = done.stderr.splitlines()
    assert f"Port {port} on 127.0.0.1 is taken by another program" in message
    assert more.endswith("More: digits-widget explain PortTakenError")


def started() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _MAIN, "serve"], stderr=subprocess.PIPE, text=True
    )


def until_ready(process: subprocess.Popen[str]) -> list[str]:
    """Read what a server says until it is ready, and stop it with Ctrl-C."""
    assert process.stderr is not None
    # Two lines for each version, and the last: which engine, available, ready.
    lines = [process.stderr.readline() for _ in range(5)]
    assert "ready: gRPC 127.0.0.1:" in lines[4]
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0
    return lines


@pytest.mark.server
def test_it_says_when_it_is_ready_and_stops_on_ctrl_c() -> None:
    with started() as process:
        lines = until_ready(process)
    loaded = sorted(re.findall(r"version (\d) is available", "".join(lines)))
    assert loaded == ["1", "2"]


@pytest.mark.server
def test_two_that_start_at_once_take_different_ports() -> None:
    with started() as one, started() as other:
        ready = [until_ready(each)[-1] for each in (one, other)]
    ports = [port for line in ready for port in re.findall(r":(\d{4,})", line)]
    assert len(ports) == len(set(ports)) == 4
