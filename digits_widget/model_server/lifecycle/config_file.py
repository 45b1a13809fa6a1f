"""Re-reads the model config file while the server runs, and applies changes."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Protocol

from digits_widget.errors import DigitsError
from digits_widget.model_server.lifecycle.model_config import (
    ModelConfig,
    read_config_file,
)
from digits_widget.model_server.log import log


class Applies(Protocol):
    """An object that can apply a list of models, such as `Reload`."""

    def apply(self, configs: list[ModelConfig], timeout: float | None) -> None:
        """Replace the list of models, or raise `StatusError`.

        Parameters
        ----------
        configs : list of ModelConfig
            The new list.
        timeout : float or None
            Seconds to wait for new models.
        """
        ...


class ConfigFile:
    """Reads a model config file at intervals.

    Parameters
    ----------
    path : Path
        The file.
    seconds : float
        Seconds between two reads.
    target : Applies
        Applies the list whenever it has changed.
    """

    def __init__(self, path: Path, seconds: float, target: Applies) -> None:
        self._path = path
        self._seconds = seconds
        self._target = target
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="config", daemon=True)

    def start(self) -> None:
        """Start reading the file at intervals."""
        self._thread.start()

    def stop(self) -> None:
        """Stop reading the file."""
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
                log(f"the new {self._path} is not applied: {exc}")

    def _read(self, last: list[ModelConfig] | None) -> list[ModelConfig] | None:
        try:
            return read_config_file(self._path)
        except DigitsError as exc:
            log(f"keeping the models as they are: {exc}")
            return last
