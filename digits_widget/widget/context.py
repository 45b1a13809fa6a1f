"""`Context`: the objects that all panels of one widget share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from digits_widget.session import Session
from digits_widget.widget.canvas.controller import Controller
from digits_widget.widget.predictors import Predictor


@dataclass(frozen=True)
class Context:
    """The objects that all panels of one widget share."""

    session: Session
    """Publishes the states, and knows the pipeline."""

    controller: Controller
    """Has the drawing; `controller.draw` replaces it, as one action."""

    predictor: Predictor
    """Asks the model about batches; the session asks it about the drawing."""

    say: Callable[[str], None]
    """Makes screen readers say a sentence, once."""

    def guard(self, handler: Callable[..., Any]) -> Callable[..., None]:
        """Wrap a control's handler, so that the widget shows its errors."""

        @wraps(handler)
        def guarded(*args: object) -> None:
            try:
                handler(*args)
            except Exception as exc:  # noqa: BLE001 - shown, whatever it is
                self.session.report(exc)

        return guarded
