"""`ModelPanel`: the server's facts about the model it serves."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from html import escape

from ipywidgets import HTML, Button, DOMWidget, HBox, ToggleButton, VBox

from digits_widget.state import State
from digits_widget.widget import html
from digits_widget.widget.panel import Panel
from digits_widget.widget.predictors import NOT_SENT, ModelFacts, ModelSignature
from digits_widget.widget.worker import Worker


class ModelPanel(Panel):
    """Show metadata and status of the server as tables.

    The panel asks when it opens, when another version answers, when the server is back,
    and when a person presses "Refresh".
    """

    def build(self) -> DOMWidget:
        """Make two buttons above the tables, and ask the server."""
        guard = self.context.guard
        self._version: int | None = None
        self._is_stale = True
        self._facts: ModelFacts | None = None
        self._lock = threading.RLock()
        self._worker = Worker(self.context.predictor.facts, self._done, self._fail)
        self._refresh = Button(
            description="Refresh", tooltip="Ask the server again what it serves"
        )
        self._as_text = ToggleButton(
            description="As saved_model_cli prints it",
            tooltip="The signatures in the layout of saved_model_cli show --all",
        )
        self._refresh.on_click(guard(lambda _button: self._worker()))
        self._as_text.observe(guard(lambda _change: self._draw()), names="value")
        self.say("Asking the server …")
        self._tables = HTML()
        self._tables.add_class("digits-tables")
        controls = HBox([self._refresh, self._as_text])
        controls.add_class("digits-controls")
        content = VBox([controls, self.line, self._tables])
        content.add_class("digits-model")
        return content

    def update(self, state: State) -> None:
        """Ask again if another version has answered, or the server is back."""
        with self._lock:
            answer = state.prediction
            if answer is not None and answer.version != self._version:
                self._version, self._is_stale = answer.version, True
            # If the server was away, ask again once it has answered about a drawing.
            if not self._is_stale or (state.problem and self._facts is None):
                return
            self._is_stale = False
        self._worker()

    def _done(self, facts: ModelFacts | None) -> None:
        self._facts = facts
        self.say(NOT_SENT if facts is None else _sentence(facts))
        self._draw()

    def _fail(self, problem: Exception) -> None:
        with self._lock:
            self._facts, self._is_stale, self._version = None, True, None
        self.say_problem(problem)
        self._draw()

    def _draw(self) -> None:
        facts = self._facts
        if facts is None:
            self._tables.value = ""
        elif self._as_text.value:
            self._tables.value = html.text_box(facts.listing)
        else:
            self._tables.value = _versions(facts) + _signatures(facts)


def _sentence(facts: ModelFacts) -> str:
    ready = sum(each.is_ready for each in facts.versions)
    count = len(facts.versions)
    plural = "version" if count == 1 else "versions"
    version = facts.metadata.version
    answers = "" if version is None else f"; version {version} answers"
    return (
        f"{facts.metadata.model} at {facts.target}: {count} {plural}, {ready} ready"
        f"{answers}."
    )


def _versions(facts: ModelFacts) -> str:
    rows = []
    for each in facts.versions:
        labels = [label for label, at in facts.labels.items() if at == each.version]
        mark = "●" if each.is_ready else "○"
        trouble = "" if each.code == "OK" else f"{each.code}: {each.message}"
        answers = "answers" if each.version == facts.metadata.version else ""
        rows.append(
            (
                str(each.version),
                f"{mark} {each.state}",
                ", ".join(labels) or "none",
                trouble or answers,
            )
        )
    note = (
        "No call lists labels; stable and canary were tried."
        if facts.labels
        else "No label named stable or canary; no call lists others."
    )
    heads = ("Version", "State", "Labels", "Note")
    return _table("Versions", heads, rows) + f'<p class="digits-hint">{note}</p>'


def _signatures(facts: ModelFacts) -> str:
    rows = [row for signature in facts.signatures for row in _signature(signature)]
    heads = ("Signature", "Role", "Name", "Type", "Shape", "In the graph")
    return _table("Signatures", heads, rows)


def _signature(signature: ModelSignature) -> list[tuple[str, ...]]:
    roles = [("input", spec) for spec in signature.inputs]
    roles += [("output", spec) for spec in signature.outputs]
    return [
        (
            "" if index else signature.name,
            role,
            spec.name,
            spec.short_dtype,
            "any" if spec.shape is None else str(spec.shape),
            spec.tensor,
        )
        for index, (role, spec) in enumerate(roles)
    ]


def _table(title: str, heads: Iterable[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in heads)
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>"
        for row in rows
    )
    return (
        '<div class="digits-wide" tabindex="0"><table class="digits-facts">'
        f"<caption>{title}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
