"""The versions that answer requests now, by name, number and label."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from digits_widget.model_server.servables.servable import Servable
from digits_widget.model_server.status_error import StatusError, invalid
from digits_widget.protocol.messages import Proto


class Library:
    """Holds the loaded versions, and keeps each in memory while a request uses it."""

    def __init__(self) -> None:
        self._models: dict[str, dict[int, Servable]] = {}
        self._labels: dict[str, dict[str, int]] = {}
        self._in_use: dict[Servable, int] = {}
        self._changed = threading.Condition()

    def add(self, servable: Servable) -> None:
        """Make a version available to requests."""
        with self._changed:
            self._models.setdefault(servable.name, {})[servable.version] = servable

    def remove(self, servable: Servable) -> None:
        """Remove a version, and wait until the last request has released it."""
        with self._changed:
            versions = self._models.get(servable.name, {})
            versions.pop(servable.version, None)
            if not versions:
                self._models.pop(servable.name, None)
            self._changed.wait_for(lambda: servable not in self._in_use)

    def set_labels(self, labels: Mapping[str, Mapping[str, int]]) -> None:
        """Replace the labels of all models."""
        with self._changed:
            self._labels = {name: dict(each) for name, each in labels.items()}

    def labels(self, name: str) -> dict[str, int]:
        """Return the labels of one model."""
        with self._changed:
            return dict(self._labels.get(name, {}))

    @contextmanager
    def acquire(self, spec: Proto) -> Iterator[Servable]:
        """Find the version for a request, and keep it in memory inside the block.

        Raises
        ------
        StatusError
            INVALID_ARGUMENT without a name or for an unknown label, NOT_FOUND for a
            model or version that is not loaded.
        """
        with self._changed:
            servable = self._find(spec)
            self._in_use[servable] = self._in_use.get(servable, 0) + 1
        try:
            yield servable
        finally:
            with self._changed:
                self._in_use[servable] -= 1
                if not self._in_use[servable]:
                    del self._in_use[servable]
                    self._changed.notify_all()

    def _find(self, spec: Proto) -> Servable:
        if not spec.name:
            raise invalid("ModelSpec has no name specified.")
        versions = self._models.get(spec.name, {})
        number = self._number(spec)
        if number is None:
            if not versions:
                msg = f"Servable not found for request: Latest({spec.name})"
                raise StatusError("NOT_FOUND", msg)
            return versions[max(versions)]
        if number not in versions:
            msg = f"Servable not found for request: Specific({spec.name}, {number})"
            raise StatusError("NOT_FOUND", msg)
        return versions[number]

    def _number(self, spec: Proto) -> int | None:
        choice = spec.WhichOneof("version_choice")
        if choice is None:
            return None
        if choice == "version":
            return int(spec.version.value)
        try:
            return self._labels[spec.name][spec.version_label]
        except KeyError as exc:
            msg = f"Unrecognized servable version label: {spec.version_label}"
            raise invalid(msg) from exc
