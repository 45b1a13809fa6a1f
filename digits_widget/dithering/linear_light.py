"""From stored greys to linear light, as sRGB defines it (IEC 61966-2-1)."""

from __future__ import annotations

import numpy as np

from digits_widget.dithering.images import Floats


def to_linear(stored: Floats) -> Floats:
    """Turn stored greys in [0, 1] into amounts of light in [0, 1].

    Use it for photographs. The grey at the edge of a stroke is an amount already, the
    share of the pixel that ink covers: do not convert that.
    """
    low = stored / 12.92
    high = ((stored + 0.055) / 1.055) ** 2.4
    return np.where(stored <= 0.04045, low, high).astype(stored.dtype)
