"""The accessibility statement has each criterion of WCAG 2.2, and its tests exist."""

from __future__ import annotations

import ast
import re

import pytest

from tests.docs.pages import ROOT

PAGE = ROOT / "docs" / "explanation" / "accessibility.md"

STATES = {"Met", "Partly", "Not met", "Not checked", "Does not apply"}

LEVELS = {
    "A": (
        "1.1.1 1.2.1 1.2.2 1.2.3 1.3.1 1.3.2 1.3.3 1.4.1 1.4.2 2.1.1 2.1.2 2.1.4 2.2.1 "
        "2.2.2 2.3.1 2.4.1 2.4.2 2.4.3 2.4.4 2.5.1 2.5.2 2.5.3 2.5.4 3.1.1 3.2.1 3.2.2 "
        "3.2.6 3.3.1 3.3.2 3.3.7 4.1.2"
    ),
    "AA": (
        "1.2.4 1.2.5 1.3.4 1.3.5 1.4.3 1.4.4 1.4.5 1.4.10 1.4.11 1.4.12 1.4.13 2.4.5 "
        "2.4.6 2.4.7 2.4.11 2.5.7 2.5.8 3.1.2 3.2.3 3.2.4 3.3.3 3.3.4 3.3.8 4.1.3"
    ),
}
"""The success criteria of https://www.w3.org/TR/WCAG22/ by level."""

ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.read_text().splitlines()
    if re.match(r"\| \d", line)
]

TESTS = sorted({name for row in ROWS for name in re.findall(r"`([^`]+)`", row[4])})


def test_no_criterion_is_missing() -> None:
    stated = {(row[0].partition(" ")[0], row[1]) for row in ROWS}
    assert stated == {(n, level) for level in LEVELS for n in LEVELS[level].split()}
    assert len(ROWS) == len(stated)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0].partition(" ")[0])
def test_what_is_said_to_be_met_names_a_test(row: list[str]) -> None:
    _, _, state, how, tests = row
    assert state in STATES
    assert how
    assert (state in {"Met", "Partly"}) == ("::" in tests)


@pytest.mark.parametrize("name", TESTS)
def test_the_named_test_exists(name: str) -> None:
    path, _, function = name.partition("::")
    tree = ast.parse((ROOT / path).read_text())
    assert function in {n.name for n in tree.body if isinstance(n, ast.FunctionDef)}
