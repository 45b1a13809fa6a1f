"""The rooms of the package: a figure for those who want to change it."""

from __future__ import annotations

from collections.abc import Iterator

from tools.figures.vectors import arrow, box, figure, words

STORY = (
    "drawing",
    "raster",
    "steps/",
    "dithering/",
    "pipeline",
    "session",
    "prediction",
)
"""What is pure, in the order of the ink."""

TITLE = (
    "The rooms of the package: the pure story from drawing to prediction in the "
    "middle, Jupyter, a class and matplotlib above, gRPC, LiteRT, TensorFlow and Keras "
    "below"
)


def rooms(theme: str) -> str:
    """Return the figure as SVG."""
    return figure(theme, height=336, title=TITLE, parts=_parts())


def _parts() -> Iterator[str]:
    yield _room(16, 14, 164, "widget/", "pad, panels: Jupyter")
    yield _room(192, 14, 164, "classroom/", "pages for a class")
    yield _room(368, 14, 104, "figures/", "matplotlib")
    yield _room(484, 14, 162, "cli/", "digits-widget COMMAND")
    yield _room(658, 14, 126, "diagnostics/", "the doctor")
    for middle in (98, 274, 420, 565, 721):
        yield _both(middle, 74, 112)
    yield box(16, 114, 768, 96)
    yield words(400, 136, "The story: files at the top, with NumPy and Pillow alone")
    for place, name in enumerate(STORY):
        x = 28 + place * 108
        yield f'<rect class="paper" x="{x}" y="152" width="92" height="40" rx="6"/>'
        yield f'<text class="dark" x="{x + 46}" y="176">{name}</text>'
        if place:
            yield arrow(x - 15, 172, 14)
    yield _both(111, 212, 250)
    yield _room(16, 252, 150, "serving/", "the client: gRPC, REST")
    yield arrow(170, 282, 18)
    yield _room(192, 252, 122, "protocol/", "their language")
    yield arrow(318, 282, 18)
    yield _room(340, 252, 150, "model_server/", "LiteRT, TensorFlow")
    yield _room(600, 252, 184, "training/", "Keras: trains, exports")
    yield (
        '<path class="a" d="M596 282H502"/><path class="h" d="M494 282l8 -4.5v9z"/>'
        '<text class="s" x="546" y="274">models/</text>'
    )
    yield _both(692, 212, 250)


def _room(x: float, y: float, width: float, title: str, text: str) -> str:
    return box(x, y, width, 60) + words(x + width / 2, y + 26, title, text)


def _both(x: float, start: float, end: float) -> str:
    """Return a line between a world and the story."""
    return f'<path class="a" d="M{x:g} {start:g}V{end:g}"/>'
