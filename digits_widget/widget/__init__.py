"""The widget: all that knows Jupyter.

A hand moves a pointer on `canvas`; `pen` turns its events into strokes; `pad` keeps
them with a `history`, has them painted on the `sheet` with `ink`, and tells the
session; the session tells the views: `filmstrip`, `confidences`, `toolbar`, `status`.
`DigitsWidget` joins them.
"""

from __future__ import annotations

from digits_widget.widget.digits_widget import DigitsWidget

__all__ = ["DigitsWidget"]
