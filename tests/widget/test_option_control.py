"""Controls show a value as it is: a browser must find no reason to change it."""

from __future__ import annotations

from typing import Any

import pytest
from ipywidgets import FloatSlider

from digits_widget.dithering import CATALOGUE
from digits_widget.option import Option
from digits_widget.pipeline import PRESETS
from digits_widget.steps import STEPS
from digits_widget.steps.parameters import parameters, values
from digits_widget.widget.option_control import option_control

USED = [
    *(kind() for kind in STEPS),
    *(step for pipeline in PRESETS.values() for step in pipeline.steps),
]
SHOWN = [
    *((n, o, values(step)[n]) for step in USED for n, o in parameters(step).items()),
    *(
        (n, o, o.default)
        for each in CATALOGUE.values()
        for n, o in each.options.items()
    ),
    ("at", Option("", 0.5, low=0.0, high=1.0), 127 / 255),
]


@pytest.mark.parametrize(("name", "parameter", "value"), SHOWN)
def test_a_slider_is_only_there_for_a_value_that_is_one_of_its_stops(
    name: str, parameter: Option, value: Any
) -> None:
    control = option_control(name, parameter, value)
    if isinstance(control, FloatSlider):
        # The browser would move it to the nearest stop, and report a change.
        stops = (control.value - control.min) / control.step
        assert stops == pytest.approx(round(stops))
    if isinstance(value, float) and not parameter.choices:
        assert control.value == value
