"""A command of the shell that runs until Ctrl-C, as a person has it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil

from tests.waiting import until

ROOT = Path(__file__).parents[2]
# A shell's background jobs, and what they start, ignore Ctrl-C; a terminal's do not.
COMMAND = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from digits_widget.cli import main
sys.exit(main())
"""


class RunningCommand:
    """A running ``digits-widget``, and what it has said."""

    def __init__(self, *arguments: str, before: str = "") -> None:
        """Run it with these arguments, after the code in `before`."""
        self.said = ""
        self.process = subprocess.Popen(
            [sys.executable, "-c", f"{before}\n{COMMAND}", *arguments],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.said += line

    def interrupt(self) -> int:
        """Press Ctrl-C; return the exit code."""
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(30)
        self.reader.join()
        return code

    def children(self, words: str) -> Iterator[psutil.Process]:
        """Find the children whose command has `words`; it may start others, too."""
        for child in psutil.Process(self.process.pid).children():
            # One that has just ended has no command any more.
            with suppress(psutil.NoSuchProcess):
                if words in " ".join(child.cmdline()):
                    yield child

    def close(self) -> None:
        """Kill it, should it still run."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.reader.join()
        assert self.process.stdout
        self.process.stdout.close()

    def wait_for(self, pattern: str) -> re.Match[str]:
        until(lambda: re.search(pattern, self.said), lambda: self.said)
        found = re.search(pattern, self.said)
        assert found
        return found


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
