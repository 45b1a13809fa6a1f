"""Ten bundled drawings, one of each digit.

They are points set by hand, joined by smooth curves with a little noise. Tests,
notebooks and first examples use them, because they need no network and no drawing.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from digits_widget.drawing import Drawing
from digits_widget.errors import OptionError, shortened


@cache
def sample(digit: int) -> Drawing:
    """Return the bundled drawing of `digit`.

    Parameters
    ----------
    digit : int
        0 to 9.

    Raises
    ------
    OptionError
        `digit` is not from 0 to 9.
    """
    if isinstance(digit, bool) or digit not in range(10):
        msg = f"Got {shortened(digit)}, expected a digit from 0 to 9."
        raise OptionError(msg)
    text = files(__name__).joinpath(f"{int(digit)}.json").read_text(encoding="utf-8")
    return Drawing.from_json(text)


def samples() -> tuple[Drawing, ...]:
    """Return all ten bundled drawings, in the order of their digits."""
    return tuple(sample(digit) for digit in range(10))
