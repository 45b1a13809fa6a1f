"""``environment.yml`` and ``constraints.txt`` say the same as ``pyproject.toml``."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]

WANTED = {
    *PROJECT["dependencies"],
    # One extra may name another, whose requirements are here already.
    *(
        need
        for extra in EXTRAS.values()
        for need in extra
        if not need.startswith(PROJECT["name"])
    ),
}


def test_environment_yml_lists_what_pyproject_does() -> None:
    lines = (ROOT / "environment.yml").read_text().splitlines()
    pip = lines[lines.index("  - pip:") + 1 :]
    listed = [line.strip().removeprefix("- ") for line in pip]
    assert listed[-1] == "-e ."
    assert set(listed[:-1]) == WANTED
    assert f"  - python{PROJECT['requires-python']}" in lines


@pytest.mark.parametrize("need", sorted(WANTED))
def test_every_requirement_has_a_tested_version(need: str) -> None:
    name = re.match(r"[\w-]+", need)
    assert name
    pinned = re.compile(rf"(?mi)^{re.escape(name[0])}==[\d.]+$")
    assert pinned.search((ROOT / "constraints.txt").read_text())


def test_constraints_name_no_address() -> None:
    assert "://" not in (ROOT / "constraints.txt").read_text()
