"""`style_html`: the style sheets of all parts, as one."""

from __future__ import annotations

from importlib.resources import files


def style_html() -> str:
    """Return what gives every part its looks; it may stand in a page more than once."""
    sheets = sorted(
        (sheet for sheet in files(__package__).iterdir() if sheet.name[-4:] == ".css"),
        key=lambda sheet: sheet.name,
    )
    css = "\n".join(sheet.read_text(encoding="utf-8") for sheet in sheets)
    return f"<style>{css}</style>"
