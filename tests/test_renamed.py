"""Names of version 0.1 that moved still work, and say what they are called now."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

from digits_widget.renamed import MODULES, new_module

OLD_NAMES = (
    ("insight.dabs", "Dabs"),
    ("insight.dabs", "find_dabs"),
    ("insight.moments", "moments"),
    ("insight.workbench", "Workbench"),
    ("evaluation.survey", "survey"),
    ("figures.survey", "draw_survey"),
    ("labelled", "read_mnist"),
    ("labelled.npz", "Npz"),
    ("labelled.hands", "Hand"),
    ("serving.messages", "TensorProto"),
    ("serving.saved_model", "read_saved_model"),
    ("checkup", "doctor"),
    ("checkup", "Finding"),
)


def forget(old: str) -> None:
    for name in [name for name in sys.modules if f"{name}.".startswith(f"{old}.")]:
        del sys.modules[name]


@pytest.mark.parametrize("old", MODULES)
def test_an_old_module_warns_with_its_new_name(old: str) -> None:
    old = f"digits_widget.{old}"
    forget(old)
    with pytest.warns(DeprecationWarning, match=f"{old} is now {new_module(old)}\\."):
        importlib.import_module(old)
    assert importlib.import_module(str(new_module(old))).__doc__


@pytest.mark.filterwarnings("ignore:.* is now:DeprecationWarning")
@pytest.mark.parametrize(("module", "name"), OLD_NAMES)
def test_an_old_name_is_the_new_thing(module: str, name: str) -> None:
    assert getattr(importlib.import_module(f"digits_widget.{module}"), name)


def test_the_warning_points_at_the_line_that_imports() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "always", "-c", "import digits_widget.insight.dabs"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "<string>:1: DeprecationWarning: digits_widget.insight.dabs is now" in (
        done.stderr
    )


def test_a_module_that_never_was_is_not_found() -> None:
    with pytest.raises(ModuleNotFoundError, match=r"digits_widget\.never"):
        importlib.import_module("digits_widget.never")
