"""Ten drawings that come with the project, one of each digit.

They were made for it: points set by hand, joined by smooth curves, a little shaken.
They need no network and no hand, so tests, notebooks and a first look use them.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from digits_widget.drawing import Drawing
from digits_widget.errors import OptionError


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
        Anything else.
    """
    if isinstance(digit, bool) or digit not in range(10):
        msg = f"Got {digit!r}, expected a digit from 0 to 9."
        raise OptionError(msg)
    text = files(__name__).joinpath(f"{int(digit)}.json").read_text(encoding="utf-8")
    return Drawing.from_json(text)


def samples() -> tuple[Drawing, ...]:
    """Return all ten bundled drawings, in the order of their digits."""
    return tuple(sample(digit) for digit in range(10))
