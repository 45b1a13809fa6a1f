"""Error diffusion with a fixed kernel, as lines to paste."""

from __future__ import annotations

import numpy as np

from digits_widget.dithering.arithmetic import Arithmetic
from digits_widget.dithering.diffusion import arithmetic_for
from digits_widget.dithering.kernel import Kernel
from digits_widget.dithering.option import Value
from digits_widget.dithering.pasted.light import OWN, TO_LINEAR, WHOLE, Lines


def own_diffusion(
    *,
    kernel: Kernel,
    scan: str,
    first: str,
    linear: bool,
    levels: int,
    **habits: Value,
) -> Lines:
    """Write what `diffusion.diffuse` does."""
    rule = arithmetic_for(levels=levels, linear=linear, **habits)  # type: ignore[arg-type]
    return (
        *((TO_LINEAR, "image = linear(image)") if linear else ()),
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
    """Write what `Diffuser` does on its way through a picture.

    Parameters
    ----------
    kernel, rule
        Those of the `Diffuser`.
    light : str
        Python for the working values of `image`.
    scan, first
        As `diffuse` takes them.
    """
    step = 1 if first == "ltr" else -1
    ahead, turn = _turn(step, alternates=scan == "serpentine")
    cells = "0 * light" if rule.apart else "light"
    margin = f"((0, {kernel.depth}), ({kernel.reach}, {kernel.reach}))"
    return (
        f"taps = {list(kernel.taps)}  # columns ahead, rows below, weight",
        f"light = ({light}).astype(np.{rule.dtype})",
        f"cells = np.pad({cells}, {margin})",
        "for y, x in np.ndindex(image.shape):",
        *turn,
        *(f"    {line}" for line in _read(kernel, rule)),
        *(f"    {line}" for line in _print(rule)),
        "    for dx, dy, w in taps:",
        f"        {_pay(kernel, rule, ahead)}",
    )


def _turn(step: int, *, alternates: bool) -> tuple[str, Lines]:
    """Say how far ahead a tap is, and turn the column around where rows run back."""
    back = "len(image[y]) - 1 - x"
    if alternates:
        odd = f"    step = {-step} if y % 2 else {step}"
        return " + step * dx", (odd, f"    x = x if step > 0 else {back}")
    return (" + dx", ()) if step == 1 else (" - dx", (f"    x = {back}",))


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
    # Written as the program's own type has it, a clamped value compares the same.
    middle = float(np.float32(rule.middle) if rule.dtype == "float32" else rule.middle)
    compare = ">=" if rule.ties == "up" else ">"
    return (
        f"image[y, x] = white = int(value {compare} {middle!r})",
        f"error = {base} - {rule.white} * white",
        *weaker,
    )


def _pay(kernel: Kernel, rule: Arithmetic, ahead: str) -> str:
    cell = f"cells[y + dy, x + {kernel.reach}{ahead}]"
    paid = f"{cell} + {_share(kernel, rule)}"
    if rule.rounding == "write":
        paid = f"np.rint({paid})"
    if rule.clamp == "write":
        return f"{cell} = min(max({paid}, 0), {rule.white})"
    return f"{cell} += {_share(kernel, rule)}"


def _share(kernel: Kernel, rule: Arithmetic) -> str:
    if rule.rounding == "sum":
        return "error * w"
    if rule.rounding == "share":
        return f"int(error * w / {kernel.divisor})"
    if rule.shares == "part":
        return f"error / {kernel.divisor} * w"
    weaker = "" if rule.strength == 1 else f" * {rule.strength!r}"
    number = "np.float32" if rule.dtype == "float32" else ""
    return f"error * {number}(w / {kernel.divisor}{weaker})"


def _levels(rule: Arithmetic, levels: int, *, linear: bool) -> Lines:
    """Write the greys that are printed, and the thresholds between them."""
    even = f"np.linspace(0, 1, {levels})"
    greys = f"{f'linear({even})' if linear else even} * 255"
    greys = f"np.rint({greys})" if rule.dtype == "int64" else greys
    share = rule.middle / rule.white
    return (
        f"greys = {greys}",
        "gaps = np.diff(greys)",
        f"middles = greys[:-1] + gaps * {share!r} + (gaps == 0) / 4",
        f"greys = greys.astype(np.{rule.dtype})",
    )
