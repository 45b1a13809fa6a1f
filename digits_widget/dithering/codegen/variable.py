"""Code for Ostromoukhov's and Zhou-Fang's error diffusion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from digits_widget.dithering.codegen.text import SHAPE, WHOLE, Lines, as_list


def by_grey(*, light: str, limit: str, scan: str, first: str, white: int) -> Lines:
    """Write `diffuse_by_grey` as code, to follow lines that set `shares`.

    Parameters
    ----------
    light : str
        Python for the working values of `image`.
    limit : str
        Python for the threshold of the pixel (y, x); a value above it is white.
    scan, first
        As for the methods.
    white : int
        Working value of a white pixel.
    """
    step = 1 if first == "ltr" else -1
    turned = f"{-step} if y % 2 else {step}" if scan == "serpentine" else f"{step}"
    return (
        f"grey = {WHOLE}.astype(int)",
        f"light = ({light}).astype(np.float64)",
        "# The errors that pixels have received, with room for those that leave.",
        "received = np.pad(0 * light, ((0, 1), (1, 1)))",
        SHAPE,
        "for y in range(rows):",
        f"    step = {turned}",
        "    for x in range(cols)[::step]:",
        "        ahead, back, down, whole = shares[grey[y, x]]",
        "        value = received[y, x + 1] + light[y, x]",
        f"        is_white = int(value > {limit})",
        "        image[y, x] = is_white",
        f"        error = (value - {white} * is_white) / whole",
        "        received[y, x + 1 + step] += error * ahead",
        "        received[y + 1, x + 1] += error * down",
        "        received[y + 1, x + 1 - step] += error * back",
    )


def between_keys(keys: Mapping[int, Sequence[int]]) -> Lines:
    """Write the interpolation between keys in exact fractions: parts and a whole."""
    table = [(grey, *parts) for grey, parts in keys.items()]
    comment = "A grey, and the parts of its error that go ahead, back and down."
    return (
        *as_list("keys", table, comment=comment),
        "# Between these greys, straight lines in exact fractions.",
        "shares = {}",
        "for (low, *start), (high, *end) in zip(keys, keys[1:]):",
        "    for grey in range(low, high + 1):",
        "        near, far = sum(end) * (high - grey), sum(start) * (grey - low)",
        "        row = [a * near + b * far for a, b in zip(start, end)]",
        "        row = row // np.gcd.reduce(row)",
        "        shares[grey] = (*row, sum(row))",
        "        shares[255 - grey] = shares[grey]",
    )


def trembling(
    keys: Mapping[int, Sequence[float]], tremble: Mapping[int, int], seed: int
) -> Lines:
    """Write the interpolation between keys in floats, and the thresholds' noise.

    Parameters
    ----------
    keys : mapping
        Shares of the error at some greys.
    tremble : mapping
        Strength of the noise at some greys.
    seed : int
        Seed of the noise.
    """
    table = [
        (grey, *(round(part * 1e6) for part in parts)) for grey, parts in keys.items()
    ]
    comment = "A grey, and the millionths of its error that go ahead, back and down."
    return (
        *as_list("keys", table, comment=comment),
        "keys, *parts = np.array(keys).T",
        "near = np.minimum(np.arange(256), np.arange(256)[::-1])  # 0 to 127 and back",
        "parts = [np.interp(near, keys, part / 1e6) for part in parts]",
        "shares = [*zip(*parts, np.ones(256))]",
        *as_list("percent", [*tremble.items()], comment="A grey, and its noise."),
        "keys, percent = np.array(percent).T",
        "percent = np.floor(np.interp(near, keys, percent))",
        f"percent = percent[{WHOLE}.astype(int)]",
        f"noise = np.random.default_rng({seed}).integers(0, 128, size=image.shape)",
        "limit = np.where(percent, 128 + np.floor(noise * percent / 100), 127)",
    )
