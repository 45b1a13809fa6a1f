"""`option_control`: a slider, tick box, menu or number field for a parameter."""

from __future__ import annotations

from typing import Any

from ipywidgets import (
    BoundedFloatText,
    BoundedIntText,
    Checkbox,
    Dropdown,
    FloatSlider,
    IntSlider,
    Widget,
)

from digits_widget.option import Option

NOTHING = ""
"""A menu's value for None, which ipywidgets takes for "nothing chosen"."""

_WORDS: dict[object, str] = {
    None: "none",
    "ltr": "left to right",
    "rtl": "right to left",
}
"""Longer words on a menu for a choice's short name."""

_STOPS = 100
"""A slider with more stops is too fine to set: a number field is better."""


def option_control(name: str, parameter: Option, value: object) -> Widget:
    """Return a control for a parameter, with the name of its field beside it.

    It is a tick box for yes and no, a menu for a choice, a slider for a short range of
    numbers, and a number field for a long one.

    Parameters
    ----------
    name : str
        Name of the field.
    parameter : Option
        The values that the field takes.
    value : object
        Its present value.
    """
    label = name.replace("_", " ")
    if parameter.is_switch:
        return Checkbox(value, description=label, indent=False)
    if parameter.choices:
        options = [(_word(choice), to_control(choice)) for choice in parameter.choices]
        return Dropdown(options=options, value=to_control(value), description=label)
    words: dict[str, Any] = {
        "description": label,
        "tooltip": f"{label}, from {parameter.low:g} to {parameter.high:g}",
    }
    stops = (parameter.high - parameter.low) / parameter.smallest_change
    ends: tuple[float, float]
    if parameter.is_whole:
        kind = IntSlider if stops <= _STOPS else BoundedIntText
        ends = int(parameter.low), int(parameter.high)
    else:
        is_stop = _is_stop(value, parameter.low, parameter.smallest_change)
        kind = FloatSlider if stops <= _STOPS and is_stop else BoundedFloatText
        words["step"] = parameter.smallest_change
        ends = parameter.low, parameter.high
    return kind(value, min=ends[0], max=ends[1], **words)


def can_show(control: Widget, value: object) -> bool:
    """Return whether a control can show a value without changing it.

    A browser moves a slider to its nearest stop, and reports that as a new value.

    Parameters
    ----------
    control : Widget
        From `option_control`.
    value : object
        A value of the parameter.
    """
    if not isinstance(control, FloatSlider):
        return True
    return _is_stop(value, control.min, control.step)


def _is_stop(value: object, low: float, step: float) -> bool:
    if not isinstance(value, int | float):
        return False
    stops = (value - low) / step
    return abs(stops - round(stops)) < 1e-6


def to_control(value: object) -> object:
    """Return a control's value for the value of a parameter."""
    return NOTHING if value is None else value


def from_control(value: object) -> object:
    """Return the value of a parameter for a control's value."""
    return None if value == NOTHING else value


def _word(choice: object) -> str:
    return _WORDS.get(choice, str(choice))
