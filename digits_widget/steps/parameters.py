"""What may be chosen about a step: an `Option` for each field, beside its default.

The step refuses everything else, and the widget makes a control of it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import field, fields, is_dataclass, replace
from typing import Any, Protocol, runtime_checkable

from digits_widget.option import Option, Value
from digits_widget.steps.step import Step

_OPTION = "option"


@runtime_checkable
class TunableStep(Protocol):
    """A step that itself says what can be chosen: where that depends on a choice."""

    def parameters(self) -> Mapping[str, Option]:
        """Return what can be chosen now, by name."""
        ...

    def values(self) -> Mapping[str, Any]:
        """Return what is chosen, by the same names."""
        ...

    def changed(self, name: str, value: object) -> Step:
        """Return the step with another choice.

        Parameters
        ----------
        name : str
            Name of the parameter.
        value : object
            Its new value.
        """
        ...


def option(
    default: Value,
    *,
    choices: tuple[Value, ...] = (),
    low: float = -math.inf,
    high: float = math.inf,
    pace: float | None = None,
) -> Any:  # noqa: ANN401 - of the field's own type, as `dataclasses.field` is
    """Return a dataclass field that says what it takes.

    Parameters
    ----------
    default, choices, low, high, pace
        As for `Option`.
    """
    takes = Option("", default, choices, low, high, pace)
    return field(default=default, metadata={_OPTION: takes})


def check_fields(step: object) -> None:
    """Refuse a step with a value that its field does not take; make numbers Python's.

    Raises
    ------
    OptionError
        The message says which, and what it takes.
    """
    for name, takes in _declared(step).items():
        # A step is frozen, and this is still its construction.
        object.__setattr__(step, name, takes.check(name, getattr(step, name)))


def parameters(step: Step) -> Mapping[str, Option]:
    """Return what can be chosen about a step, by name; nothing for a function."""
    return step.parameters() if isinstance(step, TunableStep) else _declared(step)


def values(step: Step) -> Mapping[str, Any]:
    """Return what is chosen, by the names of `parameters`."""
    if isinstance(step, TunableStep):
        return step.values()
    return {name: getattr(step, name) for name in _declared(step)}


def changed(step: Step, name: str, value: object) -> Step:
    """Return the step with another choice.

    Parameters
    ----------
    step : callable
        The step.
    name : str
        Name of the parameter.
    value : object
        Its new value.

    Raises
    ------
    OptionError
        The step does not take it.
    """
    if isinstance(step, TunableStep):
        return step.changed(name, value)
    changed: Step = replace(step, **{name: value})  # type: ignore[type-var]
    return changed


def _declared(step: object) -> dict[str, Option]:
    if not is_dataclass(step):
        return {}
    return {f.name: f.metadata[_OPTION] for f in fields(step) if _OPTION in f.metadata}
