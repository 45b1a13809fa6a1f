"""Writes a dithering method as a few lines of NumPy to paste."""

from __future__ import annotations

from collections.abc import Mapping

from digits_widget.dithering import Kernel, Method, find_method
from digits_widget.dithering.option import Value
from digits_widget.dithering.ordered_map import OrderedMap

_LARGEST_MAP = 256
"""Cells of a map that can still be written out in one line."""


def dither_code(
    method: str, like: str | None, options: Mapping[str, Value]
) -> tuple[str, ...]:
    """Return lines that do to `image` what `dither` does.

    Fixed kernels and small maps are written out. The other methods are too long for a
    page, and there the lines call the catalogue.
    """
    found = find_method(method)
    short = () if like else _short(found, found.check(options))
    if short:
        return short
    program = f", like={like!r}" if like else ""
    given = "".join(f", {key}={value!r}" for key, value in options.items())
    return (
        "from digits_widget.dithering import dither  # longer than a page",
        f"image = dither(image, {method!r}{program}{given})",
    )


def _short(found: Method, chosen: Mapping[str, Value]) -> tuple[str, ...]:
    if found.kernel and _is_short(chosen, "dtype", "levels", "linear"):
        if chosen["clamp"] != "write":
            return _diffusion(found.kernel, chosen)
    elif found.tile and _is_short(chosen, "levels", "linear", "strength"):
        at_home = all(chosen[k] == found.options[k].default for k in chosen)
        if found.tile.ranks.size <= _LARGEST_MAP and at_home:
            return _ordered(found.tile)
    return ()


def _is_short(chosen: Mapping[str, Value], *names: str) -> bool:
    usual = {"dtype": "float64", "levels": 2, "linear": False, "strength": 1.0}
    return all(chosen[name] == usual[name] for name in names)


def _diffusion(kernel: Kernel, chosen: Mapping[str, Value]) -> tuple[str, ...]:
    left, below = kernel.reach, kernel.depth
    strength = "" if chosen["strength"] == 1 else f" * {chosen['strength']!r}"
    at = float(str(chosen["threshold"])) * 255
    first = 1 if chosen["first"] == "ltr" else -1
    turns = chosen["scan"] == "serpentine"
    step = f"{-first} if y % 2 else {first}" if turns else f"{first}"
    clamp = ("        error = min(max(error, 0), 255)",)
    return (
        f"taps = {list(kernel.taps)}  # columns ahead, rows below, weight",
        "light = (image * np.float32(255)).astype(np.float64)",
        f"light = np.pad(light, ((0, {below}), ({left}, {left})))",
        "image = np.zeros(image.shape, np.float32)",
        "for y in range(len(image)):",
        f"    step = {step}",
        "    for x in range(len(image[y]))[::step]:",
        f"        error = light[y, x + {left}]",
        *(clamp if chosen["clamp"] == "read" else ()),
        f"        image[y, x] = error {'>=' if chosen['ties'] == 'up' else '>'} {at!r}",
        "        error -= 255 * image[y, x]",
        "        for dx, dy, w in taps:",
        (
            f"            light[y + dy, x + {left} + step * dx] += "
            f"error * (w / {kernel.divisor}{strength})"
        ),
    )


def _ordered(tile: OrderedMap) -> tuple[str, ...]:
    rows, cols = tile.ranks.shape
    return (
        f"ranks = np.array({tile.ranks.tolist()})",
        (
            f"down, across = np.arange(len(image)) % {rows}, "
            f"np.arange(len(image[0])) % {cols}"
        ),
        "ranks = ranks[np.ix_(down, across)]",
        f"image = (image > (ranks + 0.5) / {tile.levels}).astype(np.float32)",
    )
