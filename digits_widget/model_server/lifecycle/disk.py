"""Which versions a base path holds."""

from __future__ import annotations

import re
from pathlib import Path

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
        Version folders by number. Other names are skipped: that is how a copy is
        staged beside the versions. Of two names for one number, the shorter wins.

    Raises
    ------
    OSError
        The base path is not there, or is no folder.
    """
    found: dict[int, Path] = {}
    names = sorted((entry.name for entry in base_path.iterdir()), key=len)
    for name in names:
        if _NUMBER.fullmatch(name) and int(name) <= _HIGHEST:
            found.setdefault(int(name), base_path / name)
    return found
