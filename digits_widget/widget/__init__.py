"""The widget: all that knows Jupyter.

A hand moves a pointer or a `cursor` on `canvas`, and sees `wet_ink` at once; `pen`
turns the events into strokes of a `tool`; `pad` keeps them with a `history`, has them
painted on the `sheet` with `ink`, and tells the session; the session tells the views:
`filmstrip`, `confidences`, `toolbar`, `status`. `DigitsWidget` joins them.
"""

from __future__ import annotations

from digits_widget.widget.digits_widget import DigitsWidget

__all__ = ["DigitsWidget"]
