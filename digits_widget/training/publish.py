"""Publishes a finished version, completely or not at all."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows, where a killed export's folder stays
    fcntl = None  # type: ignore[assignment]

from digits_widget.errors import ExportError
from digits_widget.training.error_text import is_full, reason

_WRITING = "writing-"
"""Prefix of the temporary folders of exports."""

_LONGEST = 24
"""Most digits of a version in a message."""

_HIGHEST = (1 << 63) - 1
"""TensorFlow Serving ignores folders with larger numbers."""


@dataclass(frozen=True, kw_only=True)
class Exported:
    """A published model."""

    path: Path
    """Folder of the version."""

    difference: float = 0.0
    """Largest difference between exported and original answers; relative to the
    largest answer if that is above 1."""

    samples: int = 0
    """Number of seeded inputs for the comparison; 0 for a copy, which needs none."""

    without_tflite: str = ""
    """Why there is no ``model.tflite`` in it, in one sentence; empty if there is."""


def publish(folder: Path, version: int, write: Callable[[Path], None]) -> Path:
    """Let `write` fill a temporary folder, and rename it to ``folder/version``.

    The function first removes temporary folders of killed exports.

    Parameters
    ----------
    folder : Path
        Base path of the model; created if it does not exist.
    version : int
        Name of the new folder, 0 or more.
    write : callable
        Takes a path, and creates and fills a folder there.

    Raises
    ------
    ExportError
        The version exists (nothing is ever overwritten), or the folder cannot be
        written.
    """
    check_free(folder, version)
    destination = folder / str(version)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (
            _claimed(folder),
            tempfile.TemporaryDirectory(dir=folder, prefix=_WRITING) as scratch,
        ):
            staged = Path(scratch) / "model"
            write(staged)
            check_free(folder, version)
            staged.rename(destination)
    except _writing_errors() as exc:
        raise ExportError(_not_written(folder, exc)) from exc
    return destination


def _writing_errors() -> tuple[type[Exception], ...]:
    """Return the exceptions of writing, without importing TensorFlow."""
    tensorflow = sys.modules.get("tensorflow")
    return (OSError, tensorflow.errors.OpError) if tensorflow else (OSError,)


def _not_written(folder: Path, error: Exception) -> str:
    if is_full(error):
        return (
            f"Got {folder}, on a disk that is full. Nothing was published: make room, "
            "or name a folder on another disk."
        )
    why = getattr(error, "strerror", None) or reason(error)
    return (
        f"Got {folder}, which cannot be written ({why}). Nothing was published: mend "
        "that, or name another folder."
    )


@contextmanager
def _claimed(folder: Path) -> Iterator[None]:
    """Lock the folder, and remove temporary folders if no other export writes.

    A lock ends with its process. All writers share it, so an exclusive lock proves that
    no temporary folder is in use.
    """
    if fcntl is None:
        yield
        return
    held = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for left in folder.glob(f"{_WRITING}*"):
                shutil.rmtree(left, ignore_errors=True)
            fcntl.flock(held, fcntl.LOCK_SH)
        except BlockingIOError:
            # Another export is writing or cleaning.
            fcntl.flock(held, fcntl.LOCK_SH)
        except OSError:
            # The file system has no locks, so do not clean.
            pass
        yield
    finally:
        os.close(held)


def check_free(folder: Path, version: int) -> None:
    """Refuse a version that exists or is not a valid number.

    Parameters
    ----------
    folder : Path
        Base path of the model.
    version : int
        The version to publish.

    Raises
    ------
    ExportError
        The version exists or is out of range, or `folder` is a file.
    """
    if not 0 <= version <= _HIGHEST:
        msg = (
            f"Got version {_short(version)}, expected 0 to {_HIGHEST}, which "
            "TensorFlow Serving reads. Choose a lower number."
        )
        raise ExportError(msg)
    if folder.exists() and not folder.is_dir():
        msg = f"Got {folder}, which is a file, expected the model's folder of versions."
        raise ExportError(msg)
    if taken := _versions(folder).get(version):
        name = "" if taken == str(version) else f", as {_short(taken)}"
        msg = (
            f"Got version {version} for {folder}, which has that version already{name}."
            " A published version never changes: choose a higher number."
        )
        raise ExportError(msg)


def _short(number: int | str) -> str:
    # Python refuses to write a number of thousands of digits.
    if isinstance(number, int) and abs(number) >= 10**_LONGEST:
        return f"of more than {_LONGEST} digits"
    told = str(number)
    return told if len(told) <= _LONGEST else f"{told[:_LONGEST]}..."


def next_version(folder: Path) -> int:
    """Return one above the highest version in `folder`, or 1."""
    return max(_versions(folder), default=0) + 1


def _versions(folder: Path) -> dict[int, str]:
    """Return the names of version folders by their numbers for TensorFlow Serving."""
    if not folder.is_dir():
        return {}
    names = [path.name for path in folder.iterdir()]
    numbers = {
        int(name): name
        for name in names
        if name.isascii() and name.isdigit() and len(name) < 99
    }
    return {number: name for number, name in numbers.items() if number <= _HIGHEST}
