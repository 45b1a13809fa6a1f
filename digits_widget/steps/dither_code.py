"""Writes a dithering method as a few lines of NumPy to paste."""

from __future__ import annotations

from collections.abc import Mapping

from digits_widget.dithering import Kernel, Method, find_method
from digits_widget.dithering.option import Value

_LARGEST_MAP = 256
"""Cells of a map that can still be written out in one line."""


def dither_code(
    method: str, like: str | None, options: Mapping[str, Value]
) -> tuple[str, ...]:
    """Return lines that do to `image` what `dither` does.

    Fixed kernels, maps and formulas are written out. What is left is too long for a
    page (large tables, curves, what another program does), and there the lines call
    the catalogue.
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
        return () if chosen["clamp"] == "write" else _diffusion(found.kernel, chosen)
    if found.name == "fixed-threshold":
        compare = ">=" if chosen["ties"] == "up" else ">"
        at = f"image * np.float32(255) {compare} {chosen['threshold']!r} * 255"
        return (f"image = ({at}).astype(np.float32)",)
    mask = _mask(found, chosen) if "linear" in chosen else ()
    return (*mask, *_print_against(chosen)) if mask and not chosen["linear"] else ()


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


def _mask(found: Method, chosen: Mapping[str, Value]) -> tuple[str, ...]:
    """Return lines that set `mask` to the threshold of every pixel, if they are few."""
    if found.name == "bayer":
        return _bayer(int(str(chosen["size"])), turned=bool(chosen["transpose"]))
    if found.tile and found.tile.ranks.size <= _LARGEST_MAP:
        tile = found.tile.transposed if chosen["transpose"] else found.tile
        return (f"ranks = np.array({tile.ranks.tolist()})", *_tiled(tile.levels))
    indices = "y, x = np.indices(image.shape)"
    if found.name == "interleaved-gradient-noise":
        inner = "np.modf(0.06711056 * x + 0.00583715 * y)[0]"
        return (indices, f"mask = np.modf(52.9829189 * {inner})[0]")
    if found.name == "arithmetic":
        add, xor = (
            "(((x + y * 236) * 119 & 255) + 0.5) / 256",
            "(((x ^ y * 149) * 1234 & 511) + 0.5) / 512",
        )
        return (indices, f"mask = {add if chosen['pattern'] == 'add' else xor}")
    if found.name == "white-noise":
        return (f"mask = np.random.default_rng({chosen['seed']}).random(image.shape)",)
    return ()


def _bayer(size: int, *, turned: bool) -> tuple[str, ...]:
    return (
        f"y, x = np.indices(({size}, {size}))",
        "ranks = np.zeros_like(x)",
        f"for bit in range({size.bit_length() - 1}):",
        "    ranks = ranks << 2 | ((x ^ y) >> bit & 1) << 1 | y >> bit & 1",
        *(("ranks = ranks.T",) if turned else ()),
        *_tiled(size * size),
    )


def _tiled(levels: int) -> tuple[str, ...]:
    return (
        "down, across = (np.arange(a) % b for a, b in zip(image.shape, ranks.shape))",
        f"mask = (ranks[np.ix_(down, across)] + 0.5) / {levels}",
    )


def _print_against(chosen: Mapping[str, Value]) -> tuple[str, ...]:
    """Return lines that print `image` against `mask`, as `print_against` does."""
    strength, levels = chosen["strength"], int(str(chosen["levels"]))
    weaker = f"mask = 0.5 + {strength!r} * (mask - 0.5)"
    weaken = () if strength == 1 else (weaker,)
    if levels == 2:
        return (*weaken, "image = (image > mask).astype(np.float32)")
    return (
        *weaken,
        f"greys = np.linspace(0, 1, {levels})",
        "low = np.searchsorted(greys, image, side='right') - 1",
        f"low = np.minimum(low, {levels - 2})",
        "share = (image - greys[low]) / (greys[low + 1] - greys[low])",
        f"image = ((low + (share > mask)) / {levels - 1}).astype(np.float32)",
    )
