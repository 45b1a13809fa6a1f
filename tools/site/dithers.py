"""The pages of the dithering catalogue, a card for each method, from the live table."""

from __future__ import annotations

import base64
import io
from collections import defaultdict
from collections.abc import Mapping

import numpy as np
from PIL import Image

from digits_widget.dithering import CATALOGUE, COMPATIBILITY, Method
from digits_widget.dithering.specimen import digit, ramp
from tools.site.table import table

FOLDER = "reference/dithering"

_MAP_SIDE = 96
"""Pixels on the screen of a threshold map."""

_SCALE = 2
"""Pixels on the screen of one pixel in the gallery."""


def dither_pages() -> dict[str, str]:
    """Return Markdown by path: an overview, and a page for each family."""
    families: Mapping[str, list[Method]] = defaultdict(list)
    for method in CATALOGUE.values():
        families[method.family].append(method)
    pages = {
        f"{FOLDER}/{_slug(family)}.md": _family(family, methods)
        for family, methods in families.items()
    }
    return {f"{FOLDER}/index.md": _overview(families)} | pages


def _overview(families: Mapping[str, list[Method]]) -> str:
    parts = [
        "# Dithering catalogue",
        "",
        (
            f"{len(CATALOGUE)} ways from greys to black and white, by family. Each is "
            "a name for `dither(picture, name)`, for `digits-widget dither --method`, "
            "and for the widget's panel. Here each prints the same 2 and the same ramp "
            "of greys; a picture leads to the method's card."
        ),
        "",
        "```{toctree}",
        ":hidden:",
        *(_slug(family) for family in families),
        "```",
        "",
        *(_gallery(family, methods) for family, methods in families.items()),
        "## All methods in a table",
        "",
    ]
    rows = [
        (f"[{m.name}](#dither-{m.name})", family, f"{m.author}, {m.year}", m.note)
        for family, methods in families.items()
        for m in methods
    ]
    parts.append(table(("method", "family", "found by", "what to know"), rows))
    parts += ["## As other programs do it", ""]
    parts.append(
        "`dither(picture, name, like=program)` prints what this version of the program "
        "prints of an 8-bit grey picture, bit for bit. `digits-widget dither --like` "
        "takes pictures of any kind for Pillow, whose greys it makes as Pillow does; "
        "for the other programs it says that they may print colours otherwise.\n"
    )
    programs = [
        (
            f"`{name}`",
            program.version,
            ", ".join(f"`{each}`" for each in program.methods),
        )
        for name, program in COMPATIBILITY.items()
    ]
    parts.append(table(("program", "version", "its methods"), programs))
    return "\n".join(parts)


def _gallery(family: str, methods: list[Method]) -> str:
    """Return the heading of a family, and a picture by each of its methods."""
    slug = _slug(family)
    items = "".join(
        f'<li><a href="{slug}.html#dither-{method.name}">{_thumbnail(method)}'
        f"{method.name}</a></li>"
        for method in methods
    )
    return (
        f"## [{family.capitalize()}]({slug}.md)\n\n```{{raw}} html\n"
        f'<ul class="dither-gallery">{items}</ul>\n```\n'
    )


def _thumbnail(method: Method) -> str:
    """Return a small picture: ink is black on white paper, as in the widget."""
    ink = np.hstack([method(digit()[None])[0], method(ramp(28, 56)[None])[0]])
    rows, cols = ink.shape
    size = f'width="{cols * _SCALE}" height="{rows * _SCALE}"'
    paper = Image.fromarray(ink < 0.5)
    return f'<img {size} alt="A 2 and a ramp of greys in" src="{_data_url(paper)}">'


def _family(family: str, methods: list[Method]) -> str:
    parts = [f"# {family.capitalize()}", ""]
    for method in methods:
        # From a negative: black on white as on paper would hide how a ramp begins.
        parts += [
            f"(dither-{method.name})=",
            f"## {method.name}",
            "",
            "```{raw} html",
            f'<div class="dither-card">{method._repr_html_()}{_map(method)}</div>',
            "```",
            "",
            table(
                ("option", "meaning", "takes", "default"),
                [
                    (f"`{name}`", o.meaning, o.takes, f"`{o.default}`")
                    for name, o in method.options.items()
                ],
            ),
        ]
    return "\n".join(parts)


def _map(method: Method) -> str:
    """Return the threshold map as a picture, the first light white."""
    if not method.tile:
        return ""
    ranks = np.asarray(method.tile.ranks, np.float64)
    greys = 255 - np.rint(255 * ranks / max(1.0, ranks.max())).astype(np.uint8)
    rows, cols = greys.shape
    scale = max(1, _MAP_SIDE // max(rows, cols))
    return (
        f'<figure><img class="map" width="{cols * scale}" height="{rows * scale}" '
        f'alt="threshold map of {rows} rows and {cols} columns" '
        f'src="{_data_url(Image.fromarray(greys))}">'
        f"<figcaption>its map, {rows}x{cols}; white turns white first</figcaption>"
        "</figure>"
    )


def _data_url(picture: Image.Image) -> str:
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


def _slug(family: str) -> str:
    return family.replace(" ", "-")
