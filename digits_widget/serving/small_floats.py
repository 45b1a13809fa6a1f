"""Floats that NumPy does not have: bfloat16 and the one-byte floats.

They travel as bits. All share one layout - a sign, some exponent bits, some mantissa
bits - and differ in the bias of the exponent and in which bits mean infinity and NaN.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class SmallFloat:
    """How the bits of one such type are read."""

    bits: int
    """8 or 16."""

    mantissa: int
    """Mantissa bits; the rest but the sign are exponent bits."""

    bias: int
    """What is subtracted from the exponent's bits."""

    special: str = "ieee"
    """``ieee``: the top exponent is infinity or NaN; ``fn``: all ones is NaN; ``fnuz``:
    only minus zero is NaN. The last two have no infinity."""

    @property
    def stored(self) -> np.dtype[np.generic]:
        """The unsigned integer that holds the bits, little-endian."""
        return np.dtype(f"<u{self.bits // 8}")

    def decode(self, bits: NDArray[np.generic]) -> NDArray[np.float32]:
        """Return the values of `bits` as float32, exactly."""
        return _values(self)[bits.astype(np.int64)]

    def encode(self, values: NDArray[np.generic]) -> NDArray[np.generic]:
        """Return the bits nearest to `values`; halfway goes to the even mantissa.

        Values beyond the largest finite one become infinity, or NaN for lack of it.
        """
        magnitudes, codes, limit, beyond = _ladder(self)
        wanted = np.asarray(values, dtype=np.float64)
        size = np.abs(wanted)
        upper = np.searchsorted(magnitudes, size).clip(1, len(magnitudes) - 1)
        low, high = size - magnitudes[upper - 1], magnitudes[upper] - size
        even = (low == high) & (codes[upper] % 2 == 0)
        chosen = codes[np.where((high < low) | even, upper, upper - 1)]
        sign = np.signbit(wanted).astype(np.int64) << (self.bits - 1)
        # Where minus zero is NaN, a negative number that rounds to zero is plain zero.
        sign = np.where((chosen == 0) & (self.special == "fnuz"), 0, sign)
        result = chosen | sign
        result = np.where(size >= limit, beyond | sign, result)
        result = np.where(np.isnan(wanted), _nan_code(self), result)
        return result.astype(self.stored)


SMALL_FLOATS = {
    "BFLOAT16": SmallFloat(16, 7, 127),
    "FLOAT8_E5M2": SmallFloat(8, 2, 15),
    "FLOAT8_E4M3FN": SmallFloat(8, 3, 7, "fn"),
    "FLOAT8_E4M3FNUZ": SmallFloat(8, 3, 8, "fnuz"),
    "FLOAT8_E4M3B11FNUZ": SmallFloat(8, 3, 11, "fnuz"),
    "FLOAT8_E5M2FNUZ": SmallFloat(8, 2, 16, "fnuz"),
}
"""Every such type that TensorFlow sends, by its name without ``DT_``."""


@cache
def _values(kind: SmallFloat) -> NDArray[np.float32]:
    """Return the value of every code: all there is to know about a small float."""
    codes = np.arange(1 << kind.bits, dtype=np.int64)
    negative = codes >> (kind.bits - 1) == 1
    top = (1 << (kind.bits - 1 - kind.mantissa)) - 1
    exponent = (codes >> kind.mantissa) & top
    fraction = (codes & ((1 << kind.mantissa) - 1)) / (1 << kind.mantissa)
    scale = np.ldexp(1.0, np.maximum(exponent, 1) - kind.bias)
    values = np.where(exponent == 0, fraction, 1 + fraction) * scale
    if kind.special == "ieee":
        values = np.where(
            exponent == top, np.where(fraction == 0, np.inf, np.nan), values
        )
    values = np.where(negative, -values, values)
    if kind.special != "ieee":
        ones = (1 << (kind.bits - 1)) - 1
        nan = codes & ones == ones if kind.special == "fn" else codes == ones + 1
        values = np.where(nan, np.nan, values)
    result: NDArray[np.float32] = values.astype(np.float32)
    return result


@cache
def _ladder(
    kind: SmallFloat,
) -> tuple[NDArray[np.float64], NDArray[np.int64], float, int]:
    """Return finite magnitudes, their codes, where too large begins, and its code."""
    half = _values(kind)[: 1 << (kind.bits - 1)].astype(np.float64)
    codes = np.flatnonzero(np.isfinite(half))
    magnitudes = half[codes]
    limit = magnitudes[-1] + (magnitudes[-1] - magnitudes[-2]) / 2
    if kind.special == "ieee":
        return magnitudes, codes, limit, int(codes[-1]) + 1
    return magnitudes, codes, limit, _nan_code(kind)


def _nan_code(kind: SmallFloat) -> int:
    if kind.special == "fnuz":
        return 1 << (kind.bits - 1)
    ones = (1 << (kind.bits - 1)) - 1
    # The quiet NaN: top exponent and the first mantissa bit.
    return ones if kind.special == "fn" else ones ^ ((1 << (kind.mantissa - 1)) - 1)
