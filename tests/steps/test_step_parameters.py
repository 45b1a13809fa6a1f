"""What every field of every step takes, as the filmstrip's controls are told."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from digits_widget.dithering import CATALOGUE
from digits_widget.errors import OptionError
from digits_widget.option import Option
from digits_widget.steps import STEPS, Dither, ToTensor
from digits_widget.steps.parameters import changed, parameters, values

PLAIN = [kind for kind in STEPS if kind is not Dither]
EVERY = [
    pytest.param(kind(), name, parameter, id=f"{kind.name}-{name}")
    for kind in STEPS
    for name, parameter in parameters(kind()).items()
]


@pytest.mark.parametrize("kind", PLAIN, ids=lambda kind: kind.name)
def test_every_field_says_what_it_takes(kind: type[Any]) -> None:
    assert parameters(kind()).keys() == {f.name for f in fields(kind)}
    assert values(kind()).keys() == parameters(kind()).keys()


@pytest.mark.parametrize(("step", "name", "parameter"), EVERY)
def test_a_step_takes_what_it_says_and_nothing_beyond(
    step: Any, name: str, parameter: Option
) -> None:
    taken = parameter.choices or (parameter.low, parameter.high)
    for value in taken:
        if isinstance(step, ToTensor) and value == "uint8":
            continue
        number = (
            int(str(value)) if parameter.is_whole and not parameter.choices else value
        )
        assert values(changed(step, name, number))[name] == value
    beyond = "no such" if parameter.choices else parameter.high + 1
    with pytest.raises(OptionError):
        changed(step, name, beyond)


@pytest.mark.parametrize("method", CATALOGUE)
def test_dither_offers_what_its_method_does(method: str) -> None:
    step = Dither(method)
    assert parameters(step).keys() == {"method", "like", *CATALOGUE[method].options}
    for like in parameters(step)["like"].choices:
        assert values(changed(step, "like", like))["like"] == like


def test_another_method_keeps_only_the_options_it_has() -> None:
    step = Dither("floyd-steinberg", scan="serpentine", strength=0.5)
    assert changed(step, "method", "bayer-8x8") == Dither("bayer-8x8", strength=0.5)
    pillow = Dither("floyd-steinberg", like="pillow")
    assert changed(pillow, "method", "riemersma") == Dither("riemersma")


def test_a_function_lets_nothing_be_chosen() -> None:
    assert parameters(abs) == values(abs) == {}
