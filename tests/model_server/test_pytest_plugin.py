"""The fixture `tf_serving`, as another project's tests see it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.server

SETTINGS = """\
[pytest]
filterwarnings = error
"""

TESTS = """\
from digits_widget import Client

def test_first(tf_serving):
    with Client(tf_serving.target{options}) as client:
        print("version", client.metadata().version)

def test_second(tf_serving):
    print("at", tf_serving.target)
    print("and", tf_serving.rest_url)
"""


def run_pytest(folder: Path, *options: str) -> str:
    """Run pytest in a folder, with the plugins that it finds; return what it says."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-s", "-p", "no:cacheprovider", *options],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_project_asks_the_shipped_models(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text(SETTINGS)
    (tmp_path / "test_service.py").write_text(TESTS.format(options=""))
    said = run_pytest(tmp_path)
    assert "2 passed" in said
    assert "version 2" in said


def test_a_project_asks_its_own_model(tmp_path: Path, tensorflow: object) -> None:
    import keras

    from digits_widget.training.export import export_model

    assert tensorflow
    model = keras.Sequential(
        [keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(10)]
    )
    model.set_weights([np.zeros((784, 10)), np.zeros(10)])
    # Relative to the file of settings, wherever pytest is started.
    export_model(model, tmp_path / "models" / "mine", 7)
    (tmp_path / "pytest.ini").write_text(
        f"{SETTINGS}tf_serving_base_path = models/mine\ntf_serving_model = mine\n"
    )
    folder = tmp_path / "tests"
    folder.mkdir()
    (folder / "test_service.py").write_text(TESTS.format(options=', model="mine"'))
    said = run_pytest(folder)
    assert "2 passed" in said
    assert "version 7" in said


def test_pytest_without_such_a_test_starts_nothing(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text(SETTINGS)
    (tmp_path / "test_other.py").write_text(
        "import sys\n"
        "def test_other():\n"
        "    heavy = {'grpc', 'numpy', 'tornado', 'tensorflow'}\n"
        "    assert not heavy & sys.modules.keys()\n"
    )
    assert "1 passed" in run_pytest(tmp_path)


def test_pytest_lists_the_fixture_with_its_words(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text(SETTINGS)
    assert "tf_serving [session scope]" in run_pytest(tmp_path, "--fixtures")
    assert "tf_serving_base_path" in run_pytest(tmp_path, "--help")
