"""Resolve what a learner installs for other systems, without installing anything.

``python tools/check_platforms.py`` asks the package index, through pip, for wheels of
``digits-widget[lab]`` on each system and Python that the README names. Name some of
them to ask about those alone: ``python tools/check_platforms.py win_amd64``.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]

GLIBC = ("2_17", "2_24", "2_26", "2_27", "2_28")
"""Versions of Linux's C library, up to that of the oldest systems in schools."""

PLATFORMS = {
    "linux_x86_64": tuple(f"manylinux_{each}_x86_64" for each in GLIBC),
    "linux_aarch64": tuple(f"manylinux_{each}_aarch64" for each in GLIBC),
    "macos_arm64": ("macosx_14_0_arm64",),
    "win_amd64": ("win_amd64",),
}
"""Tags of the wheels that each system takes."""

PYTHONS = ("3.11", "3.12", "3.13", "3.14")


def main(argv: list[str] | None = None) -> int:
    """Resolve, and print a line for each; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("platforms", nargs="*", metavar="PLATFORM")
    parser.add_argument("--python", choices=PYTHONS, help="default: all of them")
    args = parser.parse_args(argv)
    pythons = (args.python,) if args.python else PYTHONS
    wanted = [
        (each, python) for each in args.platforms or PLATFORMS for python in pythons
    ]
    return max(_resolve(platform, python) for platform, python in wanted)


def requirements() -> list[str]:
    """Return what ``digits-widget[lab]`` asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    needs = [*project["dependencies"], *extras["lab"], *extras["server"]]
    return [need for need in needs if not need.startswith(project["name"])]


def _resolve(platform: str, python: str) -> int:
    with tempfile.TemporaryDirectory() as folder:
        command = [
            *(sys.executable, "-m", "pip", "install", "--dry-run", "--quiet"),
            *(
                "--only-binary=:all:",
                f"--target={folder}",
                f"--python-version={python}",
            ),
            *(f"--platform={tag}" for tag in PLATFORMS[platform]),
            *requirements(),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = done.stderr.strip().splitlines()[-1:] if done.returncode else ["resolves"]
    print(f"{platform} Python {python}: {''.join(said)}", flush=True)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
