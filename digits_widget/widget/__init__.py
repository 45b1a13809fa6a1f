"""The widget: the only room that knows Jupyter.

A person draws on the `canvas`, and the `overlay` shows the ink at once; the canvas's
controller hands the drawing to the session; the session publishes a state; the
`panels` show it. A `worker` does what takes long, and one of the `predictors` asks the
model. `DigitsWidget` lays all of it out.
"""

from __future__ import annotations

from digits_widget.widget.digits_widget import DigitsWidget

__all__ = ["DigitsWidget"]
