"""Makes an error of any class of the tree."""

from __future__ import annotations

import numpy as np

from digits_widget.errors import DigitsError, LogitsError


def an_error(kind: type[DigitsError]) -> DigitsError:
    """Return an error with the message "Got it."."""
    if issubclass(kind, LogitsError):
        return kind("Got it.", logits=np.zeros(10))
    return kind("Got it.")
