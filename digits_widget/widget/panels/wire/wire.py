"""`WirePanel`: request and response of this very prediction, byte by byte."""

from __future__ import annotations

import numpy as np
from ipywidgets import HTML, DOMWidget, HBox, ToggleButton, ToggleButtons, VBox
from numpy.typing import NDArray

from digits_widget.prediction import Timing
from digits_widget.state import State
from digits_widget.widget import html
from digits_widget.widget.panel import WorkingPanel
from digits_widget.widget.panels.wire.message_table import table, text
from digits_widget.widget.predictors import (
    NOT_SENT,
    Exchange,
    from_tensor_proto,
    rest_at,
)


class WirePanel(WorkingPanel["Exchange | None"]):
    """Show the messages about the drawing."""

    blank = "Draw a digit, and see the bytes that ask about it."

    def build(self) -> DOMWidget:
        """Make a summary above the chosen page."""
        guard = self.context.guard
        self._exchange: Exchange | None = None
        self._view = ToggleButtons(
            options=["Request", "Response", "Text", "grpcurl", "curl", "Python"],
            description="Show",
            tooltips=[
                "The bytes that went out, field by field",
                "The bytes that came back, field by field",
                "Both messages in protobuf's text form",
                "The same question for grpcurl, to paste into a shell",
                "The same question over REST, to paste into a shell",
                "The same question in Python, with this package's client",
            ],
        )
        self._packing = ToggleButtons(
            options=[("tensor_content", "content"), ("float_val", "values")],
            description="Numbers as",
            tooltips=["As they lie in memory", "As a list of numbers"],
        )
        self._unfold = ToggleButton(
            description="Every number", tooltip="Unfold the image in the messages"
        )
        self._summary, self._page = HTML(), HTML()
        self._summary.add_class("digits-call")
        self._page.add_class("digits-page")
        self._view.observe(guard(self._turn), names="value")
        self._unfold.observe(guard(self._turn), names="value")
        self._packing.observe(guard(self._turn), names="value")
        controls = HBox([self._view, self._packing, self._unfold])
        controls.add_class("digits-controls")
        self.body = VBox([self._summary, controls, self._page])
        self.body.add_class("digits-body")
        content = VBox([self.line, self.body])
        content.add_class("digits-wire")
        return content

    def work(self, state: State) -> Exchange | None:
        """Find the bytes of the prediction's own request and response."""
        assert state.trace is not None  # noqa: S101 - only traces are answered
        assert state.prediction is not None  # noqa: S101 - as `WorkingPanel` says
        return self.context.predictor.exchange(state.prediction, state.trace.tensor)

    def draw(self, result: Exchange | None) -> str:
        """Show sizes, times and the chosen page."""
        self._exchange = result
        if result is None:
            self._summary.value = self._page.value = ""
            return NOT_SENT
        self._turn()
        answer = result.predictions[0]
        version = "" if answer.version is None else f" version {answer.version}"
        return (
            f"{answer.model}{version} at {result.target}: {len(result.request):,} "
            f"bytes out, {len(result.response):,} back, in "
            f"{1000 * answer.timing.total:.1f}\N{NO-BREAK SPACE}ms."
        )

    def clear(self) -> None:
        """Show that there are no messages."""
        self._exchange = None
        self._summary.value, self._page.value = _call("", None), ""

    def _turn(self, _change: object = None) -> None:
        exchange = self._exchange
        if exchange is None:
            return
        packing, went = self._packing.value, _WENT
        if packing == "values":
            exchange, went = exchange.repacked(packing), _REPACKED
        elif exchange.predictions[0] is not self.state.prediction:
            went = _ASKED_AGAIN
        self._summary.value = _summary(exchange, went)
        self._page.value = _page(exchange, self._view.value, self._unfold.value)


_WENT = "These are the very bytes that went for this drawing, and those that came back."
_REPACKED = (
    "The request is shown with its numbers as a list. What went had them as they lie "
    "in memory."
)
_ASKED_AGAIN = (
    "This moment was asked about together with others, and is now asked about once "
    "more to show its bytes."
)


def _summary(exchange: Exchange, went: str) -> str:
    """Return the request's content, and the time of each stage."""
    sent = _sent(exchange)
    is_tile = np.array_equal(sent.reshape(-1), exchange.images[0].reshape(-1))
    same = (
        "the very numbers of the last tile under Steps, value for value"
        if is_tile
        else "the last tile under Steps in the model's own numbers"
    )
    shape = " by ".join(map(str, sent.shape))
    json = len(exchange.curl().split("<<'END'\n")[1].rsplit("\nEND", 1)[0])
    words = (
        f"<p>The tensor in the request is {shape} {sent.dtype}: {same}. It takes "
        f"{sent.nbytes:,} of {len(exchange.request):,} bytes; the same question as "
        f"JSON over REST takes {json:,}.</p><p>{went}</p>"
    )
    return _call(words, exchange)


def _call(words: str, exchange: Exchange | None) -> str:
    timing = exchange.predictions[0].timing if exchange else None
    return f'<div class="digits-call-words">{words}</div>{stages(timing)}'


def _sent(exchange: Exchange) -> NDArray[np.generic]:
    inputs = exchange.request.message.inputs
    (name,) = inputs
    return from_tensor_proto(inputs[name])


def _page(exchange: Exchange, view: str, unfold: bool) -> str:  # noqa: FBT001 - a toggle
    if view == "Request":
        numbers = _sent(exchange).reshape(28, 28) if unfold else None
        return table(exchange.request, numbers)
    if view == "Response":
        return table(exchange.response, None)
    if view == "Text":
        both = (exchange.request, exchange.response)
        return html.text_box(
            "\n\n".join(text(each, folded=not unfold) for each in both)
        )
    pastes = {
        "grpcurl": exchange.grpcurl,
        "curl": exchange.curl(rest_at(exchange.target)),
        "Python": exchange.python,
    }
    return html.text_box(pastes[view], style="digits-paste")


STAGES = {
    "preparing": "shape and type, as the model declares",
    "encoding": "the request is written",
    "waiting": "the wire, the server and the model",
    "decoding": "the response is read",
}
"""The stages in words, by their names in `Timing`."""


def stages(timing: Timing | None) -> str:
    """Return one bar for each stage, to one scale; empty bars without `timing`."""
    rows = "".join(_row(name, timing) for name in STAGES)
    total = f"{1000 * timing.total:.2f} ms" if timing else ""
    return (
        f'<table class="digits-stages"><tbody>{rows}<tr><th scope="row">in all</th>'
        f"<td></td><td>{total}</td></tr></tbody></table>"
    )


def _row(name: str, timing: Timing | None) -> str:
    seconds = float(getattr(timing, name)) if timing else 0.0
    share = seconds / timing.total if timing and timing.total else 0.0
    number = f"{1000 * seconds:.2f} ms" if timing else ""
    return (
        f'<tr title="{STAGES[name]}"><th scope="row">{name}</th>'
        f'<td class="digits-track"><div style="width:{100 * share:.1f}%"></div></td>'
        f"<td>{number}</td></tr>"
    )
