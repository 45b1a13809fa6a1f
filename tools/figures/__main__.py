"""Writes the figures into ``docs/pictures/``; ``--check`` says if they are up to date.

They are plain vectors, in one file for light pages and one for dark.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tools.figures.road import road
from tools.figures.rooms import rooms
from tools.figures.vectors import THEMES

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "pictures"

FIGURES = {"road": road, "rooms": rooms}


def main(argv: list[str] | None = None) -> int:
    """Write, or check; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing")
    check = parser.parse_args(argv).check
    stale = 0
    for name, draw in FIGURES.items():
        for theme in THEMES:
            stale += _keep(FOLDER / f"{name}-{theme}.svg", draw(theme), check=check)
    return stale if check else 0


def _keep(path: Path, text: str, *, check: bool) -> bool:
    """Write `text`, or complain; return whether it was another one."""
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    if check:
        print(f"{path} is old. Run: python -m tools.figures", file=sys.stderr)
    else:
        path.write_text(text, encoding="utf-8")
    return True


if __name__ == "__main__":
    sys.exit(main())
