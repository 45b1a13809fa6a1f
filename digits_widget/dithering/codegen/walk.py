"""Code for Riemersma's dither along Hilbert's or Peano's curve."""

from __future__ import annotations

from collections.abc import Sequence

from digits_widget.dithering.codegen.text import SHAPE, Lines, as_list
from digits_widget.dithering.fading import Fading

COVER = "(max(image.shape) - 1).bit_length()"
"""Python for the smallest level whose curve covers the picture."""

DEEPER = "max(image.shape).bit_length()"
"""Python for a level that is one higher if the side is a power of two."""

_FROM_SECOND = "places = places[1:]  # the first pixel is never visited"


def places(level: str, *, from_second: bool = False) -> Lines:
    """Write lines that set `places` to the pixels in the order of Hilbert's curve.

    Parameters
    ----------
    level : str
        Python for the level of the curve.
    from_second : bool
        Whether to leave out the first pixel.
    """
    return (
        "# Hilbert's curve: for each heading, smaller walks and single steps in turn.",
        "turns = {'N': 'WSNENNE', 'E': 'SWENEEN', 'S': 'ENSWSSW', 'W': 'NEWSWWS'}",
        "moves = {'N': (-1, 0), 'S': (1, 0), 'W': (0, -1), 'E': (0, 1)}",
        "",
        "def walk(heading, level):",
        "    steps = ''",
        "    for place, turn in enumerate(turns[heading] if level else ''):",
        "        steps += turn if place % 2 else walk(turn, level - 1)",
        "    return steps",
        "",
        SHAPE,
        "y = x = 0",
        "places = [(0, 0)]",
        f"for step in walk('N', {level}):",
        "    y += moves[step][0]",
        "    x += moves[step][1]",
        "    if 0 <= y < rows and 0 <= x < cols:",
        "        places.append((y, x))",
        *((_FROM_SECOND,) if from_second else ()),
    )


def peano_places(*, from_second: bool = False) -> Lines:
    """Write lines that set `places` to the pixels in the order of Peano's curve."""
    return (
        "# Peano's curve: three strips of three smaller squares, there and back.",
        "y, x = np.indices(image.shape)",
        "order = np.zeros_like(y)",
        "side = 3**8",
        "while side > 1:",
        "    side //= 3",
        "    strip, square = y // side, x // side",
        "    order = 9 * order + 3 * strip + np.where(strip % 2, 2 - square, square)",
        "    y, x = y % side, x % side",
        "    y = np.where(square % 2, side - 1 - y, y)",
        "    x = np.where(strip % 2, side - 1 - x, x)",
        "cols = image.shape[1]",
        "places = [divmod(place, cols) for place in order.ravel().argsort()]",
        *((_FROM_SECOND,) if from_second else ()),
    )


def faded(weights: Sequence[float]) -> Lines:
    """Write the weights of remembered errors."""
    whole = all(weight == int(weight) for weight in weights)
    numbers = [int(weight) if whole else weight for weight in weights]
    comment = "How much each of the last errors counts, the oldest first."
    return as_list("weights", numbers, comment=comment)


def along(fading: Fading, *, light: str, walk: Lines) -> Lines:
    """Write `riemersma.follow` as code.

    Parameters
    ----------
    fading : Fading
        How the dither remembers errors.
    light : str
        Python for the working values of `image`.
    walk : tuple of str
        The lines from `places` or `peano_places`.
    """
    compare = ">=" if fading.up else ">"
    base = "light[y, x]" if fading.original else "value"
    rounded = "    value = min(max(np.floor(value + 0.5), 0), 255)"
    return (
        *walk,
        *faded(fading.weights),
        f"light = ({light}).astype(np.float64)",
        "errors = [0] * len(weights)",
        "image = np.zeros(image.shape, np.float32)",
        "for y, x in places:",
        "    carried = np.cumsum(np.multiply(weights, errors))[-1]",
        f"    value = light[y, x] + carried / {fading.divisor:g}",
        *((rounded,) if fading.whole else ()),
        f"    white = int(value {compare} {fading.middle!r})",
        "    image[y, x] = white",
        f"    errors = [*errors[1:], {base} - {fading.white:g} * white]",
    )
