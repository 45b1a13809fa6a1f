"""Logic written once for both clients: as coroutines, which `Client` runs at once.

A call to the server blocks in `Client`, and is awaited in `AsyncClient`. The logic
around the calls is the same, and waits with `settled`. Where all calls block, it never
waits, and `run` needs no event loop.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def settled(value: T | Awaitable[T]) -> T:
    """Return a value, or wait for one that is still to come."""
    return await value if inspect.isawaitable(value) else value


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine whose calls all block, to its end.

    Raises
    ------
    RuntimeError
        The coroutine waits for an event loop.
    """
    try:
        work.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    work.close()
    msg = "A call for an event loop was made without one."
    raise RuntimeError(msg)
