"""What the kernel has of what a hand did in the browser."""

from __future__ import annotations

import pytest

from digits_widget.drawing import Drawing
from tools.notebook_page import NotebookPage


def drawing_in(notebook: NotebookPage) -> Drawing:
    """Return what Python has of what the hand did."""
    return Drawing.from_json(notebook.python("print(widget.drawing.to_json())"))


def wait_for_points(
    notebook: NotebookPage, count: int, *, from_more: bool = False
) -> None:
    """Wait until Python has so many points; what it prints does not wait for events.

    There are never more, but `from_more`: the paper is told first what was erased.
    """
    for _ in range(1000):
        points = int(notebook.python("print(sum(map(len, widget.drawing)))"))
        if points == count:
            return
        assert from_more or points < count
    pytest.fail(f"got {points} points, expected {count}")
