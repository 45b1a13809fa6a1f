"""Jupyter: the front ends of the widgets, and the kernels.

The front end is what the browser runs. It may be missing, switched off, or of another
version than the Python beside it: then a cell shows "model not found", or nothing.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from digits_widget.checkup.finding import Finding, broken, doubtful, well

TOPIC = "Jupyter"

MANAGER = "@jupyter-widgets/jupyterlab-manager"
CANVAS = "ipycanvas"

_MANAGER_MAJOR = 5
"""Of the widget manager, for JupyterLab 4 and ipywidgets 8."""

_CURES = {
    MANAGER: "pip install --force-reinstall jupyterlab_widgets, where JupyterLab runs",
    CANVAS: "pip install --force-reinstall --no-deps ipycanvas, where JupyterLab runs",
}


def examine_jupyter() -> Iterator[Finding]:
    """Look at the widget, the lab extensions and the kernels."""
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
    for name in (MANAGER, CANVAS):
        yield from _extension(name, folders, off)
    yield from _kernels()


def _widget() -> Finding:
    try:
        from digits_widget.widget import DigitsWidget  # noqa: PLC0415 - may be missing
    except ImportError as exc:
        cure = "pip install --upgrade digits-widget"
        return broken(TOPIC, f"The widget cannot be loaded: {exc}", cure)
    return well(TOPIC, f"{DigitsWidget.__name__} can be loaded")


def _extension(name: str, folders: list[Path], off: set[str]) -> Iterator[Finding]:
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
        said = json.loads((copy / "package.json").read_text(encoding="utf-8"))
        return str(said["version"])
    except (OSError, ValueError, KeyError):
        return "unknown"


def _mismatch(name: str, version: str) -> str:
    """Return what a front end of this version does not suit, or nothing."""
    if name == MANAGER:
        suits = version.partition(".")[0] == str(_MANAGER_MAJOR)
        return "" if suits else f"ipywidgets 8 needs {_MANAGER_MAJOR}"
    try:
        behind = metadata.version(CANVAS)
    except metadata.PackageNotFoundError:
        return "the Python package ipycanvas is not installed"
    return "" if behind == version else f"the Python package is version {behind}"


def _switched_off(folders: list[Path]) -> set[str]:
    """Return names of extensions, whole or one of their plugins, that are disabled."""
    off: set[str] = set()
    for folder in folders:
        try:
            text = (folder / "page_config.json").read_text(encoding="utf-8")
            said = json.loads(text)["disabledExtensions"]
        except (OSError, ValueError, KeyError, TypeError):
            continue
        names = [k for k, v in said.items() if v] if isinstance(said, dict) else said
        off |= {str(each).partition(":")[0] for each in names}
    return off


def _kernels() -> Iterator[Finding]:
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
            said = f"The kernel {name} names {program}, which is not there"
            yield doubtful(TOPIC, said, f"jupyter kernelspec remove {name}")


def _program(spec: dict[str, list[str]]) -> str:
    return next(iter(spec.get("argv", ())), "")


def _is_ours(program: str) -> bool:
    # Jupyter puts its own Python in place of a bare name.
    if program.startswith("python"):
        return True
    return os.path.dirname(program) == os.path.dirname(sys.executable)  # noqa: PTH120
