"""`ClassSet`: the drawings that a class saved, merged from a folder.

Each learner saves drawings with ``widget.drawing.save("anna-7.json")``. The digit that
was meant stands in the file, as a field ``"label"`` that somebody added, or else in its
name. A file that cannot be used spoils nothing: it is named and left out.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from digits_widget.drawing import Drawing
from digits_widget.errors import DataError, DigitsError, DrawingFormatError
from digits_widget.labelled.digits import LabelledDrawings
from digits_widget.raster import rasterize
from digits_widget.samples import samples

_NAME = re.compile(
    r"(?P<writer>.*?)"  # anna
    r"(?<!\d)[-_ .]*(?P<label>\d)(?!\d)"  # -7, and not -17
    r"(?:[-_ .(].*)?"  # what a browser or a second try adds: " (1)", "-b"
)

_SAVED = (".json", ".png", ".svg", ".npz")
"""Endings of what the widget saves; of these the first alone has the strokes."""


@dataclass(frozen=True, eq=False)
class ClassSet:
    """What a folder of saved drawings holds."""

    digits: LabelledDrawings
    """The drawings with the digits that were meant; a writer is a file's name without
    digit and ending. May be empty."""

    names: tuple[str, ...]
    """The file of each drawing, relative to the folder."""

    skipped: tuple[str, ...]
    """One sentence for each file that was left out: its name, and why."""

    def __len__(self) -> int:
        return len(self.names)


def read_class(folder: str | Path) -> ClassSet:
    """Merge the drawings of a folder and of the folders in it, in order of names.

    Parameters
    ----------
    folder : path
        Holds ``.json`` files as `Drawing.save` writes them, named as ``anna-7.json``.

    Raises
    ------
    DataError
        There is no such folder.
    """
    folder = Path(folder)
    if not folder.is_dir():
        msg = (
            f"Got {folder}, which is no folder. Give one with saved drawings, such as "
            "anna-7.json."
        )
        raise DataError(msg)
    read, skipped = [], []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        # A notebook leaves copies in such a folder.
        if path.suffix.lower() not in _SAVED or ".ipynb_checkpoints" in name:
            continue
        try:
            read.append((name, *_read(path)))
        except DigitsError as exc:
            # Said once, whether the message begins with the file or not.
            why = str(exc).removeprefix(f"{path}: ")
            skipped.append(f"{name}: {why}")
    return ClassSet(
        LabelledDrawings(
            tuple(drawing for _, drawing, _, _ in read),
            np.array([label for _, _, label, _ in read], np.int64),
            tuple(writer for *_, writer in read),
        ),
        tuple(name for name, *_ in read),
        tuple(skipped),
    )


def bundled_class() -> ClassSet:
    """Return the ten bundled drawings, as if one learner had saved them."""
    return ClassSet(
        LabelledDrawings(samples(), np.arange(10), ("sample",) * 10),
        tuple(f"sample-{digit}.json" for digit in range(10)),
        (),
    )


def _read(path: Path) -> tuple[Drawing, int, str]:
    """Return the drawing, its label and its writer."""
    if path.suffix.lower() != ".json":
        msg = (
            f"Got a {path.suffix[1:].upper()}, expected strokes. Save the drawing as "
            "JSON."
        )
        raise DrawingFormatError(msg)
    drawing = Drawing.load(path)
    if not drawing or not rasterize(drawing).any():
        msg = "Got a drawing without ink, expected a digit. Draw it again."
        raise DrawingFormatError(msg)
    named = _NAME.fullmatch(path.stem)
    label = json.loads(path.read_text(encoding="utf-8")).get("label")
    if label is None and named:
        label = named["label"]
    if isinstance(label, bool) or str(label) not in set("0123456789"):
        msg = (
            f"Got {'no label' if label is None else repr(label)}, expected a digit "
            'from 0 to 9 in the name, as anna-7.json, or as "label" in the file.'
        )
        raise DrawingFormatError(msg)
    return drawing, int(label), named["writer"] if named else path.stem
