"""How pasted lines begin: from `image` in [0, 1] to a program's own greys."""

from __future__ import annotations

import numpy as np

from digits_widget.dithering.option import Value

Lines = tuple[str, ...]
"""Python, one statement or head of a block a line."""

OWN = "image * np.float32(255)"
"""0 to 255, in as many shades as there are."""

WHOLE = "np.rint(image * np.float32(255))"
"""0 to 255 in whole numbers, as an 8-bit file has them."""

PARTS = f"{WHOLE}.astype(np.float64) / 255"
"""256 greys from 0 to 1."""

GREYS = f"grey = {WHOLE}.astype(int)"
"""The line before those that look a grey up."""

TO_LINEAR = (
    "linear = lambda v: np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)"
)
"""`linear_light.to_linear` as a line."""


def as_number(value: Value) -> str:
    """Write a number so that no bit of it is lost."""
    return repr(float(str(value)))


def as_table(numbers: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> str:
    """Write an array of whole numbers below 256, two hexadecimal digits each."""
    digits = numbers.astype(np.uint8).tobytes().hex()
    return f"np.array([*bytes.fromhex('{digits}')]).reshape{numbers.shape}"
