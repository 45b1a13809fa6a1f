"""`Desk`: what all parts of one widget share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from digits_widget.logits import Logits
from digits_widget.prediction import Prediction
from digits_widget.session import Session
from digits_widget.widget.background import Background
from digits_widget.widget.drawing.pad import Pad

if TYPE_CHECKING:
    from digits_widget.serving import Client


class Answerer(Protocol):
    """Whoever says what digits are on images. See `server.py` for all there are."""

    def __call__(self, image: NDArray[np.float32]) -> Prediction:
        """Answer about one (28, 28) float32 image in [0, 1], 1 is ink."""

    def many(self, images: NDArray[np.float32]) -> list[Prediction]:
        """Answer about (n, 28, 28) images, in one call where there is a server."""

    def client(self) -> Client | None:
        """Return the client of the server, once that is up; None if there is none."""

    def read_logits(self, logits: Logits) -> None:
        """Say what becomes of an answer that is logits, from the next question on."""

    def close(self) -> None:
        """Ask nothing more."""


@dataclass(frozen=True)
class Desk:
    """What all parts of one widget share."""

    session: Session
    """Publishes the states, and knows the pipeline."""

    pad: Pad
    """What is drawn; `pad.draw` puts something else there, as one action."""

    answerer: Answerer
    """Asks the model about batches; the session asks it about what is drawn."""

    background: Background
    """Runs functions in other threads."""

    guard: Callable[[Callable[..., Any]], Callable[..., None]]
    """Wraps every handler of a control, so that its errors are seen."""
