"""`Turns`: large requests run a few at a time, and peers take turns.

One learner's batch of hundreds of images must not hold up another learner's stroke, nor
may the learner who sends most batches get most of the server.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

LARGE_BYTES = 256 * 2**10
"""From this size on a request waits for its peer's turn: 83 images of MNIST's size over
gRPC, about 45 in JSON."""


class Turns:
    """Places for requests, given to waiting peers in turn. Use it in one event loop.

    A peer that is alone may take all places.

    Parameters
    ----------
    places : int
        Requests that run at the same time.
    """

    def __init__(self, places: int) -> None:
        self._free = places
        # The peer whose turn is next comes first.
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}

    @asynccontextmanager
    async def turn(self, peer: str) -> AsyncIterator[None]:
        """Wait for a place, and keep it inside the block.

        Parameters
        ----------
        peer : str
            The client that asks. Those of one peer are served in order.
        """
        await self._take(peer)
        try:
            yield
        finally:
            self._pass_on()

    async def _take(self, peer: str) -> None:
        if self._free:
            self._free -= 1
            return
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(peer, deque()).append(place)
        try:
            await place
        except asyncio.CancelledError:
            # The caller left at the moment at which it got the place.
            if not place.cancelled():
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        """Give a place to the next peer's oldest request, or keep it free."""
        while self._waiting:
            peer = next(iter(self._waiting))
            requests = self._waiting.pop(peer)
            place = requests.popleft()
            if requests:
                self._waiting[peer] = requests
            if not place.done():
                place.set_result(None)
                return
        self._free += 1
