"""Knuth's dot diffusion, as lines to paste."""

from __future__ import annotations

from digits_widget.dithering.pasted.light import Lines


def dots(
    *,
    table: str,
    light: str,
    across_tiles: bool,
    edge: str,
    threshold: float,
    ties: str,
    white: int,
) -> Lines:
    """Write what `diffuse_dots` does.

    Parameters
    ----------
    table : str
        Python for the classes of a tile.
    light : str
        Python for the working values of `image`.
    across_tiles, edge, threshold, ties, white
        As `diffuse_dots` takes them.
    """
    # Shares that leave the picture land in the margin, but still count in the sum.
    inside = " and 0 <= y + v < len(image) and 0 <= x + u < len(image.T)"
    island = " and y // 8 == (y + v) // 8 and x // 8 == (x + u) // 8"
    compare = ">=" if ties == "up" else ">"
    return (
        f"turn = {table}  # of each pixel of a tile",
        "turn = lambda y, x, table=turn: table[y % 8, x % 8]",
        (
            "near = [(v, u, 1 if v and u else 2) "
            "for v in (-1, 0, 1) for u in (-1, 0, 1) if v or u]"
        ),
        f"cells = np.pad(({light}).astype(np.float64), 1)",
        "for y, x in sorted(np.ndindex(image.shape), key=lambda p: turn(*p)):",
        "    value = cells[y + 1, x + 1]",
        f"    image[y, x] = level = int(value {compare} {threshold * white!r})",
        (
            "    later = [(v, u, w) for v, u, w in near "
            "if turn(y + v, x + u) > turn(y, x)"
            f"{'' if across_tiles else island}{inside if edge == 'share' else ''}]"
        ),
        "    total = max(sum(w for *_, w in later), 1)",
        "    for v, u, w in later:",
        (
            "        cells[y + 1 + v, x + 1 + u] += "
            f"(value - {white} * level) / total * w"
        ),
    )
