"""Chooses which versions of one model to load and unload next."""

from __future__ import annotations

from pathlib import Path

from digits_widget.model_server.lifecycle.model_config import ModelConfig
from digits_widget.model_server.lifecycle.version import Version


class Model:
    """The wanted and existing versions of one model. The caller must hold a lock.

    Parameters
    ----------
    config : ModelConfig
        The model's name, path and policy.
    """

    def __init__(self, config: ModelConfig) -> None:
        self.config = config
        self.dropped = False
        self.wanted: dict[int, Path] = {}
        self.versions: dict[int, Version] = {}
        self.trouble = ""

    def want(self, wanted: dict[int, Path]) -> None:
        """Replace the wanted versions; end failed ones that are no longer wanted."""
        self.wanted = wanted
        for number, version in self.versions.items():
            if number in wanted:
                continue
            if version.retry_at is not None:
                version.state, version.retry_at = "END", None
            version.left = version.failed

    def in_state(self, *states: str) -> list[Version]:
        """List the versions in one of these states."""
        return [each for each in self.versions.values() if each.state in states]

    def unloadable(self) -> Version | None:
        """Choose the next version to unload, so that some version always answers."""
        ready = self.in_state("AVAILABLE")
        extra = sorted(
            (each for each in ready if each.number not in self.wanted),
            key=lambda each: each.number,
        )
        if not extra:
            return None
        covered = len(extra) < len(ready) or len(extra) > 1 or not self.wanted
        return extra[0] if covered else None

    def loadable(self, now: float) -> list[Version]:
        """List the wanted versions that should start loading now, highest first."""
        due = []
        for number in sorted(self.wanted, reverse=True):
            version = self.versions.get(number)
            if (
                version is None
                # Retry a failed version only if it was removed and added again.
                or (version.state == "END" and (version.left or version.error is None))
            ):
                due.append(Version(number, self.wanted[number]))
            elif version.retry_at is not None and version.retry_at <= now:
                due.append(version)
        return due
