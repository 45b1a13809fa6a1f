"""`ModelPanel`: what the server says about the model it serves."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from ipywidgets import HTML, Button, HBox, ToggleButton, VBox

from digits_widget.serving import ModelMetadata, VersionStatus
from digits_widget.serving.labels import known_labels
from digits_widget.serving.listing import list_served
from digits_widget.serving.signature import INIT_OP, ModelSignature
from digits_widget.state import State
from digits_widget.widget.desk import Desk
from digits_widget.widget.server import LIVE_DEADLINE, turn_at
from digits_widget.widget.status import problem_html
from digits_widget.widget.study import Study
from digits_widget.widget.wire.wire import NOT_SENT


@dataclass(frozen=True)
class Facts:
    """What was learnt from the server."""

    target: str
    """Its address."""

    versions: tuple[VersionStatus, ...]
    """All versions of the model, highest first."""

    labels: Mapping[str, int]
    """The version behind each label that was found."""

    metadata: ModelMetadata
    """What the version that answers declares."""


class ModelPanel:
    """Show metadata and status of the server as tables.

    They are asked for when the panel is opened, when another version answers, when the
    server is back, and by a button.

    Parameters
    ----------
    desk : Desk
        What the parts of the widget share.
    """

    def __init__(self, desk: Desk) -> None:
        self._client = desk.answerer.client
        self._state = State()
        self._version: int | None = None
        self._is_stale = True
        self._facts: Facts | None = None
        self._lock = threading.RLock()
        self._study = Study(self._ask, self._done, self._fail, desk.background)
        self._refresh = Button(
            description="Refresh", tooltip="Ask the server again what it serves"
        )
        self._as_text = ToggleButton(
            description="As saved_model_cli prints it",
            tooltip="The signatures in the layout of saved_model_cli show --all",
        )
        self._refresh.on_click(desk.guard(lambda _button: self._study(self._state)))
        self._as_text.observe(desk.guard(lambda _change: self._draw()), names="value")
        self._line = HTML('<div role="status">Asking the server …</div>')
        self._line.add_class("digits-line")
        self._tables = HTML()
        self._tables.add_class("digits-tables")
        controls = HBox([self._refresh, self._as_text])
        controls.add_class("digits-controls")
        self.widget = VBox([controls, self._line, self._tables])
        self.widget.add_class("digits-model")

    def show(self, state: State) -> None:
        """Ask anew if `state` tells of another version, or of a server that is back."""
        with self._lock:
            self._state = state
            answer = state.prediction
            if answer is not None and answer.version != self._version:
                self._version, self._is_stale = answer.version, True
            # A server that is away is asked again when it has answered somebody.
            if not self._is_stale or (state.problem and self._facts is None):
                return
            self._is_stale = False
        self._study(state)

    def wait(self, timeout: float | None = None) -> bool:
        """Return once nothing is asked, or after `timeout` s; tell whether so."""
        return self._study.wait(timeout)

    def _ask(self, _state: State) -> Facts | None:
        client = self._client()
        if client is None:
            return None
        with turn_at(client.target):
            versions = client.status(timeout=LIVE_DEADLINE)
            labels = known_labels(client, timeout=LIVE_DEADLINE)
            metadata = client.metadata(timeout=LIVE_DEADLINE)
        return Facts(client.target, versions, labels, metadata)

    def _done(self, _state: State, facts: Facts | None) -> None:
        self._facts = facts
        words = NOT_SENT if facts is None else _sentence(facts)
        self._line.value = f'<div role="status">{escape(words)}</div>'
        self._draw()

    def _fail(self, _state: State, problem: Exception) -> None:
        with self._lock:
            self._facts, self._is_stale, self._version = None, True, None
        self._line.value = problem_html(problem)
        self._draw()

    def _draw(self) -> None:
        facts = self._facts
        if facts is None:
            self._tables.value = ""
        elif self._as_text.value:
            listed = escape(list_served(facts.metadata))
            self._tables.value = (
                '<div class="digits-scroll" tabindex="0" '
                f'data-lm-suppress-shortcuts="true"><pre>{listed}</pre></div>'
            )
        else:
            self._tables.value = _versions(facts) + _signatures(facts.metadata)


def _sentence(facts: Facts) -> str:
    ready = sum(each.is_ready for each in facts.versions)
    count = len(facts.versions)
    plural = "version" if count == 1 else "versions"
    version = facts.metadata.version
    answers = "" if version is None else f"; version {version} answers"
    return (
        f"{facts.metadata.model} at {facts.target}: {count} {plural}, {ready} ready"
        f"{answers}."
    )


def _versions(facts: Facts) -> str:
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
    heads = ("Version", "State", "Labels", "")
    return _table("Versions", heads, rows) + f'<p class="digits-hint">{note}</p>'


def _signatures(metadata: ModelMetadata) -> str:
    rows = [
        row
        for signature in metadata.signatures.values()
        if signature.name != INIT_OP
        for row in _signature(signature)
    ]
    heads = ("Signature", "", "Name", "Type", "Shape", "In the graph")
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
