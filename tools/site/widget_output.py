"""`output`, which a notebook's kernel runs: what a widget with an answer leaves."""

from __future__ import annotations

import json

from ipywidgets.widgets.widget import _instances

from digits_widget.widget import DigitsWidget


def output(model_id: str) -> str:
    """Return the output of a widget, once the model has answered.

    Parameters
    ----------
    model_id : str
        The widget's identifier in the kernel.

    Returns
    -------
    str
        JSON: values by MIME type; none where there is no answer.
    """
    widget = _instances[model_id]
    is_empty = isinstance(widget, DigitsWidget) and not widget.wait()
    return json.dumps({} if is_empty else widget._repr_mimebundle_())
