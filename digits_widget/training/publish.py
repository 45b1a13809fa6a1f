"""Puts a finished version in its place, whole or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from digits_widget.errors import ExportError


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
        The version exists already, or appeared meanwhile; nothing is overwritten.
    """
    check_free(folder, version)
    destination = folder / str(version)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix="writing-") as scratch:
        staged = Path(scratch) / "model"
        write(staged)
        try:
            staged.rename(destination)
        except OSError as exc:
            msg = f"Got {destination}, which appeared meanwhile: export again."
            raise ExportError(msg) from exc
    return destination


def check_free(folder: Path, version: int) -> None:
    """Raise `ExportError` if `folder` has this version already, or it is no version."""
    if version < 0:
        msg = f"Got version {version}, expected 0 or more."
        raise ExportError(msg)
    if folder.exists() and not folder.is_dir():
        msg = f"Got {folder}, which is a file, expected the model's folder of versions."
        raise ExportError(msg)
    if (folder / str(version)).exists():
        msg = (
            f"Got version {version} for {folder}, which has that version already. "
            "A published version never changes: choose a higher number."
        )
        raise ExportError(msg)


def next_version(folder: Path) -> int:
    """Return one above the highest version in `folder`, or 1."""
    if not folder.is_dir():
        return 1
    names = [path.name for path in folder.iterdir() if path.is_dir()]
    return max((int(n) for n in names if n.isascii() and n.isdigit()), default=0) + 1
