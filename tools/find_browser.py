"""Finds the browser that tests and screenshots drive; installs Debian's if it can.

Prints its path. Exits with 1 and says what to do where there is none.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
)
MAC = (
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
)

HOW = (
    "No browser to test with. Install Chromium or Google Chrome, then run the same "
    "command again (Debian and Ubuntu: sudo apt install chromium; macOS: brew install "
    "--cask chromium)."
)


def find() -> str | None:
    """Return the path of a Chromium or a relative of it, or None.

    The environment variable ``DIGITS_BROWSER`` comes first.
    """
    asked = os.environ.get("DIGITS_BROWSER")
    found = (shutil.which(name) for name in (*([asked] if asked else []), *NAMES))
    apps = (str(app) for app in MAC if app.exists())
    return next((path for path in (*found, *apps) if path), None)


def install() -> None:
    """Install Debian's chromium, if this is Debian and we may."""
    apt = shutil.which("apt-get")
    if not apt or os.geteuid() != 0:
        return
    print("Installing Debian's chromium ...", file=sys.stderr, flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in ([apt, "update", "-qq"], [apt, "install", "-y", "-qq", "chromium"]):
        subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False)


def main() -> int:
    """Print the browser's path; return the exit code."""
    if not find():
        install()
    browser = find()
    if not browser:
        print(HOW, file=sys.stderr)
        return 1
    print(browser)
    return 0


if __name__ == "__main__":
    sys.exit(main())
