"""`Option`: one thing that a step or a dithering method lets you choose."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from digits_widget.errors import OptionError, UnknownMethodError
from digits_widget.nearest_names import nearest_names

Value = str | float | int | bool | tuple[int, ...] | None


@dataclass(frozen=True)
class Option:
    """One of some values, a whole number or a number in a range, or yes and no."""

    meaning: str
    """One sentence for people; may be empty."""

    default: Value
    """Taken when the caller chooses nothing."""

    choices: tuple[Value, ...] = ()
    """The values it takes, where these can be listed."""

    low: float = -math.inf
    """The smallest number it takes."""

    high: float = math.inf
    """The largest number it takes."""

    pace: float | None = None
    """The smallest change worth a look; without one, 1 or 0.05."""

    @property
    def is_switch(self) -> bool:
        """Whether it takes True and False."""
        return isinstance(self.default, bool)

    @property
    def is_whole(self) -> bool:
        """Whether it takes whole numbers only."""
        return isinstance(self.default, int) and not self.is_switch

    @property
    def smallest_change(self) -> float:
        """The smallest change worth a look, of a number."""
        return self.pace or (1 if self.is_whole else 0.05)

    @property
    def takes(self) -> str:
        """The values it takes, in words."""
        if self.choices:
            return " or ".join(repr(choice) for choice in self.choices)
        kind = "a whole number" if self.is_whole else "a number"
        if math.isinf(self.high):
            return kind if math.isinf(self.low) else f"{kind} from {self.low:g}"
        return f"{kind} from {self.low:,.10g} to {self.high:,.10g}"

    def check(self, name: str, value: object) -> Value:
        """Return the value if the option takes it.

        Parameters
        ----------
        name : str
            The option's name, for the message.
        value : object
            The caller's choice.

        Raises
        ------
        UnknownMethodError
            A word that is not among the choices; the message names the nearest.
        OptionError
            Another value that it does not take; the message says what it takes.
        """
        accepted = self._listed(value) if self.choices else self._number(value)
        if accepted:
            return accepted[0]
        words = [choice for choice in self.choices if isinstance(choice, str)]
        near = nearest_names(value, words, most=2) if isinstance(value, str) else []
        hint = f" Perhaps {' or '.join(near)}?" if near else ""
        msg = f"Got {name}={value!r}, expected {self.takes}.{hint} {self.meaning}"
        raise (UnknownMethodError if words else OptionError)(msg.rstrip())

    def parse(self, name: str, text: str) -> Value:
        """Read a value that was typed, as on a command line.

        Parameters
        ----------
        name : str
            The option's name, for the message.
        text : str
            What the person typed.

        Raises
        ------
        OptionError
            The option does not take it; the message says what it takes.
        """
        typed = {str(choice).lower(): choice for choice in self.choices}
        if text.lower() in typed:
            return typed[text.lower()]
        for kind in (int, float):
            with suppress(ValueError):
                return self.check(name, kind(text))
        return self.check(name, text)

    def _listed(self, value: object) -> tuple[Value, ...]:
        return tuple(choice for choice in self.choices if _is_same(choice, value))[:1]

    def _number(self, value: object) -> tuple[Value, ...]:
        if isinstance(value, bool | np.bool_):
            return ()
        number: float
        if isinstance(value, int | np.integer):
            if not self.low <= value <= self.high:  # It may be too large for a float.
                return ()
            number = int(value) if self.is_whole else float(value)
        elif isinstance(value, float | np.floating) and not self.is_whole:
            number = float(value)
        else:
            return ()
        return (number,) if self.low <= number <= self.high else ()


def _is_same(choice: Value, value: object) -> bool:
    """Compare as a person does: 255 is 255.0, but 1 is not True."""
    numbers = isinstance(choice, int | float) and isinstance(value, int | float)
    if numbers and isinstance(choice, bool) == isinstance(value, bool):
        return choice == value
    return type(choice) is type(value) and choice == value
