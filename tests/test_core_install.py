"""``pip install digits-widget`` alone: all its files, and no TensorFlow needed."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from digits_widget.model_server.embedded import EmbeddedServer

ROOT = Path(__file__).parents[1]

WITHOUT_EXTRAS = """
import sys
from importlib.machinery import PathFinder

class Core(PathFinder):
    extras = {"tensorflow", "keras", "h5py", "jupyterlab", "tornado",
              "segno", "ai_edge_litert", "grpc_health", "grpc_reflection"}

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name.split(".")[0] in cls.extras:
            return None
        return super().find_spec(name, path, target)

sys.meta_path[sys.meta_path.index(PathFinder)] = Core
"""


def run(code: str) -> str:
    """Run `code` in an interpreter that has none of the extras; return its output."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_EXTRAS + code],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_holds_all_that_is_needed(tmp_path: Path) -> None:
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"),
            *("--no-build-isolation", "--wheel-dir", str(tmp_path), str(ROOT)),
        ],
        check=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    packed = set(zipfile.ZipFile(wheel).namelist())
    listed = subprocess.run(
        ["git", "ls-files", "digits_widget"],  # noqa: S607 - git of the developer
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert set(listed.stdout.split()) <= packed


def test_steps_dithering_and_widget_work_without_extras() -> None:
    said = run("""
from digits_widget import PRESETS, DigitsWidget, Prediction, dither, sample
trace = PRESETS["mnist"](sample(3))
widget = DigitsWidget(predict=lambda image: Prediction([0.1] * 10))
widget.draw(sample(3))
print(trace.tensor.shape, widget.wait(), dither(trace.tensor).max())
""")
    assert said.startswith("(28, 28) <Prediction 0 at 10.0%")


@pytest.mark.server
def test_the_client_works_without_extras(model_server: EmbeddedServer) -> None:
    said = run(f"""
from digits_widget import PRESETS, Client, sample
with Client({model_server.target!r}) as client:
    print(client.predict(PRESETS["mnist"](sample(3)).tensor))
""")
    assert said.startswith("<Prediction 3 at ")


def test_the_embedded_server_says_what_to_install() -> None:
    said = run("""
from digits_widget import DigitsError, EmbeddedServer
try:
    EmbeddedServer().start()
except DigitsError as exc:
    print(type(exc).__name__, exc)
""")
    assert said.startswith("MissingExtraError")
    assert 'pip install "digits-widget[lab]"' in said


def test_the_widget_without_a_server_says_what_to_install() -> None:
    said = run("""
import os
os.environ.pop("DIGITS_SERVER", None)
from digits_widget import DigitsWidget, sample
widget = DigitsWidget()
widget.draw(sample(3))
widget.wait()
print(widget.trace.tensor.shape, widget.problem)
""")
    assert said.startswith("(28, 28) ")
    assert 'pip install "digits-widget[lab]"' in said
