"""Writes a pipeline as a page of NumPy and Pillow to paste into a notebook."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from digits_widget.errors import OptionError
from digits_widget.pipeline import Pipeline, name_of
from digits_widget.steps.checks import check_choice
from digits_widget.steps.step import PastedStep

MAX_LINES = 30
"""A page that one still reads."""

_STARTS = {
    "drawing": (
        "picture = Image.open('drawing.png').convert('L')  # black ink on white",
        "image = (255 - np.asarray(picture, np.float32)) / 255  # 1 is ink",
    ),
    "picture": (
        "picture = Image.open('picture.png')  # 8-bit grey, RGB or RGBA",
        "image = np.asarray(picture, np.float32) / 255  # 1 is light",
    ),
}


def recipe(pipeline: Pipeline, *, source: str = "drawing") -> str:
    """Write Python that makes the same `tensor`, bit for bit, without this package.

    Parameters
    ----------
    pipeline : Pipeline
        Of this project's steps.
    source : str
        ``drawing`` begins with ``drawing.png``, the raster of a drawing as
        ``tile_png(trace["raster"].image, side=280)`` writes it. ``picture`` begins with
        any 8-bit ``picture.png``.

    Returns
    -------
    str
        At most `MAX_LINES` lines; they set `tensor`. Where there would be more,
        neighbouring lines are joined by semicolons.

    Raises
    ------
    OptionError
        A step that is somebody's own function.
    UnknownMethodError
        Another `source`.
    """
    check_choice("source", source, _STARTS)
    lines = ["import numpy as np", "from PIL import Image", *_STARTS[source]]
    for step in pipeline.steps:
        if source == "drawing" and getattr(step, "pictures_only", False):
            continue
        if not isinstance(step, PastedStep):
            msg = f"Got the step {name_of(step)}, which has no code() to paste."
            raise OptionError(msg)
        lines += step.code()
    return "\n".join(_joined(lines)) + "\n"


def _joined(lines: Sequence[str]) -> list[str]:
    """Join simple lines until they fit, no wider than need be."""
    joined = list(lines)
    width = 88
    while len(joined) > MAX_LINES:
        joined = _joined_to(lines, width)
        width += 8
    return joined


def _joined_to(lines: Sequence[str], width: int) -> list[str]:
    joined = [lines[0]]
    for line in lines[1:]:
        longer = f"{joined[-1]}; {line.strip()}"
        if _can_follow(joined[-1], line) and len(longer) <= width:
            joined[-1] = longer
        else:
            joined.append(line)
    return _closed_up(joined, width)


def _closed_up(lines: Sequence[str], width: int) -> list[str]:
    """Put a block of one line behind its head."""
    closed: list[str] = []
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        head = closed[-1] if closed else ""
        alone = _indent(after) < _indent(line)
        longer = f"{head} {line.strip()}"
        simple = head.endswith(":") and alone and not _BLOCK.match(line)
        if simple and len(longer) <= width:
            closed[-1] = longer
        else:
            closed.append(line)
    return closed


def _can_follow(line: str, following: str) -> bool:
    """Return whether two statements may share a line."""
    plain = not _BLOCK.match(line) and not _BLOCK.match(following)
    return plain and "  # " not in line and _indent(line) == _indent(following)


def _indent(line: str) -> int:
    return len(list(takewhile(str.isspace, line)))


_BLOCK = re.compile(r"\s*(for|while|if|def|import|from)\b")
