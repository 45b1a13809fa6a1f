"""`HandIns`: the drawings that a class handed in, one file each in a session's folder.

A file has the strokes, the digit that was meant, the nickname, the task and the hand;
neither an address nor another name is kept. A file is never overwritten, and is whole
from the moment it has its name.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from digits_widget.classroom.messages import Hand, check_hand, clean_nickname
from digits_widget.classroom.tasks import check_task
from digits_widget.datasets.checks import check_label
from digits_widget.drawing import Drawing, read_drawing_text
from digits_widget.errors import DigitsError, DrawingFormatError, shortened

_KEY_LENGTH = 12
"""Characters of a key in a file's name: no two of a class's thousands are alike."""

_NAME = re.compile(rf"[a-z0-9_]+-\d-(?P<key>[0-9a-f]{{{_KEY_LENGTH}}})\.json")


@dataclass(frozen=True)
class HandedIn:
    """One drawing that a learner handed in."""

    key: str
    """12 hexadecimal digits; the end of its file's name."""

    drawing: Drawing
    """The strokes."""

    label: int
    """The digit that the learner meant, 0 to 9."""

    writer: str
    """Nickname."""

    hand: Hand
    """The hand that drew it."""

    task: str
    """Name of the task."""

    learner: str
    """12 hexadecimal digits that tell one "anna" from another; not made of a name."""

    @property
    def file_name(self) -> str:
        """Such as ``anna-7-3f2a91bb04c8.json``; nothing in it is the learner's text."""
        plain = unicodedata.normalize("NFKD", self.writer).encode("ascii", "ignore")
        slug = re.sub(r"[^a-z0-9]+", "_", plain.decode().lower()).strip("_")
        # A name that ends in a digit would be read as a label.
        return f"{slug or 'learner'}-{self.label}-{self.key}.json"

    def to_json(self) -> str:
        """Write the drawing's JSON with the label and the other fields."""
        more = {
            "label": self.label,
            "writer": self.writer,
            "hand": self.hand,
            "task": self.task,
            "learner": self.learner,
        }
        return json.dumps(json.loads(self.drawing.to_json()) | more)


class HandIns:
    """The files of one session.

    Parameters
    ----------
    folder : Path
        The session's folder; it is made if it does not exist. What it has already is
        read, so that a class goes on after a restart.

    Attributes
    ----------
    folder : Path
        As given.
    skipped : list of str
        One sentence for each file that could not be read.

    Raises
    ------
    OSError
        The folder cannot be made or read.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.skipped: list[str] = []
        self._kept: dict[str, HandedIn] = {}
        for path in sorted(folder.iterdir()):
            self._read(path)

    def __len__(self) -> int:
        return len(self._kept)

    def __iter__(self) -> Iterator[HandedIn]:
        return iter(tuple(self._kept.values()))

    def __contains__(self, key: str) -> bool:
        return short(key) in self._kept

    def keep(self, one: HandedIn) -> None:
        """Write the file, whole or not at all.

        Raises
        ------
        OSError
            The disk is full, or the folder is gone or read-only.
        """
        # A folder that went away during the class is made again.
        self.folder.mkdir(parents=True, exist_ok=True)
        # A file beside it that becomes it: no reader sees a half.
        handle, name = tempfile.mkstemp(".part", ".", self.folder)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(one.to_json())
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(0o644)
            Path(name).replace(self.folder / one.file_name)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
        self._kept[one.key] = one

    def erase(self, key: str) -> HandedIn | None:
        """Remove a drawing and its file; return it, or None if there is none.

        Raises
        ------
        OSError
            The file cannot be removed; the drawing stays.
        """
        one = self._kept.get(short(key))
        if one is not None:
            (self.folder / one.file_name).unlink(missing_ok=True)
            del self._kept[one.key]
        return one

    def erase_all(self) -> None:
        """Remove every drawing that was handed in, and its file.

        Raises
        ------
        OSError
            A file cannot be removed; it and those after it stay.
        """
        for key in tuple(self._kept):
            self.erase(key)
        # Damaged ones, and those of a second class on this folder, are drawings too.
        for path in self.folder.glob("*.json"):
            if _NAME.fullmatch(path.name):
                path.unlink(missing_ok=True)

    def _read(self, path: Path) -> None:
        named = _NAME.fullmatch(path.name)
        if named:
            try:
                self._kept[named["key"]] = _handed_in(path, named["key"])
            except DigitsError as exc:
                self.skipped.append(f"{shortened(path.name)}: {exc}")
        elif path.name.endswith(".part"):
            # A process that ended while it wrote left it.
            with suppress(OSError):
                path.unlink()


def short(key: str) -> str:
    """Return the part of a key that is in its file's name."""
    return key[:_KEY_LENGTH]


def _handed_in(path: Path, key: str) -> HandedIn:
    text = read_drawing_text(path)
    drawing, data = Drawing.from_json(text), json.loads(text)
    try:
        return HandedIn(
            key,
            drawing,
            label=check_label(data["label"]),
            writer=clean_nickname(data["writer"]),
            hand=check_hand(data["hand"]),
            task=check_task(data["task"]),
            learner=str(data["learner"]),
        )
    except (KeyError, ValueError) as exc:
        msg = f"It was not handed in to a class (it has no {exc})."
        raise DrawingFormatError(msg) from exc
