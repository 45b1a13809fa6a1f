"""`control`: what to move, tick or choose a parameter with."""

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

from digits_widget.steps.parameter import Parameter

NOTHING = ""
"""What a menu has in place of None, which to ipywidgets means that none is chosen."""

_WORDS: dict[object, str] = {
    None: "none",
    "ltr": "left to right",
    "rtl": "right to left",
}
"""What a menu says in place of a choice's own short name."""

_STOPS = 100
"""A slider with more stops is too fine for a hand: a number to type is better."""


def control(name: str, parameter: Parameter, value: object) -> Widget:
    """Return a control for a parameter, with the name of its field beside it.

    A tick for yes and no, a menu for a choice, a slider for a short range of numbers,
    and a number to type for a long one.
    """
    label = name.replace("_", " ")
    if parameter.is_switch:
        return Checkbox(value, description=label, indent=False)
    if parameter.choices:
        options = [(_word(choice), shown(choice)) for choice in parameter.choices]
        return Dropdown(options=options, value=shown(value), description=label)
    words: dict[str, Any] = {
        "description": label,
        "tooltip": f"{label}, from {parameter.low:g} to {parameter.high:g}",
    }
    stops = (parameter.high - parameter.low) / parameter.pace
    ends: tuple[float, float]
    if parameter.is_whole:
        kind = IntSlider if stops <= _STOPS else BoundedIntText
        ends = int(parameter.low), int(parameter.high)
    else:
        kind = FloatSlider if stops <= _STOPS else BoundedFloatText
        words["step"] = parameter.pace
        ends = parameter.low, parameter.high
    return kind(value, min=ends[0], max=ends[1], **words)


def shown(value: object) -> object:
    """Return what a control has for the value of a parameter."""
    return NOTHING if value is None else value


def meant(value: object) -> object:
    """Return the value of a parameter for what a control has."""
    return None if value == NOTHING else value


def _word(choice: object) -> str:
    return _WORDS.get(choice, str(choice))
