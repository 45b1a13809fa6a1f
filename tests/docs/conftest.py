"""The documentation's site, built once for the tests of its pages."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import ROOT


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site in a process of its own, any warning an error."""
    folder = tmp_path_factory.mktemp("docs")
    places = ["--output", str(folder / "site"), "--work", str(folder / "work")]
    done = subprocess.run(
        # The notebooks run in tests of their own.
        [sys.executable, "-m", "tools.site.build", "--no-run", *places],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    return folder / "site"
