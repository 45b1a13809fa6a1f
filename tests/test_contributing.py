"""The recipes of CONTRIBUTING.md work as they are printed, on a copy of the package."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

RECIPES = dict(
    re.findall(
        r"^## (Add .*?) in five minutes\n(.*?)(?=^## )",
        (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"),
        flags=re.MULTILINE | re.DOTALL,
    )
)
"""The text of each recipe, by its title."""


def blocks(recipe: str) -> list[str]:
    """Return the code of a recipe, block by block; a part of a file is `text`."""
    lines = re.MULTILINE | re.DOTALL
    return re.findall(r"^```(?:python|text)\n(.*?)^```", RECIPES[recipe], lines)


def run(code: str, folder: Path) -> str:
    """Run `code` in a fresh Python in `folder`; return what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert not done.returncode, done.stderr
    return done.stdout


@pytest.mark.parametrize("recipe", ["Add a dithering method", "Add a step"])
def test_code_to_try_in_a_notebook_runs(recipe: str, tmp_path: Path) -> None:
    (code,) = blocks(recipe)
    assert run(code, tmp_path)


@pytest.mark.server
def test_a_model_is_exported_served_and_asked(tmp_path: Path) -> None:
    (code,) = blocks("Add a model")
    assert "guess" in RECIPES["Add a model"]
    assert "mine" in run(code, tmp_path)


def test_a_panel_is_a_file_and_a_row(tmp_path: Path) -> None:
    file, table_now = blocks("Add a panel")
    row = table_now.splitlines()[-2]
    package = tmp_path / "digits_widget"
    shutil.copytree(
        ROOT / "digits_widget", package, ignore=shutil.ignore_patterns("__pycache__")
    )
    (package / "widget" / "panels" / "ink.py").write_text(file, encoding="utf-8")
    table = package / "widget" / "digits_widget.py"
    code = table.read_text(encoding="utf-8")
    first = "from digits_widget.widget.panel import Panel\n"
    last = '    ("wire", "Wire", WirePanel),\n'
    for place, line in (
        (first, "from digits_widget.widget.panels.ink import InkPanel"),
        (last, row),
    ):
        assert code.count(place) == 1
        code = code.replace(place, f"{place}{line}\n")
    table.write_text(code, encoding="utf-8")
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    said = run(
        "import numpy as np\n"
        "from digits_widget import DigitsWidget, Prediction, sample\n"
        "from tests.widget.panel_driver import PanelDriver\n"
        "widget = DigitsWidget(predict=lambda image: Prediction(np.full(10, 0.1)))\n"
        "page = PanelDriver(widget).see()\n"
        "panel = page.open_panel('Ink')\n"
        "print(panel.sentence())\n"
        "widget.draw(sample(3))\n"
        "print(panel.sentence())\n"
        "print(PanelDriver(widget.ink).sentence())\n",
        tmp_path,
    )
    begin, drawn, alone = said.splitlines()
    assert begin == "Draw a digit, and see how much ink it has."
    assert re.fullmatch(r"\d+ % of the picture is ink\.", drawn)
    assert alone == drawn
