"""Code for error diffusion with a fixed kernel."""

from __future__ import annotations

import numpy as np

from digits_widget.dithering.arithmetic import Arithmetic
from digits_widget.dithering.codegen.text import (
    OWN,
    SHAPE,
    TO_LINEAR,
    WHOLE,
    Lines,
    as_list,
    indented,
)
from digits_widget.dithering.diffusion import arithmetic_for
from digits_widget.dithering.kernel import Kernel
from digits_widget.option import Value


def own_diffusion(
    *,
    kernel: Kernel,
    scan: str,
    first: str,
    linear: bool,
    levels: int,
    **habits: Value,
) -> Lines:
    """Write `diffusion.diffuse` as code.

    Parameters
    ----------
    kernel, scan, first, linear, levels, **habits
        As for `diffusion.diffuse`.
    """
    rule = arithmetic_for(levels=levels, linear=linear, **habits)  # type: ignore[arg-type]
    return (
        *((*TO_LINEAR, "image = linear(image)") if linear else ()),
        *(_levels(rule, levels, linear=linear) if rule.greys else ()),
        *diffusion(
            kernel=kernel,
            rule=rule,
            light=OWN if rule.table is None else WHOLE,
            scan=scan,
            first=first,
        ),
    )


def diffusion(
    *, kernel: Kernel, rule: Arithmetic, light: str, scan: str, first: str
) -> Lines:
    """Write the walk of a `Diffuser` through a picture as code.

    Parameters
    ----------
    kernel, rule
        Kernel and arithmetic of the `Diffuser`.
    light : str
        Python for the working values of `image`.
    scan, first
        As for `diffuse`.
    """
    step = 1 if first == "ltr" else -1
    turned = f"{-step} if y % 2 else {step}" if scan == "serpentine" else f"{step}"
    comment = "Where the error goes: columns ahead, rows below, weight."
    margin = f"((0, {kernel.depth}), ({kernel.reach}, {kernel.reach}))"
    return (
        *as_list("taps", kernel.taps, comment=comment),
        f"light = ({light}).astype(np.{rule.dtype})",
        "# With room at the sides and below for shares that leave the picture.",
        f"cells = np.pad({'0 * light' if rule.apart else 'light'}, {margin})",
        SHAPE,
        "for y in range(rows):",
        f"    step = {turned}",
        "    for x in range(cols)[::step]:",
        *indented(_read(kernel, rule), 2),
        *indented(_print(rule), 2),
        "        for dx, dy, weight in taps:",
        *indented(_pay(kernel, rule), 3),
    )


def _read(kernel: Kernel, rule: Arithmetic) -> Lines:
    cell = f"cells[y, x + {kernel.reach}]"
    if rule.rounding == "sum":
        cell = f"int({cell} / {kernel.divisor})"
    value = f"light[y, x] + {cell}" if rule.apart else cell
    return (
        f"value = {value}",
        *((f"value = min(max(value, 0), {rule.white})",) * (rule.clamp == "read")),
        *(("value = np.floor(value + 0.5)",) * (rule.rounding == "read")),
    )


def _print(rule: Arithmetic) -> Lines:
    base = "light[y, x]" if rule.original else "value"
    weaker = (f"error = int(error * {rule.strength!r})",) * (
        rule.dtype == "int64" and rule.strength != 1
    )
    if rule.greys is not None:
        side = "right" if rule.ties == "up" else "left"
        return (
            f"level = np.searchsorted(middles, value, side='{side}')",
            f"image[y, x] = level / {len(rule.greys) - 1}",
            f"error = {base} - greys[level]",
            *weaker,
        )
    # Round the threshold to the program's own type, so that a clamped value compares
    # with it as it does there.
    middle = float(np.float32(rule.middle) if rule.dtype == "float32" else rule.middle)
    compare = ">=" if rule.ties == "up" else ">"
    return (
        f"white = int(value {compare} {middle!r})",
        "image[y, x] = white",
        f"error = {base} - {rule.white} * white",
        *weaker,
    )


def _pay(kernel: Kernel, rule: Arithmetic) -> Lines:
    place = f"place = y + dy, x + {kernel.reach} + step * dx"
    share = _share(kernel, rule)
    if rule.rounding != "write" and rule.clamp != "write":
        return (place, f"cells[place] += {share}")
    paid = "np.rint(paid)" if rule.rounding == "write" else "paid"
    if rule.clamp == "write":
        paid = f"min(max({paid}, 0), {rule.white})"
    return (place, f"paid = cells[place] + {share}", f"cells[place] = {paid}")


def _share(kernel: Kernel, rule: Arithmetic) -> str:
    if rule.rounding == "sum":
        return "error * weight"
    if rule.rounding == "share":
        return f"int(error * weight / {kernel.divisor})"
    if rule.shares == "part":
        return f"error / {kernel.divisor} * weight"
    weaker = "" if rule.strength == 1 else f" * {rule.strength!r}"
    number = "np.float32" if rule.dtype == "float32" else ""
    return f"error * {number}(weight / {kernel.divisor}{weaker})"


def _levels(rule: Arithmetic, levels: int, *, linear: bool) -> Lines:
    """Write the greys to print, and the thresholds between them."""
    even = f"np.linspace(0, 1, {levels})"
    greys = f"{f'linear({even})' if linear else even} * 255"
    greys = f"np.rint({greys})" if rule.dtype == "int64" else greys
    share = rule.middle / rule.white
    return (
        "# The greys that are printed, and the thresholds between them.",
        f"greys = {greys}",
        "gaps = np.diff(greys)",
        f"middles = greys[:-1] + gaps * {share!r} + (gaps == 0) / 4",
        f"greys = greys.astype(np.{rule.dtype})",
    )
