"""`InsidePanel`: what each layer of the network makes of the drawing."""

from __future__ import annotations

import numpy as np
from ipywidgets import HTML, DOMWidget, HBox, ToggleButton, VBox
from numpy.typing import NDArray

from digits_widget.errors import SignatureError
from digits_widget.insight.layers import Network
from digits_widget.prediction import Prediction
from digits_widget.state import State
from digits_widget.widget.context import Context
from digits_widget.widget.panel import STALE, Panel
from digits_widget.widget.panels.inside.layer_sheet import layer_sheets
from digits_widget.widget.panels.model import ModelPanel
from digits_widget.widget.worker import Worker

Found = tuple[State, "Network | None"]


class InsidePanel(Panel):
    """Show the layers between tensor and bars, for every answer, while a person draws.

    Below, folded away, is what the server says about the model.

    Attributes
    ----------
    server : ModelPanel
        The server's tables.
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.server = ModelPanel(context)
        self._worker = Worker(self._ask, self._draw, self._fail)
        self._shown: Prediction | None = None

    def build(self) -> DOMWidget:
        """Make room for the layers, and a button for the server's tables."""
        self._layers = HTML()
        self._layers.add_class("digits-layers")
        self._map = HTML(_POINT)
        self._map.add_class("digits-map")
        self._body = VBox([self._map, self._layers])
        self._body.add_class("digits-inside")
        fold = ToggleButton(
            description="What the server says",
            tooltip="The model's versions, their states, and the signatures",
        )
        fold.observe(self.context.guard(self._unfold), names="value")
        controls = HBox([fold])
        controls.add_class("digits-controls")
        self._tables = VBox()
        self._tables.add_class("digits-server-says")
        self._clear(_BLANK)
        return VBox([self.line, self._body, controls, self._tables])

    def show(self, state: State) -> None:
        """Draw `state` if a page shows the panel; tell the server's tables."""
        super().show(state)
        self.server.show(state)

    def update(self, state: State) -> None:
        """Ask about the newest answer; a new drawing dims what was shown."""
        answer = state.prediction
        if answer is not None and answer is not self._shown:
            self._shown = answer
            self._worker(state)
        elif state.waiting:
            self._body.add_class(STALE)
        elif answer is None:
            self._shown = None
            self._worker.cancel()
            self._clear(_NO_ANSWER if state.problem else _BLANK)

    def _ask(self, state: State) -> Found:
        assert state.trace is not None  # noqa: S101 - only traces are answered
        assert state.prediction is not None  # noqa: S101 - see `update`
        return state, self.context.predictor.layers(
            state.prediction, state.trace.tensor
        )

    def _draw(self, found: Found) -> None:
        state, network = found
        assert state.trace is not None  # noqa: S101 - as above
        assert state.prediction is not None  # noqa: S101 - as above
        self._body.remove_class(STALE)
        if network is None:
            self._clear(_FUNCTION)
            return
        self._layers.value = layer_sheets(network, state.trace.tensor)
        self.say(_sentence(network, state.prediction, state.trace.tensor))

    def _fail(self, problem: Exception) -> None:
        if isinstance(problem, SignatureError):
            answer = self.state.prediction
            self._clear(_CLOSED if answer is None else _closed(answer))
        else:
            self._clear("")
            self.say_problem(problem)

    def _clear(self, words: str) -> None:
        self._body.remove_class(STALE)
        self._layers.value = ""
        self.say(words)

    def _unfold(self, change: dict[str, bool]) -> None:
        self._tables.children = [self.server.widget] if change["new"] else []


_POINT = '<div class="digits-map-view"></div>'
"""The page fills it: see `page/inside.js`."""

_BLANK = "Draw a digit, and see what each layer makes of it."
_NO_ANSWER = "No answer about this drawing."
_FUNCTION = "A function answers here, in this kernel: it shows no layers."
_CLOSED = (
    "This model does not show its layers. Export it again with: digits-widget export "
    "--activations"
)


def _closed(answer: Prediction) -> str:
    if answer.model == "digits" and answer.version == 1:
        return (
            "Version 1 is exactly the article's model, which does not show its layers. "
            "Choose Today, or DigitsWidget(version=2)."
        )
    return _CLOSED


def _sentence(network: Network, answer: Prediction, tensor: NDArray[np.float32]) -> str:
    version = "" if answer.version is None else f" version {answer.version}"
    widest = max(network.layers, key=lambda layer: layer.values.size)
    return (
        f"{answer.model}{version}: {tensor.size:,} numbers in, up to "
        f"{widest.values.size:,} on the way, {network.layers[-1].values.size} out."
    )
