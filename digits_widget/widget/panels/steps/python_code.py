"""`PythonCode`: the steps as Python, to copy into a notebook."""

from __future__ import annotations

from html import escape

from ipywidgets import HTML, DOMWidget

from digits_widget.errors import OptionError
from digits_widget.pipeline import Pipeline
from digits_widget.recipe import recipe
from digits_widget.state import State
from digits_widget.widget import html
from digits_widget.widget.panel import Panel

_HINTS = {
    "drawing": "It reads drawing.png: save the drawing as PNG under More.",
    "picture": "It reads picture.png: the file that you loaded, under this name.",
}

_FUNCTION = "These steps are a function of your own: you have its code already."


class PythonCode(Panel):
    """Show the code of the pipeline that the widget uses."""

    def build(self) -> DOMWidget:
        """Make room for the code."""
        self._code = HTML()
        self._code.add_class("digits-code")
        return self._code

    def update(self, state: State) -> None:
        """Write the code of the present pipeline."""
        prepare = self.context.session.prepare
        if not isinstance(prepare, Pipeline):
            self._code.value = f"<p>{_FUNCTION}</p>"
            return
        source = "picture" if state.drawing.picture else "drawing"
        try:
            box = html.text_box(recipe(prepare, source=source))
        except OptionError as exc:
            self._code.value = f"<p>{escape(str(exc))}</p>"
        else:
            self._code.value = f"<p>{_HINTS[source]}</p>{box}"
