"""`Declared`: the model's metadata, asked once and again when the model has changed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from digits_widget.errors import RequestRefusedError, ServingError
from digits_widget.serving.deadline import Deadline
from digits_widget.serving.metadata import ModelMetadata

T = TypeVar("T")


class Declared:
    """What the model declares, kept between calls and shared by all threads."""

    def __init__(self, fetch: Callable[[Deadline], ModelMetadata]) -> None:
        self._fetch = fetch
        self._lock = threading.Lock()
        self._current: ModelMetadata | None = None
        self._of_version: dict[int, ModelMetadata] = {}

    @property
    def current(self) -> ModelMetadata | None:
        """What is known now, without asking."""
        return self._current

    def get(self, deadline: Deadline) -> ModelMetadata:
        """Return what is known; ask if nothing is. Threads that come meanwhile wait."""
        known = self._current
        if known is not None:
            return known
        # One who asks with more patience must not keep others past their deadlines.
        if not self._lock.acquire(timeout=deadline.left):
            return self._fetch(deadline)
        try:
            return self._current or self._ask(deadline)
        finally:
            self._lock.release()

    def refresh(self, deadline: Deadline) -> ModelMetadata:
        """Ask, whatever is known."""
        fresh = self._fetch(deadline)
        with self._lock:
            return self._keep(fresh)

    def note(self, version: int | None) -> None:
        """Take note of the version that answered.

        Another one than expected has come into service: what it declares is already
        known, or is asked before the next call.
        """
        current = self._current
        if version is not None and (current is None or version != current.version):
            with self._lock:
                self._current = self._of_version.get(version)

    def attempt(self, work: Callable[[ModelMetadata], T], deadline: Deadline) -> T:
        """Do `work`; if it is refused and the model has changed since, do it again."""
        known = self.get(deadline)
        try:
            return work(known)
        except RequestRefusedError:
            try:
                fresh = self.refresh(deadline)
            except ServingError:
                fresh = known
            if fresh.signatures == known.signatures:
                raise
        return work(fresh)

    def _ask(self, deadline: Deadline) -> ModelMetadata:
        return self._keep(self._fetch(deadline))

    def _keep(self, metadata: ModelMetadata) -> ModelMetadata:
        self._current = metadata
        if metadata.version is not None:
            self._of_version[metadata.version] = metadata
        return metadata
