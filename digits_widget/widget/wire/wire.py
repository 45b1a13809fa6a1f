"""`WirePanel`: request and response of this very prediction, opened up."""

from __future__ import annotations

from html import escape

import numpy as np
from ipywidgets import HTML, HBox, ToggleButton, ToggleButtons, VBox
from numpy.typing import NDArray

from digits_widget.serving import Client, Exchange
from digits_widget.serving.tensors import Packing, from_tensor_proto
from digits_widget.state import State
from digits_widget.widget.desk import Desk
from digits_widget.widget.inquiry import Inquiry
from digits_widget.widget.server import LIVE_DEADLINE, rest_at, turn_at
from digits_widget.widget.wire.annotated import table, text
from digits_widget.widget.wire.stages import stages

NOT_SENT = "A function answers here, in this kernel: nothing is sent."


class WirePanel:
    """Show what travelled for the drawing that rests.

    Parameters
    ----------
    desk : Desk
        What the parts of the widget share.
    """

    blank = "Draw a digit, and see the bytes that ask about it."

    def __init__(self, desk: Desk) -> None:
        self._client = desk.answerer.client
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
        self._view.observe(desk.guard(self._turn), names="value")
        self._unfold.observe(desk.guard(self._turn), names="value")
        self._packing.observe(desk.guard(self._pack), names="value")
        controls = HBox([self._view, self._packing, self._unfold])
        controls.add_class("digits-controls")
        self.body = VBox([self._summary, controls, self._page])
        self.body.add_class("digits-body")
        self._inquiry = Inquiry(self, desk.background)
        self.widget = VBox([self._inquiry.line, self.body])
        self.widget.add_class("digits-wire")

    def show(self, state: State) -> None:
        """Ask about the drawing of `state` once it rests, and keep the bytes."""
        self._inquiry(state)

    def work(self, state: State) -> Exchange | None:
        """Ask the same once more, this time keeping both messages."""
        assert state.trace is not None  # noqa: S101 - only traces are answered
        client = self._client()
        if client is None:
            return None
        with turn_at(client.target):
            exchange = client.capture(state.trace.tensor, timeout=LIVE_DEADLINE)
            if self._packing.value == "values":
                other = _repacked(client, exchange, "values")
                exchange = other.capture(state.trace.tensor, timeout=LIVE_DEADLINE)
        return exchange

    def draw(self, result: Exchange | None) -> str:
        """Show sizes, times and the chosen page."""
        self._exchange = result
        if result is None:
            self._summary.value = self._page.value = ""
            return NOT_SENT
        self._summary.value = _summary(result)
        self._turn()
        answer = result.predictions[0]
        version = "" if answer.version is None else f" version {answer.version}"
        return (
            f"{answer.model}{version} at {result.target}: {len(result.request):,} "
            f"bytes out, {len(result.response):,} back, in "
            f"{1000 * answer.timing.total:.1f}\N{NO-BREAK SPACE}ms."
        )

    def clear(self) -> None:
        """Show that nothing has travelled."""
        self._exchange = None
        self._summary.value, self._page.value = _call("", None), ""

    def _turn(self, _change: object = None) -> None:
        exchange = self._exchange
        if exchange is not None:
            self._page.value = _page(exchange, self._view.value, self._unfold.value)

    def _pack(self, _change: object) -> None:
        self._inquiry.again()


def _repacked(client: Client, exchange: Exchange, packing: Packing) -> Client:
    asked = exchange.servable
    return Client(
        client.target,
        model=asked.name,
        version=asked.version,
        label=asked.label,
        packing=packing,
        # Its answer is only shown as bytes, whatever kind of numbers they are.
        logits="softmax",
    )


def _summary(exchange: Exchange) -> str:
    """Return what the request carries, and where the time went."""
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
        f"JSON over REST takes {json:,}.</p><p>This is the question of this drawing, "
        "asked once more to keep its bytes.</p>"
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
        return _paste("\n\n".join(text(each, folded=not unfold) for each in both), "")
    pastes = {
        "grpcurl": exchange.grpcurl,
        "curl": exchange.curl(rest_at(exchange.target)),
        "Python": exchange.python,
    }
    return _paste(pastes[view], "Click into it to select all of it, then copy.")


def _paste(words: str, hint: str) -> str:
    whole = ' class="digits-paste"' if hint else ""
    # Without the attribute, JupyterLab takes keys pressed here for its own.
    return (
        f'<p class="digits-hint">{hint}</p><div class="digits-scroll" tabindex="0" '
        f'data-lm-suppress-shortcuts="true"><pre{whole}>{escape(words)}</pre></div>'
    )
