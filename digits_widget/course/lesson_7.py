"""What is right in lesson 7, In production."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from numbers import Integral, Real

import numpy as np
from numpy.typing import NDArray

from digits_widget.model_server.embedded import EmbeddedServer
from digits_widget.serving import Client

_TIMES = 4000
"""How often `choose` is called. Of 4,000 times, one in ten is 343 to 457 times, but for
one case in 300 million."""

_FEWEST, _MOST = 0.075, 0.125
"""What counts as one in ten."""

_ASKED = 300
"""Requests of exercise 2."""


def exercise_1(
    choose: Callable[[], Client], stable: Client, canary: Client
) -> str | None:
    """Send one request in ten to the canary.

    Parameters
    ----------
    choose : callable
        Returns the client for the next request.
    stable, canary : Client
        The clients to choose from.
    """
    if not callable(choose):
        return "choose is not a function any more. Run the cell with def choose."
    chosen: list[object] = [choose() for _ in range(_TIMES)]
    if chosen[0] is ...:
        return "Put your code in the place of the three dots."
    if strange := [each for each in chosen if each not in (stable, canary)]:
        return (
            f"choose returned {type(strange[0]).__name__}. It returns one of the two "
            "clients, stable or canary, without quotes."
        )
    share = chosen.count(canary) / _TIMES
    if _FEWEST <= share <= _MOST:
        return None
    if share in {0, 1}:
        return (
            f"It always chooses {'canary' if share else 'stable'}. Leave it to chance."
        )
    hint = "Are the two exchanged?" if share > 1 - _MOST else "Look at the number 0.1."
    return f"{share:.0%} of the requests go to the canary, not one in ten. {hint}"


def exercise_2(revived: int, servers: Sequence[EmbeddedServer]) -> str | None:
    """Count what a server answers that has come back.

    Parameters
    ----------
    revived : int
        Answers of the second server, of 300.
    servers : sequence of EmbeddedServer
        The three of the lesson.
    """
    if isinstance(revived, bool) or not isinstance(revived, Integral):
        return "revived is one whole number: the second server's, at place 1."
    if not servers[1].is_running:
        return "The second server is not running. Start it with servers[1].start()."
    if revived == 0:
        return "The client has not tried the address again yet. Ask 300 times more."
    if not 0 < revived <= _ASKED / 2:
        return (
            f"Of {_ASKED} requests three servers share, one answers about a third. "
            "Compute before again, just before you ask."
        )
    return None


def exercise_3(
    slow: float, bounds: NDArray[np.float64], totals: NDArray[np.float64]
) -> str | None:
    """Find the 99th percentile in a histogram.

    Parameters
    ----------
    slow : float
        The bound, in milliseconds.
    bounds : ndarray
        (n,) milliseconds, ascending.
    totals : ndarray
        (n,) requests that took no longer.
    """
    if isinstance(slow, bool) or not isinstance(slow, Real):
        return "slow is one number, in milliseconds."
    place, middle = (int(np.argmax(totals >= q * totals[-1])) for q in (0.99, 0.5))
    if np.isclose(slow, bounds[place]):
        return None
    if slow == place:
        return "That is the place of the bound. Take the bound itself: bounds[…]."
    if np.isclose(slow, bounds[middle]):
        return "That is the median. Take 99 of 100 requests instead of half of them."
    if np.isclose(slow, 1000 * bounds[place]):
        return "That is in microseconds. The bounds are in milliseconds already."
    share = totals[bounds <= slow].max(initial=0) / totals[-1]
    return (
        f"{share:.1%} of the requests took at most {slow:.3g} ms. Find the first bound "
        "with at least 99 %."
    )
