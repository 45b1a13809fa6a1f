"""Ostromoukhov's and Zhou-Fang's error diffusion, as lines to paste."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from digits_widget.dithering.pasted.light import WHOLE, Lines


def by_grey(*, light: str, limit: str, scan: str, first: str, white: int) -> Lines:
    """Write what `diffuse_by_grey` does, after lines that set `shares`.

    Parameters
    ----------
    light : str
        Python for the working values of `image`.
    limit : str
        Python for the threshold of the pixel (y, x): what is above is white.
    scan, first
        As the methods take them.
    white : int
        What a white pixel is, in working values.
    """
    step = 1 if first == "ltr" else -1
    turned = f"{-step} if y % 2 else {step}" if scan == "serpentine" else f"{step}"
    return (
        f"grey, light = {WHOLE}.astype(int), ({light}).astype(np.float64)",
        "cells = np.pad(0 * light, ((0, 1), (1, 1)))  # errors received",
        "for y, x in np.ndindex(image.shape):",
        f"    step = {turned}",
        "    x = x if step > 0 else len(image[y]) - 1 - x",
        "    ahead, back, down, whole = shares[grey[y, x]]",
        "    value = cells[y, x + 1] + light[y, x]",
        f"    image[y, x] = white = int(value > {limit})",
        f"    error = (value - {white} * white) / whole",
        "    cells[y, x + 1 + step] += error * ahead",
        "    cells[y + 1, x + 1] += error * down",
        "    cells[y + 1, x + 1 - step] += error * back",
    )


def between_keys(keys: Mapping[int, Sequence[int]]) -> Lines:
    """Write lines between keys in exact fractions: parts and their whole."""
    table = [(grey, *parts) for grey, parts in keys.items()]
    half = len(table) // 2
    return (
        f"keys = {table[:half]}  # grey; parts ahead, back, down",
        f"keys += {table[half:]}",
        "shares = {}",
        "for (low, *a), (high, *b) in zip(keys, keys[1:]):",
        "    for g in range(low, high + 1):",
        (
            "        row = [p * sum(b) * (high - g) + q * sum(a) * (g - low) "
            "for p, q in zip(a, b)]"
        ),
        "        row = row // np.gcd.reduce(row)",
        "        shares[g] = shares[255 - g] = (*row, sum(row))",
    )


def trembling(
    keys: Mapping[int, Sequence[float]], tremble: Mapping[int, int], seed: int
) -> Lines:
    """Write lines between keys in floats, and the noise of the thresholds."""
    table = [
        (grey, *(round(part * 1e6) for part in parts)) for grey, parts in keys.items()
    ]
    third = len(table) // 3 + 1
    return (
        f"keys = {table[:third]}  # grey; millionths ahead, back, down",
        f"keys += {table[third : 2 * third]}",
        f"keys += {table[2 * third :]}",
        "g, *parts = np.array(keys).T",
        "near = np.minimum(np.arange(256), np.arange(256)[::-1])  # 0 to 127 and back",
        "shares = [*zip(*(np.interp(near, g, p / 1e6) for p in parts), np.ones(256))]",
        f"g, percent = np.array({[*tremble.items()]}).T",
        f"percent = np.floor(np.interp(near, g, percent))[{WHOLE}.astype(int)]",
        f"noise = np.random.default_rng({seed}).integers(0, 128, size=image.shape)",
        "limit = np.where(percent, 128 + np.floor(noise * percent / 100), 127)",
    )
