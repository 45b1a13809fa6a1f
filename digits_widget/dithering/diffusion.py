"""Error diffusion: print each pixel, and pass on what it got wrong to its neighbours.

There are several ways through a picture, all with the same result to the last bit:
`lines` for one small picture, or a few whose rows alternate; `wavefront` for more of
them or a large one; `press` for many; and `sweep` for many in an unusual arithmetic.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from digits_widget.dithering.arithmetic import Arithmetic, Clamp, Ties
from digits_widget.dithering.diffuser import Diffuser
from digits_widget.dithering.images import Floats
from digits_widget.dithering.kernel import Kernel
from digits_widget.dithering.linear_light import to_linear
from digits_widget.dithering.lines import lines
from digits_widget.dithering.option import Option, Value
from digits_widget.dithering.press import press
from digits_widget.dithering.sweep import sweep
from digits_widget.dithering.wavefront import wavefront

CHUNK = 2560
"""Pictures a sweep takes at once: enough that calls cost little, and little memory."""

FEW = 512
"""Pictures up to which the wavefront is faster than a sweep."""

SMALL = 1024
"""Pixels in all up to which a walk along the lines is faster than the wavefront."""

SERPENTINE_FEW = 8
"""Pictures up to which one after the other is faster than all at once."""

SCAN = Option("How the rows are scanned.", "raster", choices=("raster", "serpentine"))
FIRST = Option(
    "Where the first row starts: at the left (ltr) or at the right (rtl).",
    "ltr",
    choices=("ltr", "rtl"),
)
CLAMP = Option(
    "Where values are forced into black to white: nowhere, when read, at each write.",
    "none",
    choices=("none", "read", "write"),
)
STRENGTH = Option("The share of the error that is passed on.", 1.0, low=0, high=1)
THRESHOLD = Option(
    "Where one level ends and the next begins, as a share of the way between them.",
    0.5,
    low=0,
    high=1,
)
TIES = Option(
    "What a value exactly on the threshold becomes.", "up", choices=("up", "down")
)
LEVELS = Option(
    "How many greys are printed, black and white included.", 2, low=2, high=256
)
DTYPE = Option(
    "What is computed with: floats, or whole numbers from 0 to 255.",
    "float64",
    choices=("float64", "float32", "int"),
)
LINEAR = Option(
    "Whether stored greys are first turned into linear light.",
    False,
    choices=(False, True),
)

_WHOLE = Arithmetic(dtype="int64", table=np.arange(256), apart=True, rounding="sum")
_DTYPES = (
    {("float64", clamp): Arithmetic() for clamp in CLAMP.choices}
    | {("float32", clamp): Arithmetic(dtype="float32") for clamp in CLAMP.choices}
    | {
        ("int", "none"): _WHOLE,
        ("int", "read"): _WHOLE,
        # Cells that are clamped at every write cannot be kept apart from the picture.
        ("int", "write"): replace(_WHOLE, apart=False, rounding="share"),
    }
)

OPTIONS = {
    "scan": SCAN,
    "first": FIRST,
    "clamp": CLAMP,
    "strength": STRENGTH,
    "threshold": THRESHOLD,
    "ties": TIES,
    "levels": LEVELS,
    "dtype": DTYPE,
    "linear": LINEAR,
}
"""What every fixed kernel lets you choose."""


def diffuse(
    images: Floats,
    *,
    kernel: Kernel,
    scan: str = "raster",
    first: str = "ltr",
    linear: bool = False,
    levels: int = 2,
    **habits: Value,
) -> Floats:
    """Diffuse the errors of a batch with a fixed kernel.

    Parameters
    ----------
    images : array
        (n, rows, cols) floats in [0, 1].
    kernel : Kernel
        Where the errors go.
    scan, first, linear, levels, **habits
        See `OPTIONS`.

    Returns
    -------
    array
        (n, rows, cols) float32 in [0, 1].
    """
    arithmetic = arithmetic_for(levels=levels, linear=linear, **habits)  # type: ignore[arg-type]
    light = to_linear(images) if linear else images
    printed = diffuse_with(Diffuser(kernel, arithmetic), light, scan=scan, first=first)
    return printed if levels == 2 else printed / np.float32(levels - 1)


def arithmetic_for(
    *,
    clamp: Clamp = "none",
    strength: float = 1.0,
    threshold: float = 0.5,
    ties: Ties = "up",
    levels: int = 2,
    dtype: str = "float64",
    linear: bool = False,
) -> Arithmetic:
    """Say in the engine's terms what the options of `diffuse` ask for."""
    return replace(
        _DTYPES[dtype, clamp],
        clamp=clamp,
        strength=strength,
        middle=threshold * 255,
        ties=ties,
        greys=_greys(levels, dtype=dtype, linear=linear) if levels > 2 else None,
    )


def _greys(levels: int, *, dtype: str, linear: bool) -> tuple[float, ...]:
    greys: Floats = np.linspace(0, 1, levels)
    greys = (to_linear(greys) if linear else greys) * 255
    return tuple((np.rint(greys) if dtype == "int" else greys).tolist())


def diffuse_with(
    diffuser: Diffuser, images: Floats, *, scan: str, first: str
) -> Floats:
    """Diffuse a batch by whichever path is fastest; give each pixel's level."""
    steps = scan_steps(images.shape[1], scan=scan, first=first)
    printed = np.empty(images.shape, dtype=np.float32)
    alternates = len(set(steps)) > 1
    few = images.size <= SMALL or (alternates and len(images) <= SERPENTINE_FEW)
    if diffuser.arithmetic.is_plain and few:
        for image, target in zip(images, printed, strict=True):
            target[...] = lines(diffuser, diffuser.arithmetic.start(image), steps)
        return printed
    for start in range(0, len(images), CHUNK):
        chunk = slice(start, start + CHUNK)
        _diffuse_chunk(diffuser, images[chunk], steps, printed[chunk])
    return printed


def _diffuse_chunk(
    diffuser: Diffuser, images: Floats, steps: list[int], printed: Floats
) -> None:
    one_way = len(set(steps)) == 1
    if len(images) <= FEW and one_way:
        # From the right is from the left in a mirror.
        turn = slice(None, None, steps[0])
        pixels = diffuser.arithmetic.start_batch(images[:, :, turn])
        printed[:, :, turn] = wavefront(diffuser, pixels).transpose(2, 0, 1)
    elif diffuser.arithmetic.is_plain:
        press(diffuser, images, steps, printed)
    else:
        pixels = diffuser.arithmetic.start_batch(images)
        printed[...] = sweep(diffuser, pixels, steps).transpose(2, 0, 1)


def scan_steps(rows: int, *, scan: str, first: str) -> list[int]:
    """Give the direction of each row: 1 is left to right, -1 right to left."""
    step = 1 if first == "ltr" else -1
    if scan == "raster":
        return [step] * rows
    return [step if y % 2 == 0 else -step for y in range(rows)]
