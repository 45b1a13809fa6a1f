"""`MetadataCache`: a model's metadata, fetched once and again after a change."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from digits_widget.errors import RequestRefusedError, ServingError
from digits_widget.protocol.metadata import ModelMetadata
from digits_widget.serving.coroutines import settled
from digits_widget.serving.deadline import Deadline

T = TypeVar("T")


class Turn(Protocol):
    """A lock of threads or of tasks: the holder fetches the metadata."""

    def acquire(self, *, timeout: float) -> bool | Awaitable[bool]:
        """Wait for the lock, for a number of seconds; return whether it is held."""

    def release(self) -> None:
        """Let another caller have the lock."""


class MetadataCache:
    """Keeps the model's metadata between calls, shared by all threads or tasks."""

    def __init__(
        self, fetch: Callable[[Deadline], Awaitable[ModelMetadata]], turn: Turn
    ) -> None:
        self._fetch = fetch
        self._turn = turn
        self._lock = threading.Lock()
        self._current: ModelMetadata | None = None
        self._of_version: dict[int, ModelMetadata] = {}

    @property
    def current(self) -> ModelMetadata | None:
        """The metadata in the cache, without a call."""
        return self._current

    async def get(self, deadline: Deadline) -> ModelMetadata:
        """Return the metadata; fetch them if necessary, while other callers wait."""
        known = self._current
        if known is not None:
            return known
        # A caller with a later deadline must not hold others past theirs.
        if not await settled(self._turn.acquire(timeout=deadline.left)):
            return await self._fetch(deadline)
        try:
            return self._current or await self.refresh(deadline)
        finally:
            self._turn.release()

    async def refresh(self, deadline: Deadline) -> ModelMetadata:
        """Fetch the metadata again, and return them."""
        fresh = await self._fetch(deadline)
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

    async def attempt(
        self, work: Callable[[ModelMetadata], Awaitable[T]], deadline: Deadline
    ) -> T:
        """Call `work`; call it again if it is refused and the model has changed.

        Parameters
        ----------
        work : callable
            Makes a call, given the model's metadata.
        deadline : Deadline
            Time by which the metadata must arrive.
        """
        known = await self.get(deadline)
        try:
            return await work(known)
        except RequestRefusedError:
            try:
                fresh = await self.refresh(deadline)
            except ServingError:
                fresh = known
            if fresh.signatures == known.signatures:
                raise
        return await work(fresh)

    def _keep(self, metadata: ModelMetadata) -> ModelMetadata:
        self._current = metadata
        if metadata.version is not None:
            self._of_version[metadata.version] = metadata
        return metadata
