"""Riemersma's dither along Hilbert's or Peano's curve, as lines to paste."""

from __future__ import annotations

from collections.abc import Sequence

from digits_widget.dithering.fading import Fading
from digits_widget.dithering.pasted.light import Lines

COVER = "(max(image.shape) - 1).bit_length()"
"""The smallest level whose curve covers the picture."""

DEEPER = "max(image.shape).bit_length()"
"""One level more, where the side is a power of two."""


def places(level: str, *, from_second: bool = False) -> Lines:
    """Write lines that set `places` to the pixels in their order along Hilbert's."""
    return (
        (
            "turns = {'N': 'WSNENNE', 'E': 'SWENEEN', 'S': 'ENSWSSW', 'W': 'NEWSWWS'}"
            "  # Hilbert's curve"
        ),
        (
            "walk = lambda h, n: ''.join(t if i % 2 else walk(t, n - 1) "
            "for i, t in enumerate(turns[h][: 7 * n]))"
        ),
        "steps = {'': (0, 0), 'N': (-1, 0), 'S': (1, 0), 'W': (0, -1), 'E': (0, 1)}",
        f"steps = [steps[t] for t in ['', *walk('N', {level})]]",
        "inside = lambda y, x: 0 <= y < len(image) and 0 <= x < len(image.T)",
        "places = [p for p in np.cumsum(steps, axis=0).tolist() if inside(*p)]"
        + "[1:]" * from_second,
    )


def peano_places(*, from_second: bool = False) -> Lines:
    """Write lines that set `places` to the pixels in their order along Peano's."""
    return (
        "(y, x), order, side = np.indices(image.shape), 0, 3**8",
        "while side > 1:  # Peano's curve: three strips of squares, there and back",
        "    side //= 3",
        "    a, b, y, x = y // side, x // side, y % side, x % side",
        "    order = 9 * order + 3 * a + np.where(a % 2, 2 - b, b)",
        "    y = np.where(b % 2, side - 1 - y, y)",
        "    x = np.where(a % 2, side - 1 - x, x)",
        "places = [divmod(p, len(image.T)) for p in order.ravel().argsort()]"
        + "[1:]" * from_second,
    )


def faded(weights: Sequence[float]) -> str:
    """Write the weights of remembered errors, oldest first."""
    whole = all(weight == int(weight) for weight in weights)
    return f"weights = {[int(w) if whole else w for w in weights]}"


def along(fading: Fading, *, light: str, walk: Lines) -> Lines:
    """Write what `riemersma.follow` does.

    Parameters
    ----------
    fading : Fading
        How errors are remembered.
    light : str
        Python for the working values of `image`.
    walk : tuple of str
        What `places` gives.
    """
    rounded = "min(max(np.floor(value + 0.5), 0), 255)"
    compare = ">=" if fading.up else ">"
    carried = "np.cumsum(np.multiply(weights, errors))[-1]"
    base = "light[y, x]" if fading.original else "value"
    return (
        *walk,
        faded(fading.weights),
        f"light, errors = ({light}).astype(np.float64), [0] * len(weights)",
        "image = np.zeros(image.shape, np.float32)",
        "for y, x in places:",
        f"    value = light[y, x] + {carried} / {fading.divisor:g}",
        *((f"    value = {rounded}",) if fading.whole else ()),
        f"    image[y, x] = white = int(value {compare} {fading.middle!r})",
        f"    errors = [*errors[1:], {base} - {fading.white:g} * white]",
    )
