"""SUPPORT.md says of which versions it speaks: those that the tests run with."""

from __future__ import annotations

import re

import pytest

from tests.docs.pages import ROOT

ROWS = {
    cells[0].strip(): cells[1]
    for line in (ROOT / "SUPPORT.md").read_text().splitlines()
    if len(cells := line.strip("|").split("|")) == 4
}

PACKAGES = {
    "JupyterLab": "jupyterlab",
    "Notebook": "notebook",
    "JupyterHub": "jupyterhub",
    "TensorFlow": "tensorflow",
    "TensorFlow Serving": "tensorflow-serving-api",
}


@pytest.mark.parametrize("row", PACKAGES)
def test_a_tested_version_is_the_one_that_tests_install(row: str) -> None:
    constraints = (ROOT / "constraints.txt").read_text()
    found = re.search(rf"(?m)^{PACKAGES[row]}==(\d+\.\d+)", constraints)
    assert found
    assert re.search(rf"\b{re.escape(found[1])}\b", ROWS[row])
