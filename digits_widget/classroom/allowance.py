"""`Allowance`: how much one peer may do, so that a flood slows only its sender.

This is a token bucket: it fills at a steady rate up to a limit, and everything that the
peer does takes some of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable


class Allowance:
    """A bucket that fills at a steady rate.

    Parameters
    ----------
    rate : float
        Units per second.
    most : float
        Units that the bucket holds; it begins full.
    clock : callable
        Returns seconds that never go back.
    """

    def __init__(
        self,
        rate: float,
        most: float,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rate, self._most, self._clock = rate, most, clock
        self._left, self._seen = most, clock()

    def take(self, units: float = 1.0) -> float:
        """Take `units`; return the seconds to wait until the bucket has them.

        The bucket may go below empty, so a caller that waits each time keeps the rate.
        """
        now = self._clock()
        filled = self._left + self._rate * (now - self._seen)
        self._left, self._seen = min(self._most, filled) - units, now
        return max(0.0, -self._left / self._rate)

    @property
    def is_empty(self) -> bool:
        """Whether less than one unit is left now."""
        return self._left + self._rate * (self._clock() - self._seen) < 1
