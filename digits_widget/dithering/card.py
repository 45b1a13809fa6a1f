"""A method's card for notebooks, as plain HTML."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from digits_widget.dithering.specimen import as_svg, digit, ramp

if TYPE_CHECKING:
    from digits_widget.dithering.kernel import Kernel
    from digits_widget.dithering.method import Method


def card(method: Method) -> str:
    """Return a method's author and source, its kernel, and two printed specimens."""
    pictures = "".join(
        as_svg(method(picture[None])[0]) for picture in (ramp(), digit())
    )
    also = f" (also {escape(', '.join(method.aliases))})" if method.aliases else ""
    kept = "keeps the mean" if method.keeps_mean else "does not keep the mean"
    kernel = _kernel_table(method.kernel) if method.kernel else ""
    return (
        f"<div><b>{escape(method.name)}</b>{also}<br>"
        f"{escape(method.author)}, {method.year}. <i>{escape(method.source)}</i>.<br>"
        f"{escape(method.family)}, {kept}. {escape(method.note)}<br>"
        f"{kernel}{pictures}</div>"
    )


def _kernel_table(kernel: Kernel) -> str:
    marks = {None: "", 0: "&#9679;"}
    rows = "".join(
        "<tr>" + "".join(f"<td>{marks.get(cell, cell)}</td>" for cell in row) + "</tr>"
        for row in kernel.rows()
    )
    return f"<table><caption>of {kernel.divisor}</caption>{rows}</table>"
