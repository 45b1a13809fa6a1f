"""Writes a pipeline as NumPy and Pillow to paste into a notebook.

The code is meant to be read: one statement a line, no line over 88 characters, and a
comment with the title above each step. A step that would take more than about 40 lines,
such as ImageMagick's octree, is imported from this package, and a comment says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from digits_widget.errors import OptionError
from digits_widget.pipeline import Pipeline, name_of
from digits_widget.steps import Flatten, MagickResize
from digits_widget.steps.checks import check_choice
from digits_widget.steps.step import PastedStep

_OURS = "digits_widget"

_WHY_OURS = "# digits_widget does the steps that would take pages to write out."

_STARTS = {
    "drawing": (
        "picture = Image.open('drawing.png').convert('L')  # black ink on white",
        "image = (255 - np.asarray(picture, np.float32)) / 255  # 1 is ink",
    ),
    "picture": (
        "picture = Image.open('picture.png')  # 8-bit grey, RGB or RGBA, 1 is light",
        "image = np.asarray(picture, np.float32) / 255",
    ),
}


def _start_of_photo(pixels: int) -> tuple[str, ...]:
    """Return the lines that read a photograph upright, at no more than `pixels`."""
    return (
        "from digits_widget.picture import read_reduced",
        f"image = read_reduced('picture.png', {pixels}).light  # 1 is light",
    )


def recipe(pipeline: Pipeline, *, source: str = "drawing") -> str:
    """Write Python that computes the same `tensor`, bit for bit.

    Parameters
    ----------
    pipeline : Pipeline
        All its steps must be this project's.
    source : str
        ``drawing`` begins with ``drawing.png``, the raster of a drawing as
        ``tile_png(trace["raster"].image, side=280)`` writes it. ``picture`` begins with
        an 8-bit ``picture.png``; with the step `Paper`, with any kind of picture.

    Returns
    -------
    str
        Formatted lines that set `tensor`. They need only NumPy and Pillow, unless a
        comment says that they import this package.

    Raises
    ------
    OptionError
        A step has no `code`, such as a function of your own.
    UnknownMethodError
        `source` is neither ``drawing`` nor ``picture``.
    """
    check_choice("source", source, _STARTS)
    starts: tuple[str, ...] = _STARTS[source]
    if source == "picture" and pipeline.finds_paper:
        starts = _start_of_photo(pipeline.reads_at_most)
    lines = ["import numpy as np", "from PIL import Image", *starts]
    flat = source == "drawing"
    for step in pipeline.steps:
        if source == "drawing" and getattr(step, "pictures_only", False):
            continue
        if not isinstance(step, PastedStep):
            msg = f"The step {name_of(step)} has no code() method to write it out."
            raise OptionError(msg)
        code = _code_of(step, flat=flat)
        if code:
            lines += ["", f"# {getattr(step, 'title', name_of(step))}", *code]
        flat = flat or isinstance(step, Flatten)
    return "\n".join(_spaced(_imports_first(lines))) + "\n"


def _code_of(step: PastedStep, *, flat: bool) -> tuple[str, ...]:
    if flat and isinstance(step, MagickResize):
        return step.code_for_greys()
    return step.code()


def _imports_first(lines: Sequence[str]) -> list[str]:
    """Put each import at the top once; explain the import of this package, if any."""
    heads = sorted({line for line in lines if _IMPORT.match(line)}, key=_import_order)
    ours = [line for line in heads if _OURS in line]
    return [
        *heads[: len(heads) - len(ours)],
        *(("", _WHY_OURS, *ours) if ours else ()),
        "",
        *(line for line in lines if not _IMPORT.match(line)),
    ]


def _import_order(line: str) -> tuple[bool, bool, str]:
    return _OURS in line, line.startswith("from "), line


def _spaced(lines: Sequence[str]) -> list[str]:
    """Keep at most one blank line in a row."""
    return [line for before, line in pairwise(["", *lines]) if line or before]


_IMPORT = re.compile(r"(import|from)\b")
