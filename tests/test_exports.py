"""The package's front door: the names it offers, and where they live."""

from __future__ import annotations

import importlib
import tomllib
from pathlib import Path

import pytest

import digits_widget


def test_the_list_of_names_is_sorted_and_complete() -> None:
    assert set(digits_widget.__all__) == digits_widget._HOMES.keys()
    assert dir(digits_widget) == sorted([*digits_widget.__all__, "__version__"])


@pytest.mark.parametrize("name", digits_widget.__all__)
def test_every_name_is_there(name: str) -> None:
    home = importlib.import_module(f"digits_widget.{digits_widget._HOMES[name]}")
    assert getattr(digits_widget, name) is getattr(home, name)


def test_other_names_are_not() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = digits_widget.nothing


def test_the_version_is_that_of_the_project() -> None:
    text = (Path(__file__).parents[1] / "pyproject.toml").read_text()
    assert digits_widget.__version__ == tomllib.loads(text)["project"]["version"]
