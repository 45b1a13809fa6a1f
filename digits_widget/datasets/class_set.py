"""`ClassSet`: the drawings of a class, merged from a folder.

``digits-widget class`` keeps what learners hand in there; a learner with the widget
saves drawings with ``widget.drawing.save("anna-7.json")``. Label and writer are the
fields ``"label"`` and ``"writer"`` in the file, or else they come from its name. A file
that cannot be used is skipped and reported.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from digits_widget.datasets.checks import check_label
from digits_widget.datasets.digits import LabelledDrawings
from digits_widget.drawing import Drawing, read_drawing_text
from digits_widget.errors import (
    DataError,
    DigitsError,
    DrawingFormatError,
    shortened,
)
from digits_widget.raster import rasterize
from digits_widget.regular_file import is_folder
from digits_widget.samples import samples

_NAME = re.compile(
    r"(?P<writer>.*?)"  # anna
    r"[-_ .]*(?<!\d)(?P<label>\d)(?!\d)"  # -7, and not -17
    r"(?:[-_ .(].*)?"  # the suffix of a browser or a second try: " (1)", "-b"
)

_SAVED = (".json", ".png", ".svg", ".npz")
"""Endings of the widget's files; only the first kind has the strokes."""


@dataclass(frozen=True, eq=False)
class ClassSet:
    """The drawings in a folder, and the files that were skipped."""

    digits: LabelledDrawings
    """The drawings with their labels and writers. May be empty."""

    names: tuple[str, ...]
    """The file of each drawing, relative to the folder."""

    skipped: tuple[str, ...]
    """One sentence for each skipped file: its name, and why."""

    def __len__(self) -> int:
        return len(self.names)


def read_class(folder: str | Path) -> ClassSet:
    """Merge the drawings of a folder and its subfolders, in order of names.

    Parameters
    ----------
    folder : str or Path
        Has ``.json`` files from `Drawing.save`, with names such as ``anna-7.json``.

    Raises
    ------
    DataError
        The folder does not exist.
    """
    folder = Path(folder)
    if not is_folder(folder):
        msg = (
            f"Got {shortened(folder)}, which is not a folder. Give a folder with "
            "saved drawings, such as anna-7.json."
        )
        raise DataError(msg)
    read, skipped = [], []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        # Jupyter keeps copies in such a folder.
        if path.suffix.lower() not in _SAVED or ".ipynb_checkpoints" in name:
            continue
        try:
            read.append((name, *_read(path)))
        except DigitsError as exc:
            # The name comes once, whether or not the message begins with it.
            why = str(exc).removeprefix(f"{shortened(path)}: ")
            skipped.append(f"{shortened(name)}: {why}")
    return ClassSet(
        LabelledDrawings(
            tuple(drawing for _, drawing, _, _ in read),
            np.array([label for _, _, label, _ in read], np.int64),
            tuple(writer for *_, writer in read),
        ),
        tuple(name for name, *_ in read),
        tuple(skipped),
    )


def newest_session(*folders: str | Path) -> Path | None:
    """Return the newest folder that has drawings, or None.

    Parameters
    ----------
    *folders : str or Path
        Each has drawings, or the sessions of ``digits-widget class``; what does not
        exist is passed over.
    """
    found = [
        session
        for folder in map(Path, folders)
        if is_folder(folder)
        for session in (folder, *folder.iterdir())
        if any(session.glob("*.json"))
    ]
    # A session's name is its date, and begins with a digit.
    return max(found, key=lambda session: session.name, default=None)


def bundled_class() -> ClassSet:
    """Return the ten bundled drawings as the set of one learner."""
    return ClassSet(
        LabelledDrawings(samples(), np.arange(10), ("sample",) * 10),
        tuple(f"sample-{digit}.json" for digit in range(10)),
        (),
    )


def _read(path: Path) -> tuple[Drawing, int, str]:
    """Return the drawing, its label and its writer."""
    if path.suffix.lower() != ".json":
        msg = f"A {path.suffix[1:].upper()} has no strokes. Save the drawing as JSON."
        raise DrawingFormatError(msg)
    text = read_drawing_text(path)
    drawing = Drawing.from_json(text)
    fields = json.loads(text)
    if not drawing.picture and not rasterize(drawing).any():
        msg = "The drawing has no ink. Draw the digit again."
        raise DrawingFormatError(msg)
    named = _NAME.fullmatch(path.stem)
    label, writer = fields.get("label"), fields.get("writer")
    if label is None and named:
        label = named["label"]
    if not (isinstance(writer, str) and writer):
        writer = named["writer"] if named else path.stem
    return drawing, _label(label), writer


def _label(label: object) -> int:
    try:
        return check_label(label)
    except ValueError as exc:
        got = "no label" if label is None else f"the label {shortened(repr(label))}"
        msg = (
            f"Got {got}, expected a digit from 0 to 9 in the name, as anna-7.json, or "
            'as "label" in the file.'
        )
        raise DrawingFormatError(msg) from exc
