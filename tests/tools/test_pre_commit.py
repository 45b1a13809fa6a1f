"""The hooks before a commit mend or refuse what `make lint` would refuse."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

GOOD = '"""A good file."""\n\nNUMBER: int = 1\n'

FAULTS = {
    "ruff-check": '"""A file."""\n\nimport os\n\nNUMBER: int = 1\n',
    "ruff-format": '"""A file."""\n\nNUMBER: int = (  1)\n',
    "mypy": '"""A file."""\n\nNUMBER: int = "one"\n',
}
"""By the hook that must see it."""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Make a small repository with the project's settings and environment."""
    if not shutil.which("git"):
        pytest.skip("git is not installed")
    for name in (".pre-commit-config.yaml", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / ".venv").symlink_to(sys.prefix)
    (tmp_path / ".gitignore").write_text(".venv\n.mypy_cache\n.ruff_cache\n.home\n")
    for folder in ("digits_widget", "tests", "benchmarks", "tools"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "__init__.py").write_text(GOOD)
    return tmp_path


def run_hooks(clone: Path) -> subprocess.CompletedProcess[str]:
    """Run every hook on every file."""
    outside = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    environment = outside | {"PRE_COMMIT_HOME": str(clone / ".home")}
    for command in (["git", "init", "--quiet"], ["git", "add", "."]):
        subprocess.run(command, cwd=clone, env=environment, check=True)
    return subprocess.run(
        [sys.executable, "-m", "pre_commit", "run", "--all-files"],
        cwd=clone,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_good_files_pass(clone: Path) -> None:
    done = run_hooks(clone)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Skipped" not in done.stdout


@pytest.mark.parametrize("hook", FAULTS)
def test_each_hook_sees_its_fault(hook: str, clone: Path) -> None:
    (clone / "tools" / "fault.py").write_text(FAULTS[hook])
    done = run_hooks(clone)
    assert done.returncode != 0
    assert f"- hook id: {hook}\n" in done.stdout
