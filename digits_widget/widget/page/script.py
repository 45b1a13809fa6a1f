"""`script_html`: a script of ours that a page runs, where it runs such scripts."""

from __future__ import annotations

from html import escape
from importlib.resources import files

_PIXEL = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAACADs="
"""A picture of one pixel: what it does when it is loaded runs once for each view."""


def script_html(name: str) -> str:
    """Return HTML that runs a file of this folder, with the picture as ``this``.

    Nothing may depend on it: a page that blocks such scripts shows the widget without.
    """
    code = files(__package__).joinpath(name).read_text(encoding="utf-8")
    return f'<img alt="" src="{_PIXEL}" onload="{escape(code)}">'
