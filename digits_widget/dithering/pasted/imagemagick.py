"""ImageMagick's two greys and what it prints with them, as lines to paste.

All of it works on `deep`, whole numbers from 0, black, to 65535, white.
"""

from __future__ import annotations

from digits_widget.dithering.imagemagick.normalise import CUT
from digits_widget.dithering.imagemagick.onto_greys import (
    falling_weights,
    rising_weights,
)
from digits_widget.dithering.pasted.light import WHOLE, Lines
from digits_widget.dithering.pasted.walk import COVER, DEEPER, faded, places

BITS = "bits = lambda v: f'{v + 128 - (v + 128 >> 8) >> 8:08b}'  # 16 bits to 8"
"""The eight leading bits of a grey: its way down the tree."""

OCTREE = (
    "from itertools import groupby",
    (
        "tree = {'': np.array([0, 0, np.inf])}"
        "  # by leading bits: pixels, their sum, their error"
    ),
    "runs = [(v, len([*run])) for row in deep.tolist() for v, run in groupby(row)]",
    "for v, n, p in [(v, n, bits(v)[:d]) for v, n in runs for d in range(1, 9)]:",
    "    off = (v + 0.5 - (int(p, 2) + 0.5) * 2 ** (16 - len(p))) * (1 / 65535)",
    "    own = np.array([n, n * (1 / 65535) * v, 0]) * (len(p) == 8)",
    "    tree[p] = tree.get(p, 0) + own + (0, 0, n * np.sqrt(3 * (off * off)))",
    "order = sorted(tree, key='{}2'.format)  # halves before their whole",
    "left = sum(len(p) == 8 for p in tree)",
    "limit = sorted(error for *_, error in tree.values())[-3]",
    "while left > 2:  # merge the ranges of least error",
    "    now, limit, left = limit, np.inf, 0",
    "    for p in [p for p in order if p in tree]:",
    "        if tree[p][2] > now:",
    "            left, limit = left + (tree[p][0] > 0), min(limit, tree[p][2])",
    "            continue",
    "        for q in [q for q in order if q in tree and q.startswith(p)]:",
    "            tree[q[:-1]] += tree.pop(q) * (1, 1, 0)",
    "greys = [(p, *tree[p][:2]) for p in order if p in tree and tree[p][0]]",
    "greys = [(p, int(1 / n * 65535 * total + 0.5)) for p, n, total in greys]",
    "down = lambda v: [p for d in range(8) if (p := bits(v)[:d]) in tree][-1]",
    "near = lambda p: [grey for q, grey in greys[::-1] if q.startswith(p[:-1])]",
    "nearest = lambda v: min(near(down(v)), key=lambda grey: abs(grey - v))",
)
"""What `GreyTree` does; sets `greys` and `nearest`."""

BLACK_AND_WHITE = ("nearest = lambda v: 65535 * (v > 32767)",)
"""The tree of ``-remap`` with one black and one white dot."""

FLOYD_STEINBERG = (
    "known, e = {}, np.zeros(np.add(deep.shape, (1, 2)), int)  # e: errors, in rows",
    "for y, x in np.ndindex(deep.shape):",
    "    s = -1 if y % 2 else 1",
    "    x = x if s > 0 else len(deep[y]) - 1 - x",
    "    above = e[y, x + 1 + s] + 5 * e[y, x + 1] + 3 * e[y, x + 1 - s]",
    "    v = int(deep[y, x] + (7 * e[y + 1, x + 1 - s] + above + 8 >> 4))",
    "    v = min(max(v, 0), 65535)",
    "    deep[y, x] = known.setdefault(bits(v)[:6], nearest(v))",
    "    e[y + 1, x + 1] = v - deep[y, x]",
)
"""What `floyd_steinberg_onto` does."""

NEAREST = ("deep = np.array([[nearest(v) for v in row] for row in deep.tolist()])",)
"""What `nearest_onto` does."""


def riemersma(version: int) -> Lines:
    """Write what `riemersma_onto` does."""
    falls = version == 6
    return (
        *places(DEEPER if falls else COVER),
        faded(falling_weights() if falls else rising_weights()),
        "errors, known = [0.0] * 16, {}",
        "for y, x in places:",
        "    v = np.cumsum([deep[y, x], *np.multiply(weights, errors)])[-1]",
        "    v = min(max(int(np.floor(v + 0.5)), 0), 65535)",
        "    deep[y, x] = known.setdefault(bits(v)[:6], nearest(v))",
        "    errors = [*errors[1:], v - deep[y, x]]",
    )


def onto(lines: Lines, *, palette: str, version: int) -> Lines:
    """Write what a program prints of `image` with a palette.

    Parameters
    ----------
    lines : tuple of str
        Those that print `deep`, by `nearest`.
    palette : str
        ``black-and-white``, ``two-greys`` or ``monochrome``.
    version : int
        6 or 7.
    """
    start: Lines = (BITS, f"deep = {WHOLE}.astype(int) * 257")
    if palette == "black-and-white":
        end = "image = (deep > 0).astype(np.float32)"
        return (*start, *BLACK_AND_WHITE, *lines, end)
    if palette == "monochrome":
        start = (*start, *_normalised(version))
        if version == 7:
            return (*start[1:], "image = (deep > 32767).astype(np.float32)")
    end = "image = (deep > min(grey for _, grey in greys)).astype(np.float32)"
    return (*start, *OCTREE, *lines, end)


def _normalised(version: int) -> Lines:
    low, high = CUT[version]
    return (
        "counts = np.bincount(deep.ravel(), minlength=65536)",
        f"black = int(np.argmax(np.cumsum(counts) > deep.size * {low}))",
        f"white = np.cumsum(counts[::-1]) > deep.size - deep.size * {high}",
        "white = 65535 - int(np.argmax(white))",
        "if black != white:",
        "    deep = np.clip(65535 * (deep - float(black)) / (white - black), 0, 65535)",
        "    deep = np.floor(deep + 0.5).astype(int)",
    )
