"""What answers requests right now: loaded versions by name and number, and labels."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tensorflow_serving.apis import model_pb2

from digits_widget.model_server.refusal import Refusal, invalid
from digits_widget.model_server.servables.servable import Servable


class Library:
    """Loaded versions, lent out for the time of one request."""

    def __init__(self) -> None:
        self._models: dict[str, dict[int, Servable]] = {}
        self._labels: dict[str, dict[str, int]] = {}
        self._lent: dict[Servable, int] = {}
        self._changed = threading.Condition()

    def add(self, servable: Servable) -> None:
        """Let a version answer requests."""
        with self._changed:
            self._models.setdefault(servable.name, {})[servable.version] = servable

    def remove(self, servable: Servable) -> None:
        """Take a version out, and wait until the last request gave it back."""
        with self._changed:
            versions = self._models.get(servable.name, {})
            versions.pop(servable.version, None)
            if not versions:
                self._models.pop(servable.name, None)
            self._changed.wait_for(lambda: servable not in self._lent)

    def set_labels(self, labels: Mapping[str, Mapping[str, int]]) -> None:
        """Replace the labels of all models."""
        with self._changed:
            self._labels = {name: dict(each) for name, each in labels.items()}

    def labels(self, name: str) -> dict[str, int]:
        """Read the labels of one model."""
        with self._changed:
            return dict(self._labels.get(name, {}))

    @contextmanager
    def lend(self, spec: model_pb2.ModelSpec) -> Iterator[Servable]:
        """Lend the version that a request means.

        Raises
        ------
        Refusal
            INVALID_ARGUMENT without a name or for an unknown label, NOT_FOUND for a
            model or version that is not loaded.
        """
        with self._changed:
            servable = self._find(spec)
            self._lent[servable] = self._lent.get(servable, 0) + 1
        try:
            yield servable
        finally:
            with self._changed:
                self._lent[servable] -= 1
                if not self._lent[servable]:
                    del self._lent[servable]
                    self._changed.notify_all()

    def _find(self, spec: model_pb2.ModelSpec) -> Servable:
        if not spec.name:
            raise invalid("ModelSpec has no name specified.")
        versions = self._models.get(spec.name, {})
        number = self._number(spec)
        if number is None:
            if not versions:
                msg = f"Servable not found for request: Latest({spec.name})"
                raise Refusal("NOT_FOUND", msg)
            return versions[max(versions)]
        if number not in versions:
            msg = f"Servable not found for request: Specific({spec.name}, {number})"
            raise Refusal("NOT_FOUND", msg)
        return versions[number]

    def _number(self, spec: model_pb2.ModelSpec) -> int | None:
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
