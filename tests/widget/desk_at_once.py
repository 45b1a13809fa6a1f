"""A desk whose background works at once: what a panel shows is there when asked."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from digits_widget.pipeline import PRESETS
from digits_widget.session import Session
from digits_widget.widget.background import Background
from digits_widget.widget.desk import Answerer, Desk


class AtOnce(Background):
    """Runs everything in the thread that asks for it, without waiting."""

    def __call__(self, work: Callable[[], None]) -> None:
        """Run `work`."""
        work()

    def after(self, seconds: float, work: Callable[[], None]) -> threading.Timer:
        """Run `work`, and return a timer that is over."""
        work()
        return threading.Timer(seconds, work)


def desk_at_once(answerer: Answerer) -> Desk:
    """Return a desk for tests of panels; errors of handlers are raised."""
    background = AtOnce()
    session = Session(PRESETS["mnist"], answerer, background)
    pad: Any = None

    def guard(handler: Callable[..., Any]) -> Callable[..., None]:
        return handler

    return Desk(session, pad, answerer, background, guard)
