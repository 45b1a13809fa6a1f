"""`Parameter`: what a field of a step takes, said once, beside its default.

The step refuses everything else, and the filmstrip makes a control of it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Protocol, runtime_checkable

from digits_widget.steps.checks import (
    check_choice,
    check_number,
    check_switch,
    check_whole,
)
from digits_widget.steps.step import Step

_TAKES = "takes"


@dataclass(frozen=True)
class Parameter:
    """What one field of a step takes: one of some values, or a number in a range."""

    choices: tuple[Any, ...] = ()
    """All values, where these can be listed; empty for a number."""

    low: float = -math.inf
    """The smallest number."""

    high: float = math.inf
    """The largest number."""

    pace: float = 1
    """The smallest change that is worth a look."""

    is_whole: bool = True
    """Whether only whole numbers will do."""

    @property
    def is_switch(self) -> bool:
        """Whether it takes True and False."""
        return set(self.choices) == {False, True} and isinstance(self.choices[0], bool)

    def check(self, name: str, value: object) -> None:
        """Refuse what it does not take.

        Raises
        ------
        OptionError
            The message says what it takes.
        """
        if self.is_switch:
            check_switch(name, value)
        elif self.choices:
            check_choice(name, value, self.choices)
        elif self.is_whole:
            check_whole(name, value, int(self.low), int(self.high))
        else:
            check_number(name, value, self.low, self.high)


@runtime_checkable
class TunableStep(Protocol):
    """A step that itself says what can be chosen: where that depends on a choice."""

    def parameters(self) -> Mapping[str, Parameter]:
        """Return what can be chosen now, by name."""
        ...

    def values(self) -> Mapping[str, Any]:
        """Return what is chosen, by the same names."""
        ...

    def changed(self, name: str, value: object) -> Step:
        """Return the step with another choice."""
        ...


def number(low: float, high: float, *, pace: float = 0.05) -> dict[str, Parameter]:
    """Say for ``field(metadata=…)`` that a field takes numbers from `low` to `high`."""
    return {_TAKES: Parameter((), low, high, pace, is_whole=False)}


def whole(low: int, high: int) -> dict[str, Parameter]:
    """Say that a field takes whole numbers from `low` to `high`."""
    return {_TAKES: Parameter((), low, high)}


def choice(*choices: object) -> dict[str, Parameter]:
    """Say that a field takes one of these."""
    return {_TAKES: Parameter(choices)}


def switch() -> dict[str, Parameter]:
    """Say that a field takes False and True."""
    return choice(False, True)


def check_fields(step: object) -> None:
    """Refuse a step with a value that its field does not take.

    Raises
    ------
    OptionError
        The message says which, and what it takes.
    """
    for name, parameter in _declared(step).items():
        parameter.check(name, getattr(step, name))


def parameters(step: Step) -> Mapping[str, Parameter]:
    """Return what can be chosen about a step, by name; nothing for a function."""
    return step.parameters() if isinstance(step, TunableStep) else _declared(step)


def values(step: Step) -> Mapping[str, Any]:
    """Return what is chosen, by the names of `parameters`."""
    if isinstance(step, TunableStep):
        return step.values()
    return {name: getattr(step, name) for name in _declared(step)}


def changed(step: Step, name: str, value: object) -> Step:
    """Return the step with another choice.

    Raises
    ------
    OptionError
        The step does not take it.
    """
    if isinstance(step, TunableStep):
        return step.changed(name, value)
    changed: Step = replace(step, **{name: value})  # type: ignore[type-var]
    return changed


def _declared(step: object) -> dict[str, Parameter]:
    if not is_dataclass(step):
        return {}
    return {f.name: f.metadata[_TAKES] for f in fields(step) if _TAKES in f.metadata}
