"""What other programs print of pictures that the goldens do not have."""

from __future__ import annotations

import hashlib

import numpy as np

from digits_widget.dithering import dither


def _digest(printed: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> str:
    return hashlib.sha256(np.packbits(printed > 0).tobytes()).hexdigest()[:16]


def test_the_rust_package_has_linear_light_in_single_precision() -> None:
    # With light in double precision, 197 of these 1,440 pixels came out otherwise.
    grey = np.full((40, 36), 170 / 255, np.float32)

    printed = dither(grey, "sierra-lite", like="dithering", linear=True)

    assert printed.sum() == 572
    assert _digest(printed) == "b4008d87583bcfad"
