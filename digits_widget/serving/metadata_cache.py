"""`MetadataCache`: a model's metadata, fetched once and again after a change."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from digits_widget.errors import RequestRefusedError, ServingError
from digits_widget.protocol.metadata import ModelMetadata
from digits_widget.serving.deadline import Deadline

T = TypeVar("T")


class MetadataCache:
    """Keeps the model's metadata between calls, shared by all threads."""

    def __init__(self, fetch: Callable[[Deadline], ModelMetadata]) -> None:
        self._fetch = fetch
        self._lock = threading.Lock()
        self._current: ModelMetadata | None = None
        self._of_version: dict[int, ModelMetadata] = {}

    @property
    def current(self) -> ModelMetadata | None:
        """The metadata in the cache, without a call."""
        return self._current

    def get(self, deadline: Deadline) -> ModelMetadata:
        """Return the metadata; fetch them if necessary, while other threads wait."""
        known = self._current
        if known is not None:
            return known
        # A caller with a later deadline must not hold others past theirs.
        if not self._lock.acquire(timeout=deadline.left):
            return self._fetch(deadline)
        try:
            return self._current or self._ask(deadline)
        finally:
            self._lock.release()

    def refresh(self, deadline: Deadline) -> ModelMetadata:
        """Fetch the metadata again, and return them."""
        fresh = self._fetch(deadline)
        with self._lock:
            return self._keep(fresh)

    def note(self, version: int | None) -> None:
        """Note the version that answered.

        If it is not the current one, the server has switched versions. The cache then
        uses that version's metadata, or fetches them before the next call. Metadata
        that the caller gave have no version, so they always stay.
        """
        current = self._current
        if version is None or (current and current.version in (None, version)):
            return
        with self._lock:
            self._current = self._of_version.get(version)

    def attempt(self, work: Callable[[ModelMetadata], T], deadline: Deadline) -> T:
        """Call `work`; call it again if it is refused and the model has changed.

        Parameters
        ----------
        work : callable
            Makes a call, given the model's metadata.
        deadline : Deadline
            Time by which the metadata must arrive.
        """
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
