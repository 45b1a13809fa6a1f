"""Re-reads the model config file while the server runs, and applies what changed."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Protocol

from digits_widget.errors import DigitsError
from digits_widget.model_server.lifecycle.model_config import (
    ModelConfig,
    read_config_file,
)
from digits_widget.model_server.log import say


class Applies(Protocol):
    """Whoever applies a list of models."""

    def apply(self, configs: list[ModelConfig], timeout: float | None) -> None:
        """Replace the list of models; raises Refusal."""
        ...


class ConfigFile:
    """A model config file that is looked at again and again.

    Parameters
    ----------
    path : Path
        The file.
    seconds : float
        Time between looks.
    target : Applies
        Gets the list whenever it is another one than before.
    """

    def __init__(self, path: Path, seconds: float, target: Applies) -> None:
        self._path = path
        self._seconds = seconds
        self._target = target
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="config", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Stop looking."""
        self._stopping.set()

    def _watch(self) -> None:
        last = self._read(None)
        while not self._stopping.wait(self._seconds):
            new = self._read(last)
            if new == last or new is None:
                continue
            last = new
            try:
                self._target.apply(new, None)
            except DigitsError as exc:
                say(f"the new {self._path} is not applied: {exc}")

    def _read(self, last: list[ModelConfig] | None) -> list[ModelConfig] | None:
        try:
            return read_config_file(self._path)
        except DigitsError as exc:
            say(f"keeping the models as they are: {exc}")
            return last
