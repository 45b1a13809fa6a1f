"""Lists the versions in a base path."""

from __future__ import annotations

import re
from pathlib import Path

from digits_widget.model_server.lifecycle.model_config import ModelConfig

MODEL_FILES = ("saved_model.pb", "saved_model.pbtxt")
"""File names of a model; a version's folder holds one of them."""

_NUMBER = re.compile(r"[0-9]{1,64}")
_HIGHEST = 2**63 - 1


def versions_on_disk(base_path: Path) -> dict[int, Path]:
    """List the numbered entries of a base path.

    Parameters
    ----------
    base_path : Path
        A model's folder.

    Returns
    -------
    dict of int to Path
        Version folders by number. Entries with other names do not count, so a copy can
        be prepared beside the versions. If two names mean the same number, the shorter
        one wins.

    Raises
    ------
    OSError
        The base path does not exist, or is not a folder.
    """
    found: dict[int, Path] = {}
    names = sorted((entry.name for entry in base_path.iterdir()), key=len)
    for name in names:
        if _NUMBER.fullmatch(name) and int(name) <= _HIGHEST:
            found.setdefault(int(name), base_path / name)
    return found


def no_versions(config: ModelConfig) -> str:
    """Return the message for a base path without any wanted version, with a hint."""
    said = (
        f"No versions of servable {config.name} found under base path "
        f"{config.base_path}. Did you forget to name your leaf directory as a number "
        "(eg. '/1/')?"
    )
    folder = config.folder
    if folder.is_file():
        return f"{said} This is a file: give the folder that holds numbered folders"
    if not any((folder / name).is_file() for name in MODEL_FILES):
        return said
    if _NUMBER.fullmatch(folder.name):
        return f"{said} This is a version's own folder: give {folder.parent} instead"
    return f"{said} This folder holds a model itself: move that into {folder / '1'}"
