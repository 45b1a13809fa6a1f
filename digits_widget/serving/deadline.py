"""`Deadline`: one moment by which several calls must all be over."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

from digits_widget.errors import OptionError


@dataclass(frozen=True)
class Deadline:
    """A moment on the monotonic clock."""

    moment: float
    """Seconds of `time.monotonic`."""

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """Return the deadline so many seconds from now.

        Raises
        ------
        OptionError
            Not a positive, finite number: a call without a deadline may wait for ever.
        """
        if not (0 < seconds < math.inf):
            msg = (
                f"Got timeout={seconds}, expected seconds above 0. Every call has a "
                "deadline; choose a long one if it may take long."
            )
            raise OptionError(msg)
        return cls(time.monotonic() + seconds)

    @property
    def left(self) -> float:
        """Seconds left; a millisecond at least, so that gRPC says it is too late."""
        return max(self.moment - time.monotonic(), 0.001)

    @property
    def is_over(self) -> bool:
        """True once it has passed."""
        return time.monotonic() >= self.moment
