"""What the tests of the widget share. There is no browser and no kernel here."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from digits_widget.prediction import Prediction
from digits_widget.widget import DigitsWidget

Send = Callable[..., None]
"""Sends an event to a widget's canvas, as a browser does."""


def answer(image: NDArray[np.float32]) -> Prediction:
    """Answer 3, whatever is asked."""
    assert image.shape == (28, 28)
    confidences = np.full(10, 0.01)
    confidences[3] = 0.91
    return Prediction(confidences)


@pytest.fixture
def widget() -> Iterator[DigitsWidget]:
    """Make a widget whose model always says 3."""
    widget = DigitsWidget(predict=answer)
    yield widget
    widget.close()


@pytest.fixture
def send(widget: DigitsWidget) -> Send:
    """Return what sends events to the widget's canvas; coordinates are shares."""
    canvas = widget._canvas._canvas

    def send(event: str, *places: tuple[float, float], **keys: object) -> None:
        side = canvas.width
        points = [{"x": x * side, "y": y * side} for x, y in places]
        content: dict[str, Any] = {"event": event, **keys}
        if event.startswith("touch"):
            content["touches"] = points
        elif points:
            content.update(points[0])
        canvas._handle_frontend_event(canvas, content, [])

    return send


@pytest.fixture
def settled() -> Iterator[Callable[[], None]]:
    """Return what waits until the threads that this test started have ended."""
    before = set(threading.enumerate())

    def wait() -> None:
        deadline = time.monotonic() + 20
        while set(threading.enumerate()) - before:
            # Not joined: one that another thread is just starting cannot be yet.
            assert time.monotonic() < deadline
            time.sleep(0.002)

    yield wait
    wait()
