"""Published maps: nineteen of ImageMagick's, twelve from books and other programs."""

from __future__ import annotations

import json
from functools import partial
from importlib.resources import files
from typing import Any

import numpy as np

from digits_widget.dithering.codegen.ordered import with_map
from digits_widget.dithering.method import Method
from digits_widget.dithering.ordered_map import OPTIONS, OrderedMap, print_with_map

_FINE = 64
"""Levels from which plain greys are off by at most 1 in 100 on whole tiles."""


def _rows(file: str) -> tuple[Method, ...]:
    text = files(__package__).joinpath("data", file).read_text(encoding="utf-8")
    return tuple(_row(name, entry) for name, entry in json.loads(text).items())


def _row(name: str, entry: dict[str, Any]) -> Method:
    ranks = np.array([row.split() for row in entry["ranks"]], dtype=np.int64)
    tile = OrderedMap(ranks, entry["levels"])
    return Method(
        name=name,
        family="ordered",
        apply=partial(print_with_map, tile=tile),
        code=partial(with_map, tile=tile),
        year=entry["year"],
        author=entry["author"],
        source=entry["source"],
        keeps_mean=tile.is_even and tile.levels >= _FINE,
        options=OPTIONS,
        aliases=(entry["alias"],) if entry["alias"] else (),
        tile=tile,
        note=entry["note"],
    )


METHODS = (*_rows("imagemagick_maps.json"), *_rows("maps.json"))
"""A method for each map; ``data/NOTICE`` has the licence of ImageMagick's tables."""
