"""The bar of a long command, on a terminal and elsewhere."""

from __future__ import annotations

import io
import re
import sys

import pytest

from digits_widget.cli.options.progress import progress_bar


class Terminal(io.StringIO):
    """A standard error that is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with progress_bar("training") as show:
        show(41, 80, "loss 0.5")
        show(80, 80, "loss 0.1")
    said = terminal.getvalue()
    assert re.search(r"training: 100%.*80/80.*loss 0\.1", said)
    assert said.endswith("\n")


def test_elsewhere_nothing_is_printed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with progress_bar("training") as show:
        show(1, 2)
        show(2, 2)
    assert capsys.readouterr() == ("", "")
