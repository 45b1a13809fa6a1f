"""`Option`: one thing that a method lets you choose, and the values it takes."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from digits_widget.errors import OptionError

Value = str | float | int | bool | None


@dataclass(frozen=True)
class Option:
    """What may be chosen: one of some words or numbers, a number in a range, a yes."""

    meaning: str
    """One sentence for people."""

    default: Value
    """Taken when nothing is said."""

    choices: tuple[Value, ...] = ()
    """The values it takes, where these can be listed."""

    low: float = -math.inf
    """The smallest number it takes."""

    high: float = math.inf
    """The largest number it takes."""

    @property
    def takes(self) -> str:
        """The values it takes, in words."""
        if self.choices:
            return " or ".join(repr(choice) for choice in self.choices)
        kind = "a whole number" if isinstance(self.default, int) else "a number"
        if math.isinf(self.high):
            return kind if math.isinf(self.low) else f"{kind} from {self.low:g}"
        return f"{kind} from {self.low:,.10g} to {self.high:,.10g}"

    def check(self, name: str, value: object) -> Value:
        """Return the value if the option takes it.

        Raises
        ------
        OptionError
            It does not; the message says what it takes.
        """
        accepted = self._listed(value) if self.choices else self._number(value)
        if not accepted:
            msg = f"Got {name}={value!r}, expected {self.takes}. {self.meaning}"
            raise OptionError(msg)
        return accepted[0]

    def parse(self, name: str, text: str) -> Value:
        """Read a value that was typed, as on a command line.

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
        # 1 == True in Python, but scan=1 is as likely a slip as a yes.
        return tuple(c for c in self.choices if type(c) is type(value) and c == value)[
            :1
        ]

    def _number(self, value: object) -> tuple[Value, ...]:
        if isinstance(value, bool | np.bool_):
            return ()
        number: float
        if isinstance(value, int | np.integer):
            if not self.low <= value <= self.high:  # It may be too large for a float.
                return ()
            number = int(value) if isinstance(self.default, int) else float(value)
        elif isinstance(value, float | np.floating) and isinstance(self.default, float):
            number = float(value)
        else:
            return ()
        return (number,) if self.low <= number <= self.high else ()
