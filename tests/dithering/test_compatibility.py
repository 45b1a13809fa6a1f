"""What other programs print of pictures that the goldens do not have."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from digits_widget.dithering import dither


def _digest(printed: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> str:
    return hashlib.sha256(np.packbits(printed > 0).tobytes()).hexdigest()[:16]


def test_the_rust_package_has_linear_light_in_single_precision() -> None:
    # With light in double precision, 197 of these 1,440 pixels came out otherwise.
    grey = np.full((40, 36), 170 / 255, np.float32)

    printed = dither(grey, "sierra-lite", like="dithering", linear=True)

    assert printed.sum() == 572
    assert _digest(printed) == "b4008d87583bcfad"


@pytest.mark.parametrize(
    ("method", "white", "digest"),
    [
        ("floyd-steinberg", 754, "d74b4e6393990ebe"),
        ("heckbert", 754, "392ea8eb42268e02"),
        ("sierra-2", 769, "75caebeca860d351"),
        ("sierra-lite", 749, "77f614c09ae1217c"),
        ("sierra-3", 780, "9aa0e30fddf6b504"),
        ("burkes", 767, "939f5621aa7c0cd9"),
        ("atkinson", 818, "fdd793d80681f1a6"),
        ("fixed-threshold", 879, "fd23f293e4c0b421"),
    ],
)
def test_ffmpeg_9_is_reproduced(method: str, white: int, digest: str) -> None:
    # By ffmpeg 9.0.2: paletteuse=dither=... with a palette of black and white.
    y, x = np.indices((40, 36))
    grey = ((x * 7 + y * y) % 256).astype(np.float32) / np.float32(255)

    printed = dither(grey, method, like="ffmpeg-9")

    assert printed.sum() == white
    assert _digest(printed) == digest
