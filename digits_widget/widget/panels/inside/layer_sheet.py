"""The layers as HTML: for each, its words and one picture with all of its maps.

The page shows a single map by itself (`page/inside.js`), so that pointing at one needs
no kernel. The attributes ``data-…`` here tell it how.
"""

from __future__ import annotations

import json
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digits_widget.certainty import percent
from digits_widget.insight.layers import Layer, Network, explain, size_of
from digits_widget.insight.reasons import AGAINST, NEEDED
from digits_widget.tile import tile_png
from digits_widget.widget import html

CELL = 28
"""Side of a map in CSS pixels, at most: a whole number for each of its own pixels."""

LONE = 84
"""Side of a layer's only map."""

NUMBER = 12
"""Side of a number in CSS pixels, for layers without maps."""

COLUMNS = 16
"""Maps in a row: as many as a narrow screen has room for."""

GAP = 3
"""CSS pixels between two maps."""

_SEAM = 0.15
"""Grey between the maps, where 1 is ink."""


def layer_sheets(network: Network, tensor: NDArray[np.float32]) -> str:
    """Return every layer with its words; the answer's last step is a table.

    Parameters
    ----------
    network : Network
        The layers about a drawing.
    tensor : ndarray
        (28, 28) float32 in [0, 1], 1 is ink: the network's input.
    """
    last = {id(layer) for layer in (network.sums, network.layers[-1])}
    pictures = [_base(0, tensor)]
    pictures += [
        _base(layer.number, layer.values[0])
        for layer in network.layers
        if layer.has_maps and len(layer.values) == 1
    ]
    sheets = [
        _sheet(network, layer) for layer in network.layers if id(layer) not in last
    ]
    return f"{''.join(pictures)}{''.join(sheets)}{_answer(network)}"


def _base(number: int, picture: NDArray[np.float32]) -> str:
    """Return a picture that layers look at: the page shows it below a map."""
    png = tile_png(_shares(picture), side=max(picture.shape))
    return html.picture(png, attributes=f'hidden data-picture="{number}"')


def _sheet(network: Network, layer: Layer) -> str:
    maps = layer.values if layer.has_maps else layer.values[:, None, None]
    count, rows, cols = maps.shape
    side = LONE if count == 1 else CELL if layer.has_maps else NUMBER
    zoom = max(1, side // max(rows, cols))
    about = {
        "name": layer.name,
        "count": count,
        "rows": rows,
        "cols": cols,
        "zoom": zoom,
        "columns": min(COLUMNS, count),
        "gap": GAP,
        "field": _field(layer),
        "peaks": [_peak(each) for each in maps],
    }
    png = tile_png(picture := _mosaic(maps, zoom), side=max(picture.shape[:2]))
    kernel = network.kernel if layer is network.first_convolution else None
    label = f"{layer.name}, {size_of(layer)}: arrow keys point at one"
    data = escape(json.dumps(about, separators=(",", ":")))
    return (
        f"{_begin(layer, explain(network, layer))}"
        f'<div class="digits-maps" tabindex="0" role="application" '
        f'aria-label="{escape(label)}" data-layer="{data}">{html.picture(png)}'
        f"{'' if kernel is None else _patterns(kernel)}</div></section>"
    )


def _begin(layer: Layer, words: str, name: str = "") -> str:
    return (
        '<section class="digits-layer">'
        f"<h4>{escape(name or layer.name)} <small>{size_of(layer)}</small></h4>"
        f"<p>{escape(words)}</p>"
    )


def _patterns(kernel: NDArray[np.float32]) -> str:
    """Return all patterns in a row, a pixel for each weight."""
    row = np.concatenate([_coloured(pattern) for pattern in kernel], axis=1)
    png = tile_png(row, side=max(row.shape))
    return html.picture(png, attributes="hidden data-patterns")


def _field(layer: Layer) -> dict[str, Any] | None:
    if layer.field is None:
        return None
    return {
        "picture": layer.field.picture,
        "rows": vars(layer.field.rows),
        "cols": vars(layer.field.columns),
    }


def _peak(values: NDArray[np.float32]) -> list[float]:
    """Return row, column and value of the strongest number."""
    row, column = np.unravel_index(np.abs(values).argmax(), values.shape)
    return [int(row), int(column), float(f"{values[row, column]:.3g}")]


def _mosaic(maps: NDArray[np.float32], zoom: int) -> NDArray[np.float32]:
    """Return all maps side by side, as ink or, with numbers below 0, in two colours."""
    pictures = _coloured(maps) if maps.min() < 0 else _shares(maps)
    large = pictures.repeat(zoom, axis=1).repeat(zoom, axis=2)
    count, rows, cols = large.shape[:3]
    columns = min(COLUMNS, count)
    lines = -(-count // columns)
    is_ink = large.ndim == 3
    sheet = np.full(
        (lines * (rows + GAP) - GAP, columns * (cols + GAP) - GAP, *large.shape[3:]),
        _SEAM if is_ink else 1 - _SEAM,
        np.float32,
    )
    for number, picture in enumerate(large):
        top = number // columns * (rows + GAP)
        left = number % columns * (cols + GAP)
        sheet[top : top + rows, left : left + cols] = picture
    return sheet


def _shares(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return values of 0 and more as shares of the largest."""
    return np.clip(values / (values.max() or 1), 0, 1).astype(np.float32)


def _coloured(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return colours, 1 is light: orange above 0, blue below."""
    share = (np.abs(values) / (np.abs(values).max() or 1))[..., None]
    colour = np.where(values[..., None] > 0, NEEDED, AGAINST)
    return ((1 - share) + share * colour).astype(np.float32)


def _answer(network: Network) -> str:
    """Return the sums and the confidences that softmax makes of them."""
    last, sums = network.layers[-1], network.sums
    if sums is None:
        return f"{_begin(last, explain(network, last))}{_table(last, None)}</section>"
    return (
        f"{_begin(sums, explain(network, sums))}{_table(sums, last)}"
        f"<p>{escape(explain(network, last))}</p></section>"
    )


def _table(sums: Layer, shares: Layer | None) -> str:
    largest = float(np.abs(sums.values).max()) or 1.0
    best = int(sums.values.argmax())
    rows = [
        _row(
            digit,
            number,
            number / largest,
            "" if shares is None else percent(float(shares.values[digit])),
            is_best=digit == best,
        )
        for digit, number in enumerate(sums.values.tolist())
    ]
    return f'<table class="digits-sums"><tbody>{"".join(rows)}</tbody></table>'


def _row(digit: int, number: float, part: float, share: str, *, is_best: bool) -> str:
    """Return a number, its bar from the middle of the track, and its share."""
    begin, length = 50 * (1 + min(part, 0)), 50 * abs(part)
    kind = "digits-above" if number > 0 else "digits-below"
    best = ' class="digits-best"' if is_best else ""
    place = f"margin-left:{begin:.1f}%;width:{length:.1f}%"
    cells = (
        f'<th scope="row">{digit}</th>',
        f'<td class="digits-sum">{number:.1f}</td>',
        f'<td class="digits-sum-bar"><div class="{kind}" style="{place}"></div></td>',
        f'<td class="digits-share">{share}</td>',
    )
    return f"<tr{best}>{''.join(cells)}</tr>"
