"""``digits-widget explain``: every error of the tree, by either form of its name."""

from __future__ import annotations

import pytest

from digits_widget import cli
from digits_widget.explanation import EXPLANATIONS


def test_it_lists_every_error_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [
        each.name for each in EXPLANATIONS.values()
    ]


@pytest.mark.parametrize("slug", EXPLANATIONS)
def test_it_explains_each_by_either_name(
    slug: str, capsys: pytest.CaptureFixture[str]
) -> None:
    explanation = EXPLANATIONS[slug]
    assert cli.main(["explain", slug]) == 0
    said = capsys.readouterr().out
    assert cli.main(["explain", explanation.name]) == 0
    assert capsys.readouterr().out == said
    assert said.startswith(f"{explanation.name}\n")
    told = " ".join(said.split())
    assert all(each in told for each in explanation.paragraphs)
    assert all(len(line) <= 80 for line in said.splitlines())


def test_it_says_what_else_catches_it(capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["explain", "wrong-port-error"])
    assert "WrongPortError, ServerUnavailableError" in capsys.readouterr().out


def test_it_suggests_similar_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", "LogitErrors"]) == 1
    err = capsys.readouterr().err
    assert "The nearest are: logits-error" in err
    assert err.endswith("More: digits-widget explain UnknownMethodError\n")
