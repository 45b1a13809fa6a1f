"""Importing Keras says nothing."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from digits_widget.discard_stderr import discard_stderr


@pytest.mark.server
def test_keras_is_imported_without_a_word() -> None:
    code = (
        "from digits_widget.training.quiet import import_keras;"
        "print(import_keras().__name__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("keras\n", "")


def test_stderr_is_back_after_it_was_aside(capfd: pytest.CaptureFixture[str]) -> None:
    with discard_stderr():
        os.write(2, b"before")
    os.write(2, b"after")
    assert capfd.readouterr().err == "after"
