"""``make lab`` on a machine that is not as it should be: a sentence, no traceback."""

from __future__ import annotations

import ast
import importlib.util
import os
import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
TOOL = ROOT / "tools" / "setup_venv.py"


@pytest.fixture
def setup_venv() -> ModuleType:
    spec = importlib.util.spec_from_file_location("setup_venv", TOOL)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def python_that_says(folder: Path, name: str, version: str) -> Path:
    """Write a program that answers as a Python of `version` would."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\necho {version}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("[Errno -3] Temporary failure in name resolution", "needs the network"),
        ("NewConnectionError: [Errno 111] Connection refused", "needs the network"),
        ("No matching distribution found for tensorflow<2.22", "has no build"),
        ("[Errno 13] Permission denied: '.venv/lib'", "may not be written"),
    ],
)
def test_known_failures_have_a_sentence(
    setup_venv: ModuleType, output: str, words: str
) -> None:
    assert words in setup_venv.cure(output)


def test_unknown_failures_have_none(setup_venv: ModuleType) -> None:
    assert setup_venv.cure("something else") is None


@pytest.mark.parametrize("version", ["3.9", "3.10", "3.15"])
def test_a_python_that_does_not_fit_is_named(
    setup_venv: ModuleType,
    version: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    python = python_that_says(tmp_path, "odd", version)
    monkeypatch.setenv("PYTHON", str(python))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        setup_venv.SetupError, match=rf"Found Python {version}, expected"
    ):
        setup_venv.find_python()


def test_another_python_on_the_path_is_used(
    setup_venv: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = python_that_says(tmp_path, "old", "3.9")
    new = python_that_says(tmp_path, "python3.12", "3.12")
    monkeypatch.setenv("PYTHON", str(old))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert setup_venv.find_python() == str(new)


def test_a_python_without_tensorflow_is_the_last_resort(
    setup_venv: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    light = python_that_says(tmp_path, "python3.14", "3.14")
    monkeypatch.setenv("PYTHON", str(light))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert setup_venv.find_python() == str(light)
    whole = python_that_says(tmp_path, "python3.11", "3.11")
    assert setup_venv.find_python() == str(whole)
    assert "training" in setup_venv.wanted("3.11")
    assert "training" not in setup_venv.wanted("3.14")


def test_a_full_disk_is_said_before_anything_is_made(
    setup_venv: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")  # noqa: PYI024 - as shutil's
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(9e9, 8e9, 1e9))
    with pytest.raises(setup_venv.SetupError, match=r"1\.0 GB are free here"):
        setup_venv.set_up(str(tmp_path / "venv"), "lab")
    assert not (tmp_path / "venv").exists()


def test_no_network_is_said_in_a_sentence(tmp_path: Path) -> None:
    """A real pip, told to ask an index that nobody runs."""
    cut_off = {
        **os.environ,
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_EXTRA_INDEX_URL": "",
        "PIP_FIND_LINKS": "",
        "PIP_RETRIES": "0",
        "PIP_CONFIG_FILE": os.devnull,
        "PYTHON": sys.executable,
    }
    result = subprocess.run(
        [sys.executable, TOOL, tmp_path / "venv", "lab"],
        env=cut_off,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert "needs the network" in result.stderr
    assert "Traceback" not in result.stderr + result.stdout


@pytest.mark.parametrize(("there", "purpose"), [("lab", "lab"), ("test", "lab")])
def test_what_is_installed_is_not_installed_again(
    setup_venv: ModuleType,
    there: str,
    purpose: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What tests need covers what the lab needs, and not the other way round."""
    venv = tmp_path / "venv"
    venv.mkdir()
    python_that_says(venv / "bin", "python", "3.12")
    (venv / f"installed-for-{there}").write_text(setup_venv.fingerprint())
    monkeypatch.setattr(setup_venv, "run", pytest.fail)
    setup_venv.set_up(str(venv), purpose)


def test_what_is_missing_is_installed(
    setup_venv: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    venv, version = tmp_path / "venv", f"{sys.version_info[0]}.{sys.version_info[1]}"
    venv.mkdir()
    python_that_says(venv / "bin", "python", version)
    (venv / "installed-for-lab").write_text(setup_venv.fingerprint())
    ran: list[list[str]] = []
    monkeypatch.setenv("PYTHON", sys.executable)
    monkeypatch.setattr(setup_venv, "run", ran.append)
    monkeypatch.setattr(setup_venv, "check_disk", lambda _: None)
    setup_venv.set_up(str(venv), "test")
    assert ran[-1][-2:] == ["--group", "dev"]
    assert (venv / "installed-for-test").read_text() == setup_venv.fingerprint()


def test_an_environment_of_another_python_is_made_anew(
    setup_venv: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    venv = tmp_path / "venv"
    venv.mkdir()
    python_that_says(venv / "bin", "python", "3.2")

    def make(command: list[str]) -> None:
        if command[1:3] == ["-m", "venv"]:
            assert not venv.exists()
            venv.mkdir()

    monkeypatch.setenv("PYTHON", sys.executable)
    monkeypatch.setattr(setup_venv, "run", make)
    monkeypatch.setattr(setup_venv, "check_disk", lambda _: None)
    setup_venv.set_up(str(venv), "lab")
    assert (venv / "installed-for-lab").exists()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("Errno 28] No space left on device", "disk is full"),
        ("ensurepip is not available", "apt install"),
        ("a strange thing", "This did not work:\na strange thing"),
    ],
)
def test_a_command_that_fails_is_explained(
    setup_venv: ModuleType, said: str, words: str
) -> None:
    with pytest.raises(setup_venv.SetupError, match=words):
        setup_venv.run([sys.executable, "-c", f"print({said!r}); raise SystemExit(1)"])


def test_an_old_python_gets_as_far_as_the_sentence() -> None:
    """No f-string, annotation or walrus may keep an old Python from reading it."""
    ast.parse(TOOL.read_text(), feature_version=(3, 6))
