"""Checks Jupyter: the front ends of the widgets, and the kernels.

A front end runs in the browser. If it is missing, switched off, or does not match the
version of the Python package, a cell shows "model not found" or nothing.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from digits_widget.diagnostics.diagnosis import Diagnosis, broken, doubtful, well
from digits_widget.regular_file import read_regular_text

TOPIC = "Jupyter"

MANAGER = "@jupyter-widgets/jupyterlab-manager"
CANVAS = "ipycanvas"
OVERLAY = "anywidget"

_MANAGER_MAJOR = 5
"""Major version of the widget manager, for JupyterLab 4 and ipywidgets 8."""

_MOST_BYTES = 1 << 20
"""Largest file that lists installed or disabled extensions."""

_NOT_SAID = (OSError, ValueError, KeyError, TypeError, RecursionError)
"""Exceptions of such a file that is absent or damaged."""

_CURES = {
    MANAGER: "pip install --force-reinstall jupyterlab_widgets, where JupyterLab runs",
    **{
        name: f"pip install --force-reinstall --no-deps {name}, where JupyterLab runs"
        for name in (CANVAS, OVERLAY)
    },
}


def examine_jupyter() -> Iterator[Diagnosis]:
    """Check the widget, the lab extensions and the kernels."""
    yield _widget()
    try:
        from jupyter_core.paths import (  # noqa: PLC0415 - may be missing
            jupyter_config_path,
            jupyter_path,
        )
    except ImportError:
        cure = 'pip install "digits-widget[lab]", unless Jupyter is elsewhere'
        yield doubtful(TOPIC, "There is no Jupyter in this environment", cure)
        return
    folders = [Path(each) for each in jupyter_path("labextensions")]
    settings = [Path(each) / "labconfig" for each in jupyter_config_path()]
    settings += [Path(each) for each in jupyter_path("lab", "settings")]
    off = _switched_off(settings)
    for name in (MANAGER, CANVAS, OVERLAY):
        yield from _extension(name, folders, off)
    yield from _kernels()


def _widget() -> Diagnosis:
    try:
        from digits_widget.widget import DigitsWidget  # noqa: PLC0415 - may be missing
    except ImportError as exc:
        cure = "In the project's folder: pip install --force-reinstall -e '.[lab]'"
        return broken(TOPIC, f"The widget cannot be loaded: {exc}", cure)
    return well(TOPIC, f"{DigitsWidget.__name__} can be loaded")


def _extension(name: str, folders: list[Path], off: set[str]) -> Iterator[Diagnosis]:
    copies = [each / name for each in folders if (each / name).is_dir()]
    if not copies:
        said = f"The lab extension {name} is missing"
        yield broken(TOPIC, said, _CURES[name])
        return
    version = _version_of(copies[0])
    if name in off:
        cure = f"jupyter labextension enable {name}"
        yield broken(TOPIC, f"The lab extension {name} is switched off", cure)
    elif mismatch := _mismatch(name, version):
        cure = f"{_CURES[name]}; then reload the page"
        if len(copies) > 1:
            cure = f"Remove {copies[0]}, which hides {copies[1]}; then reload the page"
        said = f"The lab extension {name} is version {version}, but {mismatch}"
        yield broken(TOPIC, said, cure)
    else:
        yield well(TOPIC, f"The lab extension {name} {version} is enabled")


def _version_of(copy: Path) -> str:
    try:
        said = json.loads(read_regular_text(copy / "package.json", most=_MOST_BYTES))
        return str(said["version"])
    except _NOT_SAID:
        return "unknown"


def _mismatch(name: str, version: str) -> str:
    """Return why a front end of this version does not match; empty if it does."""
    if name == MANAGER:
        suits = version.partition(".")[0] == str(_MANAGER_MAJOR)
        return "" if suits else f"ipywidgets 8 needs {_MANAGER_MAJOR}"
    try:
        behind = metadata.version(name)
    except metadata.PackageNotFoundError:
        return f"the Python package {name} is not installed"
    return "" if behind == version else f"the Python package is version {behind}"


def _switched_off(folders: list[Path]) -> set[str]:
    """Return names of extensions, whole or one of their plugins, that are disabled."""
    off: set[str] = set()
    for folder in folders:
        try:
            text = read_regular_text(folder / "page_config.json", most=_MOST_BYTES)
            said = json.loads(text)["disabledExtensions"]
        except _NOT_SAID:
            continue
        names = [k for k, v in said.items() if v] if isinstance(said, dict) else said
        off |= {str(each).partition(":")[0] for each in names}
    return off


def _kernels() -> Iterator[Diagnosis]:
    try:
        from jupyter_client.kernelspec import (  # noqa: PLC0415 - may be missing
            KernelSpecManager,
        )
    except ImportError:
        said = "There is no kernel: jupyter_client is not installed"
        yield broken(TOPIC, said, "pip install ipykernel")
        return
    specs = KernelSpecManager().get_all_specs()
    programs = {name: _program(each["spec"]) for name, each in specs.items()}
    ours = [name for name, program in programs.items() if _is_ours(program)]
    if ours:
        yield well(TOPIC, f"The kernel {ours[0]} runs this Python")
    else:
        yield broken(TOPIC, "No kernel runs this Python", "pip install ipykernel")
    for name, program in programs.items():
        if Path(program).is_absolute() and not Path(program).exists():
            said = f"The kernel {name} names {program}, which does not exist"
            yield doubtful(TOPIC, said, f"jupyter kernelspec remove {name}")


def _program(spec: dict[str, list[str]]) -> str:
    return next(iter(spec.get("argv", ())), "")


def _is_ours(program: str) -> bool:
    # Jupyter replaces a bare name by its own Python.
    if program.startswith("python"):
        return True
    return os.path.dirname(program) == os.path.dirname(sys.executable)  # noqa: PTH120
