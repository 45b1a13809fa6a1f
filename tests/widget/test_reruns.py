"""A widget whose cell ran again lets go of what it has, once no page shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from ipywidgets.widgets.widget import _instances

from digits_widget.samples import sample
from digits_widget.widget import DigitsWidget, cell
from tests.widget.conftest import answer
from tests.widget.panel_driver import PanelDriver

RunsAgain = Callable[[], None]


class Shell:
    """Stands for IPython in a kernel: a cell with a name runs."""

    def __init__(self) -> None:
        self.hooks: list[Callable[[Any], None]] = []
        self.events = self

    def get_parent(self) -> dict[str, Any]:
        return {"metadata": {"cellId": "one"}}

    def register(self, event: str, hook: Callable[[Any], None]) -> None:
        assert event == "pre_run_cell"
        self.hooks.append(hook)

    def unregister(self, _event: str, hook: Callable[[Any], None]) -> None:
        self.hooks.remove(hook)

    def run(self, name: str) -> None:
        for hook in list(self.hooks):
            hook(SimpleNamespace(cell_id=name))


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Shell:
    shell = Shell()
    monkeypatch.setattr(cell, "get_ipython", lambda: shell)
    return shell


@pytest.fixture
def before() -> int:
    return len(_instances)


@pytest.fixture
def widget(shell: Shell, before: int) -> Iterator[DigitsWidget]:
    assert not shell.hooks
    assert before >= 0
    widget = DigitsWidget(predict=answer)
    yield widget
    widget.close()


def test_everything_goes_with_the_view_when_the_cell_ran_again(
    widget: DigitsWidget, shell: Shell, before: int
) -> None:
    person = PanelDriver(widget).see()
    for name in ("More", "Temperature", "Dithering", "Why", "Inside", "Steps"):
        person.click(name)
    widget.draw(sample(3))
    widget.wait()
    shell.run("another")
    shell.run("one")
    assert len(_instances) > before + 200
    person.leave()
    assert len(_instances) <= before + 1  # the channel of all canvases
    assert not shell.hooks
    # What was drawn can still be read, and drawing on hurts nobody.
    assert widget.drawing == sample(3)
    assert widget.prediction
    widget.draw(sample(4))


def test_a_widget_that_a_page_still_shows_stays(
    widget: DigitsWidget, shell: Shell
) -> None:
    person = PanelDriver(widget)
    person.report("seen", tab="a", count=1)
    person.report("seen", tab="b", count=1)
    shell.run("one")
    person.report("seen", tab="a", count=0)
    assert widget.comm
    person.report("seen", tab="b", count=0)
    assert not widget.comm


def test_a_view_that_goes_is_no_end_while_the_cell_has_not_run_again(
    widget: DigitsWidget, shell: Shell
) -> None:
    person = PanelDriver(widget)
    person.report("seen", tab="a", count=1)
    person.report("seen", tab="a", count=0)
    assert widget.comm
    shell.run("one")
    assert not widget.comm


def test_a_page_that_was_loaded_again_counts_anew(
    widget: DigitsWidget, shell: Shell
) -> None:
    person = PanelDriver(widget)
    for _ in range(3):
        person.report("seen", tab="a", count=1)
    shell.run("one")
    person.report("seen", tab="a", count=0)
    assert not widget.comm


def test_a_widget_that_no_page_has_shown_yet_stays(
    widget: DigitsWidget, shell: Shell
) -> None:
    shell.run("one")
    assert widget.comm
