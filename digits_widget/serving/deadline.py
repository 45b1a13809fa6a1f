"""`Deadline`: a moment by which several calls must all have ended."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

from digits_widget.errors import OptionError


@dataclass(frozen=True)
class Deadline:
    """A moment on the monotonic clock."""

    moment: float
    """Time on the clock of `time.monotonic`, in seconds."""

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """Return the deadline that is `seconds` from now.

        Raises
        ------
        OptionError
            The number is not positive and finite. A call without a deadline could wait
            for ever.
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
        """Seconds left; at least a millisecond, so that gRPC reports the timeout."""
        return max(self.moment - time.monotonic(), 0.001)

    @property
    def is_over(self) -> bool:
        """True once the deadline has passed."""
        return time.monotonic() >= self.moment
