"""What the README shows, works."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from digits_widget.cli import COMMANDS, parser

ROOT = Path(__file__).parents[2]
PAGES = [
    *sorted(ROOT.glob("*.md")),
    ROOT / "deploy" / "README.md",
    ROOT / "digits_widget" / "models" / "README.md",
]
README = (ROOT / "README.md").read_text()

BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, re.DOTALL)
PYTHON = [code for language, code in BLOCKS if language == "python"]
LINES = [
    line.partition("#")[0].strip()
    for language, block in BLOCKS
    if language == "console"
    for line in block.splitlines()
]
OURS = sorted({line for line in LINES if line.startswith("digits-widget")})
MAKE = sorted({line for line in LINES if line.startswith("make")})
# Making environments is what the set-up of these very tests does, by other words.
OTHERS = {
    "python3 -m venv .venv",
    ". .venv/bin/activate",
    "pip install -e '.[lab,server,training]'",
    "conda env create -f environment.yml",
    "conda activate digits-widget",
}

TARGETS = sorted(
    {
        target
        for page in PAGES
        for target in re.findall(
            r"(?:`|^)make ([a-z-]+)", page.read_text(), re.MULTILINE
        )
    }
)


def test_every_console_line_is_known() -> None:
    assert set(LINES) == {*OURS, *MAKE, *OTHERS}


def test_the_two_commands_stand_at_the_top() -> None:
    assert MAKE == ["make lab", "make test"]
    assert BLOCKS[0][1].startswith("make lab")


@pytest.mark.parametrize("line", OURS)
def test_our_commands_take_these_options(line: str) -> None:
    args = parser().parse_args(shlex.split(line)[1:])
    assert args.command in COMMANDS


@pytest.mark.parametrize("target", TARGETS)
def test_make_has_the_target(target: str) -> None:
    assert re.search(rf"(?m)^{target}:.*##", (ROOT / "Makefile").read_text())


def test_make_can_read_its_file() -> None:
    make = shutil.which("make")
    assert make
    subprocess.run([make, "-n", "help"], cwd=ROOT, check=True, capture_output=True)


@pytest.mark.server
@pytest.mark.parametrize("code", PYTHON, ids=range(len(PYTHON)))
def test_python_runs(code: str, tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning:digits_widget", "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(ROOT), "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )
    assert result.returncode == 0, result.stderr
    if "print(prediction)" in code:
        assert result.stdout.startswith("<Prediction 3 at ")


@pytest.mark.parametrize(
    "page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix()
)
def test_links_inside_the_project_lead_somewhere(page: Path) -> None:
    prose = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    for link in re.findall(r"\]\(([^)#]+)\)", prose):
        if "://" not in link:
            assert (page.parent / link).exists(), link


@pytest.mark.parametrize("extra", ["lab", "server", "training"])
def test_every_extra_is_explained(extra: str) -> None:
    assert f"| `{extra}` |" in README
