"""The service of the how-to page and its tests, saved as the page says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, blocks_in

PAGE = ROOT / "docs" / "how-to" / "service.md"


@pytest.mark.server
def test_the_service_passes_its_tests(tmp_path: Path) -> None:
    text = PAGE.read_text(encoding="utf-8")
    lines = text.splitlines()
    for block in (each for each in blocks_in("python") if each.page == PAGE):
        # The last name before a block, if the page says so, is its file's.
        before = "\n".join(lines[: block.line - 1]).rpartition("```")[2]
        if named := re.search(r"[Ss]ave\s+(?:it|this)\s+as\s+`(\w+\.py)`", before):
            (tmp_path / named[1]).write_text(block.text, encoding="utf-8")
    assert {path.name for path in tmp_path.iterdir()} == {
        "service.py",
        "test_service.py",
    }
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "12 passed" in done.stdout
