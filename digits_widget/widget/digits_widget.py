"""`DigitsWidget`: draw a digit, see every step, see the model's answer.

All rooms meet here. A drawing travels one way only: from the canvas to the controller,
from the controller to the session, from the session to the panels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextvars import copy_context
from functools import partial
from html import escape
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from ipywidgets import HTML, Box, DOMWidget, Stack, ToggleButtons, VBox, link
from numpy.typing import NDArray
from traitlets import Instance

from digits_widget.datasets.disagreements import Disagreements
from digits_widget.drawing import Drawing
from digits_widget.pipeline import find_preset
from digits_widget.prediction import DIGITS, Prediction
from digits_widget.session import Session
from digits_widget.state import State
from digits_widget.trace import Trace
from digits_widget.widget.canvas.autosave import Autosave
from digits_widget.widget.canvas.canvas import Canvas
from digits_widget.widget.canvas.controller import Controller
from digits_widget.widget.canvas.files import load, save
from digits_widget.widget.canvas.more_tools import MoreTools
from digits_widget.widget.canvas.pen_width import PenWidth
from digits_widget.widget.canvas.renderer import Renderer
from digits_widget.widget.canvas.sample_row import SampleRow
from digits_widget.widget.canvas.toolbar import Toolbar
from digits_widget.widget.cell import (
    Cell,
    CellOutput,
    PartOutput,
    is_page,
    owned_widgets,
)
from digits_widget.widget.context import Context
from digits_widget.widget.overlay import GONE, GONE_IN_A_PAGE
from digits_widget.widget.panel import Panel
from digits_widget.widget.panels.compare.compare import ComparePanel
from digits_widget.widget.panels.confidences.confidences import (
    ConfidencesPanel,
    sentence,
)
from digits_widget.widget.panels.dithering.dithering import DitheringPanel
from digits_widget.widget.panels.inside.inside import InsidePanel
from digits_widget.widget.panels.road.road import RoadPanel
from digits_widget.widget.panels.steps.steps import StepsPanel
from digits_widget.widget.panels.why.why import WhyPanel
from digits_widget.widget.panels.wire.wire import WirePanel
from digits_widget.widget.predictors import (
    CallablePredictor,
    EmbeddedPredictor,
    Predictor,
    RemotePredictor,
    find_predictor,
)
from digits_widget.widget.retry import Retry
from digits_widget.widget.static_png import static_png
from digits_widget.widget.status import Status
from digits_widget.widget.worker import in_background

PANELS: list[tuple[str, str, type[Panel]]] = [
    ("filmstrip", "Steps", StepsPanel),
    ("inside", "Inside", InsidePanel),
    ("dithering", "Dithering", DitheringPanel),
    ("compare", "Compare", ComparePanel),
    ("why", "Why", WhyPanel),
    ("wire", "Wire", WirePanel),
]
"""The panels, in the order of their tabs: the widget's attribute, title, class."""

AnyPanel = TypeVar("AnyPanel", bound=Panel)
AnyWidget = TypeVar("AnyWidget", bound=DOMWidget)

HINT = "If drawing does nothing, run this cell again."
HINT_IN_A_PAGE = "If drawing does nothing, load this page again."


class DigitsWidget(CellOutput):
    """A canvas to draw digits on, and a model's answers about them.

    Parameters
    ----------
    server : str, optional
        Address of a model server, such as ``127.0.0.1:8500``. By default the one that
        the environment variable ``DIGITS_SERVER`` names, else an embedded server of
        this kernel's own, which starts in the background.
    model : str
        Name of the model to ask.
    version : int, optional
        Version of the model; by default the server's choice, usually the highest.
    predict : callable, optional
        A function to ask in place of a server, from (28, 28) float32 in [0, 1], 1 is
        ink, to `Prediction`.
    pipeline : str or callable, optional
        The steps from `Drawing` to `Trace`: a `Pipeline`, the name of one of
        ``PRESETS``, or a function. By default ``mnist``.
    views : iterable, optional
        Objects with a method ``show(state)``, which the widget calls with each `State`.
    key : str, optional
        Save the drawing in the file ``digits_widget_autosave/<key>.json``, beside the
        notebook, and begin with the drawing saved there, so that it survives the
        kernel. Letters, digits, ``-`` and ``_``.

    Raises
    ------
    OptionError
        `key` has other characters.
    UnknownMethodError
        No preset has the name given as `pipeline`.

    Notes
    -----
    Observers of the traits run in a background thread, not in the cell that runs, so
    that the widget goes on working while a cell is busy.
    """

    drawing = Instance(Drawing, (), read_only=True)
    """The drawing on the paper. `draw` replaces it."""

    trace = Instance(Trace, allow_none=True, read_only=True)
    """Every step of `drawing`; None while it is blank."""

    prediction = Instance(Prediction, allow_none=True, read_only=True)
    """The model's answer about `drawing`; None until it has answered."""

    problem = Instance(Exception, allow_none=True, read_only=True)
    """The problem that the status line shows; None if there is none."""

    disagreements: Disagreements
    """Drawings that two models read differently, collected while `compare` is open."""

    canvas: PartOutput
    """The paper and its tools, for a cell of their own."""

    bars: PartOutput
    """The ten confidences, for a cell of their own."""

    filmstrip: PartOutput
    """Every step as a picture, for a cell of its own."""

    compare: PartOutput
    """Two models on one drawing, for a cell of their own."""

    dithering: PartOutput
    """The drawing in every dithering, with the model's answers, for a cell of its own.
    """

    why: PartOutput
    """The ink behind the answer, and dabs that would change it, for a cell of its own.
    """

    wire: PartOutput
    """Request and response of this very prediction, for a cell of their own."""

    inside: PartOutput
    """What each layer of the network gives, for a cell of its own."""

    model: PartOutput
    """The server's facts about its model, for a cell of their own."""

    def __init__(
        self,
        server: str | None = None,
        *,
        model: str = "digits",
        version: int | None = None,
        predict: Callable[[NDArray[np.float32]], Prediction] | None = None,
        pipeline: str | Callable[[Drawing], Trace] = "mnist",
        views: Iterable[Any] = (),
        key: str | None = None,
    ) -> None:
        prepare = find_preset(pipeline) if isinstance(pipeline, str) else pipeline
        self._cell_context = copy_context()
        predictor: Predictor = (
            CallablePredictor(predict)
            if predict
            else find_predictor(
                server, model=model, version=version, announce=self._announce
            )
        )
        self._session = Session(prepare, predictor, in_background)
        autosave = Autosave(key, in_background, self._session.report) if key else None
        self._canvas = Canvas(gone=GONE_IN_A_PAGE if is_page() else GONE)
        self._overlay = self._canvas.overlay
        self._controller = Controller(
            Renderer(self._canvas.surface), self._hand_over, in_background
        )
        self._context = Context(
            self._session, self._controller, predictor, self._overlay.say
        )
        self._make_parts()
        self._subscribe(views)
        super().__init__()
        self._lay_out(autosave)
        self._cell = Cell(self.close, self._overlay)
        self._overlay.on("seen", self._context.guard(self._retry_if_seen))
        make_it = self._context.guard(self._panel(WhyPanel).make_it)
        for digit in range(DIGITS):
            self._overlay.on(f"make it {digit}", partial(make_it, digit))
        steps = self._panel(StepsPanel)
        self._overlay.on_pin(self._context.guard(steps.pin))
        self._overlay.on("unpin", self._context.guard(steps.unpin))
        if autosave:
            self._context.guard(self._begin_with)(autosave)
        if isinstance(predictor, EmbeddedPredictor):
            in_background(self._context.guard(predictor.start))

    @property
    def pipeline(self) -> Callable[[Drawing], Trace]:
        """The steps from drawing to trace. Set another pipeline, or a preset's name."""
        return self._session.prepare

    @pipeline.setter
    def pipeline(self, pipeline: str | Callable[[Drawing], Trace]) -> None:
        if isinstance(pipeline, str):
            pipeline = find_preset(pipeline)
        self._session.use(pipeline)

    def draw(self, drawing: Drawing) -> None:
        """Replace the drawing on the paper with `drawing`, as one action.

        When `draw` returns, `trace` is ready; the answer comes later, see `wait`.
        """
        self._controller.draw(drawing)

    def clear(self) -> None:
        """Start a new sheet; `undo` brings the old one back."""
        self._controller.clear()

    def undo(self) -> None:
        """Undo the last stroke, clear or drawing."""
        self._controller.undo()

    def redo(self) -> None:
        """Redo the action that was undone last."""
        self._controller.redo()

    def save(self, path: str | Path, *, overwrite: bool = False) -> Path:
        """Write the drawing to a file, and return its path.

        Parameters
        ----------
        path : str or Path
            Its ending chooses the content: ``.json`` holds the strokes, which `load`
            reads; ``.png`` and ``.svg`` a picture; ``.npz`` every step as an array, and
            the confidences.
        overwrite : bool
            Whether to replace a file of this name.

        Raises
        ------
        DrawingFormatError
            The ending is another one, or the file cannot be written.
        FileTakenError
            There is a file of this name, and `overwrite` is False.
        EmptyDrawingError
            ``.npz`` for a blank sheet, which has no steps.
        """
        return save(self._session.newest, path, overwrite=overwrite)

    def load(self, path: str | Path) -> None:
        """Replace the drawing with that of a file, as one action.

        Parameters
        ----------
        path : str or Path
            A drawing that was saved as ``.json``, or a picture, such as ``photo.jpg``.

        Raises
        ------
        DrawingFormatError
            The file cannot be read, or holds no drawing. The present drawing stays.
        """
        self._controller.draw(load(path))

    def replay(self, *, speed: float = 1.0) -> None:
        """Replay the drawing on the paper, stroke by stroke; do not wait for its end.

        Parameters
        ----------
        speed : float
            Above 0; 2 is twice as fast as the person drew.
        """
        if self.comm is not None:
            self._more_tools.replay.play(speed)

    def wait(self, timeout: float = 60.0) -> Prediction | None:
        """Wait for the answer about the drawing, and return it.

        Parameters
        ----------
        timeout : float
            Seconds to wait at most. The first answer may have to wait until a server
            has started.

        Returns
        -------
        Prediction or None
            None if the sheet is blank, there is a `problem`, or the time is over.
        """
        return self._session.wait(timeout).prediction

    def close(self) -> None:
        """Take the widget off the screen, and stop a server that only it uses.

        The last drawing and answer can still be read.
        """
        # Python closes a widget that it deletes: perhaps a second time, or one whose
        # construction failed.
        if self.comm is None:
            return
        self._cell.close()
        self._session.close()
        self._retry.close()
        self._more_tools.replay.close()
        self._controller.close()
        in_background(self._context.predictor.close)
        owned = [widget for widget in owned_widgets(self) if widget is not self]
        super().close()
        for widget in owned:
            widget.close()
        self._forget()

    def _forget(self) -> None:
        """Drop what is on the screen: a notebook's history may keep this object."""
        parts: dict[str, Any] = self.__dict__
        for name in [name for name in parts if name in _ON_SCREEN]:
            del parts[name]
        self.children: list[DOMWidget] = []
        for part in parts.values():
            if isinstance(part, PartOutput):
                part.children = []

    def _make_parts(self) -> None:
        context, guard = self._context, self._context.guard
        self._more_tools = MoreTools(context, self._canvas)
        pen_width = PenWidth(
            self._controller, lambda: self._session.prepare, in_background
        )
        self._toolbar = Toolbar(
            self._controller,
            guard,
            pen_width=pen_width,
            handle=self._more_tools.handle,
        )
        self._canvas.connect(self._controller, leave=self._toolbar.focus, guard=guard)
        self._status = Status(self._server_starter())
        self._retry = Retry(self._session.retry, lambda: self._overlay.is_seen)
        self._bars = ConfidencesPanel(context, self._more_tools.replay)
        self._road = RoadPanel(context)
        self._panels = {name: panel(context) for name, _, panel in PANELS}
        self.disagreements = self._panel(ComparePanel).disagreements
        for panel in (self._bars, self._road, *self._panels.values()):
            panel.show(State())

    def _panel(self, kind: type[AnyPanel]) -> AnyPanel:
        """Return the panel of this class."""
        panels = self._panels.values()
        return next(panel for panel in panels if isinstance(panel, kind))

    def _server_starter(self) -> Callable[[], None] | None:
        """Return a function that starts a server at a named address, if one can."""
        predictor = self._context.predictor
        if not (isinstance(predictor, RemotePredictor) and predictor.can_start):
            return None

        def start() -> None:
            predictor.start(self._announce)
            self._session.retry()

        return lambda: in_background(self._context.guard(start))

    def _subscribe(self, views: Iterable[Any]) -> None:
        panels = self._panels.values()
        paper = self._canvas.picture
        parts = (paper, self._bars, self._road, self._toolbar, self._more_tools)
        for view in (*parts, self._retry, *panels, *views):
            self._session.subscribe(view.show)
        # Subscribe after the views, which may fail, so that observers see the failure.
        self._session.subscribe(self._tell_observers)
        self._session.subscribe(self._status.show)

    def _lay_out(self, autosave: Autosave | None) -> None:
        overlay, bars, status = self._overlay, self._bars.widget, self._status.widget
        samples = SampleRow(self._context).widget
        drawn = (
            *(self._canvas.widget, self._toolbar.widget, samples),
            self._more_tools.widget,
        )
        left = _styled(VBox(drawn), "left")
        middle = _styled(VBox([self._road.widget, status]), "middle")
        right = _styled(VBox([bars]), "right")
        part = partial(PartOutput, overlay=overlay, png=self._png, words=self._words)
        self.canvas = part("canvas", left, status)
        self.bars = part("bars", bars)
        for name, panel in self._panels.items():
            setattr(self, name, part(name, panel.widget))
        self.model = part("model", self._panel(InsidePanel).server.widget)
        top = _styled(Box([left, middle, right]), "top")
        tabs = _tabs([panel.widget for panel in self._panels.values()])
        self.children = [overlay, top, tabs, _hint(autosave)]
        self.add_class("digits-widget")

    def _begin_with(self, autosave: Autosave) -> None:
        """Load the saved drawing, and save each new one."""
        try:
            kept = autosave.load()
            if kept:
                self._controller.draw(kept)
        finally:
            self._session.subscribe(autosave.show)

    def _retry_if_seen(self) -> None:
        if self.comm is not None:
            self._retry.show(self._session.state)

    def _announce(self, notice: str) -> None:
        self._session.announce(notice)

    def _hand_over(self, sequence: int, drawing: Drawing) -> None:
        self._session.draw(drawing, sequence=sequence)

    def _tell_observers(self, state: State) -> None:
        # Observers run as if the cell still ran: their output appears below it.
        self._cell_context.copy().run(self._set_traits, state)

    def _set_traits(self, state: State) -> None:
        failure = None
        for name in ("drawing", "trace", "prediction"):
            try:
                self.set_trait(name, getattr(state, name))
            except Exception as exc:  # noqa: BLE001 - an observer's, shown below
                failure = exc
        self.set_trait("problem", failure or state.problem)
        if failure:
            raise failure

    def _png(self) -> bytes:
        strips = self._panel(StepsPanel).strips if self.comm is not None else ()
        return static_png(self._session.state, strips)

    def _words(self) -> str:
        return sentence(self._session.state)

    def __repr__(self) -> str:
        return f"<DigitsWidget: {self._words()}>"


_ON_SCREEN = {
    *("_bars", "_canvas", "_context", "_more_tools", "_overlay", "_panels", "_retry"),
    *("_road", "_status", "_toolbar"),
}
"""Attributes that a closed widget no longer needs."""


def _tabs(panels: list[Box]) -> Box:
    """Return a row of titles, and below it the panel that is open."""
    titles = [title for _, title, _ in PANELS]
    row = ToggleButtons(options=titles, tooltips=titles)
    # A stack makes a view only of the panel that is chosen.
    stack = Stack(panels, selected_index=0)
    link((row, "index"), (stack, "selected_index"))
    row.add_class("digits-tab-bar")
    return _styled(VBox([row, _styled(stack, "tab-open")]), "tabs")


def _hint(autosave: Autosave | None) -> HTML:
    """Return one line of help for a new user."""
    words = HINT_IN_A_PAGE if is_page() else HINT
    if autosave:
        words = f"{words} Your drawing is kept in {escape(autosave.name)}."
    return _styled(HTML(words), "hint")


def _styled(widget: AnyWidget, name: str) -> AnyWidget:
    widget.add_class(f"digits-{name}")
    return widget
