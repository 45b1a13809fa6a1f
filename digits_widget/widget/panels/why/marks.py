"""Dabs of pen and eraser on a picture of 28x28 pixels, as SVG."""

from __future__ import annotations

from digits_widget.insight.counterfactuals import DIAMETER, Dab


def mark(dab: Dab) -> str:
    """Return a ring around a dab, with a plus for ink and a minus for the eraser."""
    x, y = dab.column + 0.5, dab.row + 0.5
    cross = f"M{x - 1} {y}h2" + (f"M{x} {y - 1}v2" if dab.ink else "")
    kind = "more" if dab.ink else "less"
    shape = f'<circle cx="{x}" cy="{y}" r="1.9"/><path d="{cross}"/>'
    # A white line below each mark makes it stand out on any ground.
    return f'<g class="digits-halo">{shape}</g><g class="digits-{kind}">{shape}</g>'


def dot_of(dab: Dab) -> str:
    """Return the dab itself: a black dot, or a white one of the eraser."""
    place = f'cx="{dab.column + 0.5}" cy="{dab.row + 0.5}" r="{DIAMETER / 2}"'
    return f'<circle class="digits-{"ink" if dab.ink else "paper"}-dot" {place}/>'
