"""Every error of the tree explains itself, and every message leads to it."""

from __future__ import annotations

import copy
import re
import traceback
from collections.abc import Iterator

import pytest

from digits_widget import errors
from digits_widget.errors import DigitsError
from digits_widget.explanation import EXPLANATIONS, Explanation, explain
from tests.an_error import an_error


def tree(kind: type[DigitsError]) -> Iterator[type[DigitsError]]:
    """Yield a class of the tree and all below it, wherever they are defined."""
    yield kind
    for each in kind.__subclasses__():
        yield from tree(each)


KINDS = [kind for kind in tree(DigitsError) if kind.__module__ == errors.__name__]


def test_all_are_explained_from_a_to_z() -> None:
    names = [each.name for each in EXPLANATIONS.values()]
    assert names == sorted(kind.__name__ for kind in KINDS)
    assert EXPLANATIONS["server-absent-error"].kind is errors.ServerAbsentError


@pytest.mark.parametrize("explanation", EXPLANATIONS.values(), ids=lambda e: e.name)
def test_it_says_what_happened_and_what_to_do(explanation: Explanation) -> None:
    summary, *rest = explanation.paragraphs
    assert summary.endswith(".")
    assert ". " not in summary
    assert rest[-1].startswith("What to do: ")
    assert len(rest) > 1
    assert "``" not in "".join(rest)
    assert "----" not in "".join(rest)


@pytest.mark.parametrize("explanation", EXPLANATIONS.values(), ids=lambda e: e.name)
def test_what_it_tells_to_type_exists(explanation: Explanation) -> None:
    from digits_widget.cli import COMMANDS

    for text in explanation.paragraphs:
        for command in re.findall(r"`digits-widget (\S+?)[` ]", text):
            assert command in COMMANDS


def test_a_text_is_said_once() -> None:
    told = [text for each in EXPLANATIONS.values() for text in each.paragraphs]
    assert len(told) == len(set(told))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_traceback_ends_with_the_way_to_its_explanation(
    kind: type[DigitsError],
) -> None:
    exc = an_error(kind)
    assert str(exc) == "Got it."
    said = "".join(traceback.format_exception(exc))
    assert said.endswith(f": Got it.\nMore: digits-widget explain {kind.__name__}\n")


def test_an_error_that_is_defined_elsewhere_has_the_nearest_explanation() -> None:
    class OwnError(errors.WrongPortError):
        pass

    assert explain(OwnError("Got it.")).name == "WrongPortError"
    assert OwnError("Got it.").__notes__ == [
        "More: digits-widget explain WrongPortError"
    ]


def test_a_copy_says_it_once() -> None:
    exc = copy.copy(errors.DataError("Got it.", code="NOT_FOUND"))
    assert len(exc.__notes__) == 1
    assert exc.code == "NOT_FOUND"


def test_more_general_errors_come_nearest_first() -> None:
    names = [each.name for each in explain("LogitsError").more_general]
    assert names[:2] == ["NotConfidencesError", "AnswerError"]
    assert names[-1] == "DigitsError"
