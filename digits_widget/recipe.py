"""Writes a pipeline as a page of NumPy and Pillow to paste into a notebook."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from digits_widget.errors import OptionError
from digits_widget.pipeline import Pipeline, name_of
from digits_widget.steps import Flatten, MagickResize
from digits_widget.steps.checks import check_choice
from digits_widget.steps.step import PastedStep

MAX_LINES = 30
"""A page that one still reads."""

_WIDE = 100
"""Characters of a joined line, up to which comments stay."""

_WIDEST = 240
"""Characters of a joined line, beyond which nobody can read it."""

_STARTS = {
    "drawing": (
        "picture = Image.open('drawing.png').convert('L')  # black ink on white",
        "image = (255 - np.asarray(picture, np.float32)) / 255  # 1 is ink",
    ),
    "picture": (
        "picture = Image.open('picture.png')  # 8-bit grey, RGB or RGBA; 1 is light",
        "image = np.asarray(picture, np.float32) / 255",
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
        A step that is somebody's own function, or so many steps that no joining makes
        a page of them.
    UnknownMethodError
        Another `source`.
    """
    check_choice("source", source, _STARTS)
    lines = ["import numpy as np", "from PIL import Image", *_STARTS[source]]
    flat = source == "drawing"
    for step in pipeline.steps:
        if source == "drawing" and getattr(step, "pictures_only", False):
            continue
        if not isinstance(step, PastedStep):
            msg = f"Got the step {name_of(step)}, which has no code() to paste."
            raise OptionError(msg)
        lines += _code_of(step, flat=flat)
        flat = flat or isinstance(step, Flatten)
    return "\n".join(_joined(_imports_first(lines))) + "\n"


def _code_of(step: PastedStep, *, flat: bool) -> tuple[str, ...]:
    if flat and isinstance(step, MagickResize):
        return step.code_for_greys()
    return step.code()


def _imports_first(lines: Sequence[str]) -> list[str]:
    heads = [line for line in lines if _IMPORT.match(line)]
    return [*dict.fromkeys(heads), *(line for line in lines if line not in heads)]


def _joined(lines: Sequence[str]) -> list[str]:
    """Join simple lines until they fit, no wider than need be.

    Raises
    ------
    OptionError
        They never do.
    """
    if len(lines) <= MAX_LINES:
        return list(lines)
    bare = [_COMMENT.sub("", line) for line in lines]
    for width in range(88, _WIDEST + 1, 4):
        # Comments end a line: where that costs too much, they go.
        joined = _joined_to(lines if width <= _WIDE else bare, width)
        if len(joined) <= MAX_LINES:
            return joined
    msg = (
        f"Got a pipeline that takes {len(lines)} lines to write out, expected what can "
        f"be joined to {MAX_LINES}. Leave steps out, or paste its parts one by one."
    )
    raise OptionError(msg)


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


_IMPORT = re.compile(r"(import|from)\b")
_COMMENT = re.compile(r"  # .*$")
_BLOCK = re.compile(r"\s*(for|while|if|else|with|def|import|from)\b")
