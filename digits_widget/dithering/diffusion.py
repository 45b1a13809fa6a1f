"""Error diffusion: print each pixel, and pass its error on to its neighbours.

Several engines give the same result to the last bit: `row_by_row` for one small
picture, or a few whose rows alternate; `wavefront` for more of them or a large one;
`many_at_once` for thousands; and the `reference` loop for the rest: alternating rows in
another program's arithmetic.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from digits_widget.dithering.arithmetic import Arithmetic, Clamp, Ties
from digits_widget.dithering.diffuser import Diffuser
from digits_widget.dithering.images import Floats
from digits_widget.dithering.kernel import Kernel
from digits_widget.dithering.linear_light import to_linear
from digits_widget.dithering.many_at_once import diffuse_many_at_once
from digits_widget.dithering.reference import diffuse_pixel_by_pixel
from digits_widget.dithering.row_by_row import AHEAD, diffuse_row_by_row
from digits_widget.dithering.wavefront import wavefront
from digits_widget.option import Option, Value

CHUNK = 2560
"""Pictures in one pass: enough to make calls cheap, few enough to save memory."""

FEW = 512
"""Number of pictures up to which the wavefront is the fastest."""

SHORT = 32
"""Average pixels of a wavefront in all pictures, up to which going row by row is
faster."""

SERPENTINE_FEW = 8
"""Number of pictures up to which one after the other is faster than all at once."""

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
        # Cells with clamped writes cannot be kept apart from the picture.
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
"""The options of every fixed kernel."""


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
    """Convert the options of `diffuse` to the engine's arithmetic.

    Parameters
    ----------
    clamp, strength, threshold, ties, levels, dtype, linear
        As for `diffuse`, see `OPTIONS`.
    """
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
    """Diffuse a batch with the fastest engine; return the level of each pixel.

    Parameters
    ----------
    diffuser : Diffuser
        Kernel and arithmetic.
    images : ndarray
        (n, rows, cols) floats in [0, 1].
    scan, first : str
        See `OPTIONS`.
    """
    count, rows, cols = images.shape
    if cols == 1 and rows > 1:
        # A single column prints like a row, from its top; laid down, it is far faster.
        down = Diffuser(diffuser.kernel.turned_down(), diffuser.arithmetic)
        lying = images.reshape(count, 1, rows)
        printed = diffuse_with(down, lying, scan="raster", first="ltr")
        return printed.reshape(images.shape)
    steps = scan_steps(images.shape[1], scan=scan, first=first)
    printed = np.empty(images.shape, dtype=np.float32)
    is_near = all(dx <= AHEAD for dx, _ in diffuser.kernel.ahead)
    if diffuser.arithmetic.is_plain and is_near and _are_few(images, steps):
        for image, target in zip(images, printed, strict=True):
            pixels = diffuser.arithmetic.start(image)
            target[...] = diffuse_row_by_row(diffuser, pixels, steps)
        return printed
    size = CHUNK if diffuser.arithmetic.is_plain else FEW
    for start in range(0, len(images), size):
        chunk = slice(start, start + size)
        _diffuse_chunk(diffuser, images[chunk], steps, printed[chunk])
    return printed


def _are_few(images: Floats, steps: list[int]) -> bool:
    """Return whether printing one picture after the other, row by row, is fastest."""
    if len(set(steps)) > 1:
        return len(images) <= SERPENTINE_FEW
    count, rows, cols = images.shape
    return bool(count * rows * cols <= SHORT * (2 * rows + cols))


def _diffuse_chunk(
    diffuser: Diffuser, images: Floats, steps: list[int], printed: Floats
) -> None:
    one_way = len(set(steps)) == 1
    if one_way and len(images) <= FEW:
        # Mirrored, a scan from the right is a scan from the left.
        turn = slice(None, None, steps[0])
        pixels = diffuser.arithmetic.start_batch(images[:, :, turn])
        printed[:, :, turn] = wavefront(diffuser, pixels).transpose(2, 0, 1)
    elif diffuser.arithmetic.is_plain:
        diffuse_many_at_once(diffuser, images, steps, printed)
    else:
        pixels = diffuser.arithmetic.start_batch(images)
        levels = diffuse_pixel_by_pixel(diffuser, pixels, steps)
        printed[...] = levels.transpose(2, 0, 1)


def scan_steps(rows: int, *, scan: str, first: str) -> list[int]:
    """Return the direction of each row: 1 is left to right, -1 right to left.

    Parameters
    ----------
    rows : int
        Number of rows.
    scan, first : str
        See `OPTIONS`.
    """
    step = 1 if first == "ltr" else -1
    if scan == "raster":
        return [step] * rows
    return [step if y % 2 == 0 else -step for y in range(rows)]
