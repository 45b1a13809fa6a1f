"""The import rules of the architecture, as data.

Files at the top are the story and stay pure; each folder is one foreign world; worlds
do not import each other and meet only in ``cli/`` and in ``DigitsWidget``.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "digits_widget"

PURE = {"numpy", "PIL"}
PURE_ROOMS = {"dithering", "evaluation", "insight", "datasets", "samples", "steps"}

# What each world may import besides the standard library and the pure rooms.
WORLDS = {
    "protocol": {"google", "ml_dtypes", "numpy"},
    "serving": {"grpc", "google", "numpy", "urllib3"},
    "widget": {
        *("anywidget", "ipywidgets", "ipycanvas", "traitlets", "IPython", "comm"),
        *PURE,
    },
    "figures": {"matplotlib", *PURE},
    "model_server": {
        "grpc",
        "grpc_health",
        "grpc_reflection",
        "google",
        "numpy",
        "prometheus_client",
        "tornado",
    },
    "classroom": {"segno", "tornado", "numpy"},
    "training": {
        "tensorflow",
        "ai_edge_litert",
        "keras",
        "tf_keras",
        "h5py",
        "google",
        *PURE,
    },
    "cli": {
        *(
            "jupyter_server",
            "jupyterlab",
            "psutil",
            "shtab",
            "tornado",
            "tqdm",
            "voila",
        ),
        *PURE,
    },
    "jupyter": {"jupyter_server", "tornado", "traitlets", "voila"},
    "diagnostics": {"packaging", "psutil", "jupyter_core", "jupyter_client"},
    "course": {"IPython", "jupyter_core", "grpc", *PURE},
}

# What runs a model is known to one engine, and imported when a version needs it.
ENGINES = {
    "model_server/engines/litert.py": {"ai_edge_litert"},
    "model_server/engines/legacy_signatures.py": {"ai_edge_litert", "flatbuffers"},
    "model_server/engines/tensorflow/": {"tensorflow"},
    # Only pytest imports its plugin.
    "model_server/pytest_plugin.py": {"pytest"},
}

# Client and server share one language; no other world speaks it.
SPEAK_PROTOCOL = {"serving", "model_server"}

# Where worlds meet; the front door only names them, and loads none before it is asked.
MEETING_PLACES = {
    "__init__.py",
    "widget/predictors.py",
}

FILES = sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    """Return the folder of the package that `path` is in, or "" at the top."""
    parts = path.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else ""


def imported(path: Path) -> set[str]:
    """Return every module that the file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: imports are absolute"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def is_meeting_place(path: Path) -> bool:
    """Return whether worlds may meet in this file."""
    place = path.relative_to(PACKAGE).as_posix()
    return room_of(path) in {"cli", "diagnostics", "course"} or place in MEETING_PLACES


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_file_imports_only_what_its_room_may(path: Path) -> None:
    room = room_of(path)
    allowed = PURE if room in PURE_ROOMS | {""} else WORLDS[room]
    place = path.relative_to(PACKAGE).as_posix()
    for engine, libraries in ENGINES.items():
        if place.startswith(engine):
            allowed = allowed | libraries
    foreign = {
        name.split(".")[0]
        for name in imported(path)
        if name.split(".")[0] not in sys.stdlib_module_names
    } - {"digits_widget", "__future__"}
    assert foreign <= allowed, f"{path.name} may not import {foreign - allowed}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_worlds_meet_only_in_the_meeting_places(path: Path) -> None:
    if is_meeting_place(path):
        return
    rooms = {
        name.split(".")[1]
        for name in imported(path)
        if name.startswith("digits_widget.")
    }
    room = room_of(path)
    shared = {"protocol"} if room in SPEAK_PROTOCOL else set()
    others = (rooms & WORLDS.keys()) - {room} - shared
    assert not others, f"{path.name} reaches into {others}"


HEAVY = ("tensorflow", "tensorflow_serving", "jupyterlab", "keras", "tf_keras")


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("digits_widget", ("numpy", "grpc", "ipywidgets", "matplotlib", *HEAVY)),
        ("digits_widget.pipeline", ("grpc", "ipywidgets", "matplotlib", *HEAVY)),
        ("digits_widget.dithering", ("grpc", "ipywidgets", "matplotlib", *HEAVY)),
        ("digits_widget.session", ("grpc", "ipywidgets", "matplotlib", *HEAVY)),
        ("digits_widget.evaluation", ("grpc", "ipywidgets", "matplotlib", *HEAVY)),
        (
            "digits_widget.protocol.saved_model",
            ("grpc", "ipywidgets", "matplotlib", *HEAVY),
        ),
        ("digits_widget.serving", ("ipywidgets", "matplotlib", *HEAVY)),
        ("digits_widget.model_server.embedded", ("ipywidgets", "grpc", *HEAVY)),
        ("digits_widget.model_server.server", ("ipywidgets", "ai_edge_litert", *HEAVY)),
        ("digits_widget.widget", HEAVY),
        ("digits_widget.cli", ("numpy", "grpc", "ipywidgets", "matplotlib", *HEAVY)),
    ],
)
def test_fresh_interpreter_loads_nothing_heavy(
    module: str, absent: tuple[str, ...]
) -> None:
    code = f"import {module}, sys; print(*sorted({absent!r} & sys.modules.keys()))"
    code = code.replace(repr(absent), repr(set(absent)))
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.split() == []
