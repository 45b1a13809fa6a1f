"""Puts a finished version in its place, whole or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from digits_widget.errors import ExportError

_HIGHEST = (1 << 63) - 1
"""Folders with larger numbers are no versions to TensorFlow Serving."""


def publish(folder: Path, version: int, write: Callable[[Path], None]) -> Path:
    """Let `write` fill a folder nobody looks at, and rename it to ``folder/version``.

    Parameters
    ----------
    folder : Path
        The model's base path. Made if it is not there.
    version : int
        Name of the new folder, 0 or more.
    write : callable
        Given the path of a folder that is not there yet, makes and fills it.

    Raises
    ------
    ExportError
        The version exists already, or appeared meanwhile: nothing is overwritten. Or
        the folder cannot be written.
    """
    check_free(folder, version)
    destination = folder / str(version)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix="writing-") as scratch:
            staged = Path(scratch) / "model"
            write(staged)
            check_free(folder, version)
            staged.rename(destination)
    except OSError as exc:
        why = exc.strerror or exc
        msg = (
            f"Got {folder}, which cannot be written ({why}). Nothing was published: "
            "make room, or name another folder."
        )
        raise ExportError(msg) from exc
    return destination


def check_free(folder: Path, version: int) -> None:
    """Raise `ExportError` if `folder` has this version already, or it is no version."""
    if not 0 <= version <= _HIGHEST:
        msg = (
            f"Got version {version}, expected 0 to {_HIGHEST}, which TensorFlow "
            "Serving reads. Choose a lower number."
        )
        raise ExportError(msg)
    if folder.exists() and not folder.is_dir():
        msg = f"Got {folder}, which is a file, expected the model's folder of versions."
        raise ExportError(msg)
    if taken := _versions(folder).get(version):
        name = "" if taken == str(version) else f", as {taken}"
        msg = (
            f"Got version {version} for {folder}, which has that version already{name}."
            " A published version never changes: choose a higher number."
        )
        raise ExportError(msg)


def next_version(folder: Path) -> int:
    """Return one above the highest version in `folder`, or 1."""
    return max(_versions(folder), default=0) + 1


def _versions(folder: Path) -> dict[int, str]:
    """Return names by the numbers that TensorFlow Serving takes them for."""
    if not folder.is_dir():
        return {}
    names = [path.name for path in folder.iterdir()]
    numbers = {int(name): name for name in names if name.isascii() and name.isdigit()}
    return {number: name for number, name in numbers.items() if number <= _HIGHEST}
