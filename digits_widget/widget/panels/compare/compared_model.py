"""`ComparedModel`: one of the two models to compare, and the controls to choose it."""

from __future__ import annotations

import threading
from html import escape

import numpy as np
from ipywidgets import HTML, Dropdown, Text, VBox
from numpy.typing import NDArray

from digits_widget.drawing import Drawing
from digits_widget.errors import EmptyDrawingError
from digits_widget.prediction import Prediction
from digits_widget.session import Session
from digits_widget.state import State
from digits_widget.trace import Trace
from digits_widget.widget import html
from digits_widget.widget.context import Context
from digits_widget.widget.predictors import RemotePredictor
from digits_widget.widget.worker import in_background

Choice = tuple[int | None, str | None]
"""A version or a label; the other one is None, and both for the newest version."""

NEWEST: Choice = (None, None)


class ComparedModel:
    """A model, and its answer about each drawing of the widget.

    Parameters
    ----------
    name : str
        A letter and a shape, such as ``A ●``.
    context : Context
        The objects that the parts of the widget share.
    version : int
        The version to begin with, if the server has it.
    """

    def __init__(self, name: str, context: Context, *, version: int) -> None:
        self.name = name
        self._context = context
        self._lock = threading.RLock()
        self._fed = State()
        self._named: tuple[object, RemotePredictor] | None = None
        self._is_filled = self._is_filling = False
        self.session = Session(self._prepare, self._predict, in_background)
        self.which = Dropdown(
            options=_options([1, 2], {}),
            value=(version, None),
            description=name,
            tooltip=f"The version or label that {name} asks",
        )
        self.address = _text("Server", "this widget's", f"Address that {name} asks")
        self.model = _text("Model", "this widget's", f"Model that {name} asks")
        self._caption = HTML()
        self._caption.add_class("digits-side-caption")
        self.label = _text("Label", "none", f"Label of a version that {name} asks")
        self._others = VBox([self.address, self.model, self.label])
        self.reveal(shown=False)
        self.widget = VBox([self.which, self._others, self._caption])
        self.widget.add_class("digits-side")
        self.session.subscribe(self._tell)
        self.which.observe(context.guard(self._ask_anew), names="value")
        for field in (self.address, self.model):
            field.observe(context.guard(self._move), names="value")
        self.label.observe(context.guard(self._take_label), names="value")

    def choose(
        self,
        *,
        server: str = "",
        model: str = "",
        version: int | None = None,
        label: str | None = None,
    ) -> None:
        """Choose another model, as the controls do.

        Parameters
        ----------
        server, model : str
            Address and name; if empty, those of the widget itself.
        version, label : int, str, optional
            One of them, or none for the newest version. A label may be off the menu.
        """
        choice = (version, label)
        known = dict(self.which.options)
        if choice not in known.values():
            self.which.options = [*self.which.options, (_title(choice), choice)]
        self.address.value, self.model.value = server, model
        self.which.value = choice

    def reveal(self, *, shown: bool) -> None:
        """Show or hide the fields for another server."""
        self._others.layout.display = "" if shown else "none"

    def feed(self, state: State) -> None:
        """Ask about the drawing of `state`, which has its trace already."""
        with self._lock:
            self._fed = state
            self.session.draw(state.drawing)
        self._fill_soon()

    def _prepare(self, drawing: Drawing) -> Trace:
        fed = self._fed
        if fed.trace is None or fed.drawing is not drawing:
            msg = "Got no ink, expected a drawing. Draw a digit."
            raise EmptyDrawingError(msg)
        return fed.trace

    def _predict(self, image: NDArray[np.float32]) -> Prediction:
        asked = self._server()
        return self._context.predictor(image) if asked is None else asked(image)

    def _server(self) -> RemotePredictor | None:
        """Return the server to ask; None for a function, which has no versions."""
        target, model = self.address.value.strip(), self.model.value.strip()
        own = None if target and model else self._context.predictor.address()
        if own is not None:
            target, model = target or own[0], model or own[1]
        if not target:
            return None
        model = model or "digits"
        version, label = self.which.value
        key = (target, model, version, label)
        if self._named is None or self._named[0] != key:
            server = RemotePredictor(target, model=model, version=version, label=label)
            # The panel compares confidences, even if a model returns logits.
            server.read_logits("softmax")
            self._named = key, server
        return self._named[1]

    def _ask_anew(self, _change: object = None) -> None:
        if not self._is_filling:
            self.session.use(self._prepare)

    def _take_label(self, change: dict[str, str]) -> None:
        """Choose the label that a person typed, since servers do not list their labels.

        If the field is emptied, the newest version answers.
        """
        label, before = (change[when].strip() or None for when in ("new", "old"))
        if label or self.which.value[1] == before:
            self.choose(server=self.address.value, model=self.model.value, label=label)

    def _move(self, _change: object) -> None:
        self._is_filled = False
        self._ask_anew()
        self._fill_soon()

    def _fill_soon(self) -> None:
        if not self._is_filled:
            self._is_filled = True
            in_background(self._fill)

    def _fill(self) -> None:
        """Put the server's versions and labels on the menu."""
        try:
            options = self._found()
        except Exception:  # noqa: BLE001 - the answer to the drawing says the same
            self._is_filled = False
            return
        chosen = self.which.value
        if list(self.which.options) == options:
            return
        values = [value for _, value in options]
        # ipywidgets chooses a new list's first entry for a moment: do not ask then.
        self._is_filling = True
        self.which.options = options
        self.which.value = chosen if chosen in values else values[0]
        self._is_filling = False
        if self.which.value != chosen:
            self._ask_anew()

    def _found(self) -> list[tuple[str, Choice]]:
        server = self._server()
        if server is None:
            return [("this widget's function", NEWEST)]
        versions, labels = server.versions()
        label = self.which.value[1]
        if label is not None:
            labels.setdefault(label, 0)
        return _options([each.version for each in versions if each.is_ready], labels)

    def _tell(self, state: State) -> None:
        if state.problem is not None:
            self._caption.value = html.problem(state.problem)
        elif state.prediction is not None:
            self._caption.value = (
                f"<div>{escape(_source(state.prediction, self))}</div>"
            )
            if not self._is_filled:
                self._fill_soon()

    @property
    def target(self) -> str:
        """The address of the server that answers; empty for a function."""
        return self._named[1].address()[0] if self._named else ""


def _source(prediction: Prediction, side: ComparedModel) -> str:
    if not side.target:
        return "This widget's function; nothing is sent."
    version = "" if prediction.version is None else f" version {prediction.version}"
    read = "" if prediction.logits is None else ", softmax of its logits"
    return f"{prediction.model}{version} at {side.target}{read}"


def _options(versions: list[int], labels: dict[str, int]) -> list[tuple[str, Choice]]:
    choices: list[Choice] = [NEWEST, *((number, None) for number in sorted(versions))]
    choices += [(None, label) for label in labels]
    return [(_title(choice), choice) for choice in choices]


def _title(choice: Choice) -> str:
    version, label = choice
    if label is not None:
        return f"label {label}"
    return "newest version" if version is None else f"version {version}"


def _text(title: str, placeholder: str, tooltip: str) -> Text:
    return Text(
        description=title,
        placeholder=placeholder,
        tooltip=tooltip,
        continuous_update=False,
    )
