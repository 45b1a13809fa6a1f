"""Marks on a picture: what the next step takes of it, and where it moves the ink.

Drawn in pixels of the picture itself, so that nothing is rounded on the way.
"""

from __future__ import annotations

from digits_widget.trace import Snapshot

_HEAD = 0.07
"""Length of an arrow's head, as a share of the picture's longer side."""


def marks(step: Snapshot, source: Snapshot) -> str:
    """Return what `step` decided about the picture of `source`, as an SVG to lay on it.

    A box for what a step kept; an arrow from the centre of the ink to where a step
    moved it, both in columns and rows of `source`, whose pixel (0, 0) has its middle at
    0.5.
    """
    rows, cols = source.shown.shape[:2]
    shapes = ""
    if box := step.decided.get("box"):
        left, top, right, bottom = box
        whole = (left, top, right, bottom) == (0, 0, cols, rows)
        shapes += "" if whole else _box(left, top, right - left, bottom - top)
    if "from" in step.decided and any(step.decided["shift"]):
        (x, y), (right, down) = step.decided["from"], step.decided["to"]
        shapes += _arrow(x + 0.5, y + 0.5, right + 0.5, down + 0.5, max(rows, cols))
    if not shapes:
        return ""
    return (
        f'<svg class="digits-marks" viewBox="0 0 {cols} {rows}" aria-hidden="true"'
        f' preserveAspectRatio="none">{shapes}</svg>'
    )


def _box(left: float, top: float, width: float, height: float) -> str:
    place = f'x="{left:g}" y="{top:g}" width="{width:g}" height="{height:g}"'
    return f'<rect class="digits-halo" {place}/><rect {place}/>'


def _arrow(x: float, y: float, to_x: float, to_y: float, side: int) -> str:
    """Draw an arrow that ends exactly at its goal, with a ring where it begins."""
    length = ((to_x - x) ** 2 + (to_y - y) ** 2) ** 0.5
    head = min(_HEAD * side, length)
    along_x, along_y = (to_x - x) / length * head, (to_y - y) / length * head
    back_x, back_y = to_x - along_x, to_y - along_y
    half_x, half_y = -along_y / 2, along_x / 2
    line = f"M{x:.4g} {y:.4g}L{to_x:.4g} {to_y:.4g}"
    wings = (
        f"M{back_x + half_x:.4g} {back_y + half_y:.4g}L{to_x:.4g} {to_y:.4g}"
        f"L{back_x - half_x:.4g} {back_y - half_y:.4g}"
    )
    ring = f'<circle cx="{x:.4g}" cy="{y:.4g}" r="{0.025 * side:.3g}"/>'
    return (
        f'<path class="digits-halo" d="{line}{wings}"/><path d="{line}{wings}"/>{ring}'
    )
