"""`DigitsWidget`: draw a digit, see every step, see what the model says.

The place where the worlds meet. What the hand does goes one way only: canvas to pad,
pad to session, session to views.
"""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Callable, Iterable
from contextvars import copy_context
from functools import partial, wraps
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
from ipywidgets import HTML, Box, DOMWidget, VBox
from numpy.typing import NDArray
from traitlets import Instance

from digits_widget.drawing import Drawing
from digits_widget.errors import UnknownMethodError
from digits_widget.labelled.disagreements import Disagreements
from digits_widget.pipeline import PRESETS
from digits_widget.prediction import Prediction
from digits_widget.session import Session
from digits_widget.state import State
from digits_widget.trace import Trace
from digits_widget.widget.alone import Alone
from digits_widget.widget.background import Background
from digits_widget.widget.compare.compare import Compare
from digits_widget.widget.confidences.confidences import Confidences, sentence
from digits_widget.widget.deck import Deck
from digits_widget.widget.desk import Answerer, Desk
from digits_widget.widget.dithering.dithering import Dithering
from digits_widget.widget.drawing.autosave import Autosave
from digits_widget.widget.drawing.canvas import Canvas
from digits_widget.widget.drawing.drawer import Drawer
from digits_widget.widget.drawing.fitting import Fitting
from digits_widget.widget.drawing.formats import save
from digits_widget.widget.drawing.pad import Pad
from digits_widget.widget.drawing.toolbar import Toolbar
from digits_widget.widget.explanation import Explanation
from digits_widget.widget.filmstrip.filmstrip import Filmstrip
from digits_widget.widget.later import Later
from digits_widget.widget.model import ModelPanel
from digits_widget.widget.page.script import script_html
from digits_widget.widget.page.style import style_html
from digits_widget.widget.part import Panel, Part
from digits_widget.widget.recovery import Recovery
from digits_widget.widget.server import Function, OwnServer, find_server
from digits_widget.widget.status import Status
from digits_widget.widget.still import still
from digits_widget.widget.wire.wire import WirePanel

HINT = "If drawing does nothing, run this cell again."
HINT_IN_A_PAGE = "If drawing does nothing, load this page again."


class DigitsWidget(VBox):
    """A pad to draw digits on, and what a model says about them.

    Parameters
    ----------
    server : str, optional
        Address of a model server, such as ``127.0.0.1:8500``. By default the one that
        the environment variable ``DIGITS_SERVER`` names, else an embedded server of
        this kernel's own, which starts in the background.
    model : str
        Name of the model to ask.
    version : int, optional
        Of the model; by default what the server prefers, usually the highest.
    predict : callable, optional
        Another way to answer: (28, 28) float32 in [0, 1], 1 is ink, to `Prediction`. No
        server is used then.
    pipeline : str or callable, optional
        `Drawing` to `Trace`: a `Pipeline`, the name of one of ``PRESETS``, or a
        function. By default ``mnist``.
    views : iterable, optional
        More to tell about each `State`: objects with a method ``show(state)``.
    key : str, optional
        Keep what is drawn in the file ``digits_widget_autosave/<key>.json``, beside the
        notebook, and begin with what is kept there: so it survives the kernel. Letters,
        digits, ``-`` and ``_``.

    Raises
    ------
    OptionError
        A `key` that is no name for a file.
    UnknownMethodError
        No preset has the name given as `pipeline`.

    Notes
    -----
    Observers of the traits run in a background thread, not in the cell that runs: the
    widget works on while a cell is busy.
    """

    drawing = Instance(Drawing, (), read_only=True)
    """What is drawn. `draw` changes it."""

    trace = Instance(Trace, allow_none=True, read_only=True)
    """Every step of `drawing`; None while it is blank."""

    prediction = Instance(Prediction, allow_none=True, read_only=True)
    """What the model says about `drawing`; None until it has said so."""

    problem = Instance(Exception, allow_none=True, read_only=True)
    """What went wrong last, as the status line shows it; None when all is well."""

    disagreements: Disagreements
    """Drawings that two models read differently, kept while `compare` is seen."""

    canvas: Alone
    """The paper and its tools, for a cell of their own."""

    bars: Alone
    """The ten confidences, for a cell of their own."""

    filmstrip: Alone
    """Every step as a picture, for a cell of its own."""

    compare: Alone
    """Two models on one drawing, for a cell of their own."""

    dithering: Alone
    """The drawing in every dithering, each with its answer, alone."""

    why: Alone
    """What the answer rests on, and which dab would change it, alone."""

    wire: Alone
    """Request and response of this very prediction, alone."""

    model: Alone
    """What the server says about its model, alone."""

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
        prepare = _pipeline(pipeline)
        self._cell = copy_context()
        self._background = Background()
        self._answerer: Answerer = (
            Function(predict)
            if predict
            else find_server(
                server, model=model, version=version, announce=self._announce
            )
        )
        self._session = Session(prepare, self._answerer, self._background)
        autosave = (
            Autosave(key, self._background, self._session.report) if key else None
        )
        self._canvas = Canvas()
        self._pad = Pad(self._canvas.ink, self._take, self._background)
        self._desk = Desk(
            self._session, self._pad, self._answerer, self._background, self._guard
        )
        self._lay_out_tools()
        self._lay_out_panels()
        self._subscribe(views)
        # The browser counts the views once the count is a number.
        super().__init__(_view_count=0)
        self._lay_out_page(autosave)
        for whole in (self, self.canvas):
            whole.observe(self._look_again, names="_view_count")
        self.add_class("digits-widget")
        if autosave:
            self._guard(self._begin_with)(autosave)
        if isinstance(self._answerer, OwnServer):
            self._background(self._guard(self._answerer.start))

    @property
    def pipeline(self) -> Callable[[Drawing], Trace]:
        """What turns the drawing into a trace. Set another one, or a preset's name."""
        return self._session.prepare

    @pipeline.setter
    def pipeline(self, pipeline: str | Callable[[Drawing], Trace]) -> None:
        self._session.use(_pipeline(pipeline))

    def draw(self, drawing: Drawing) -> None:
        """Put `drawing` on the paper, in place of what is there, as one action.

        Returns when `trace` is there; the answer comes later, see `wait`.
        """
        self._pad.draw(drawing)

    def clear(self) -> None:
        """Take a new sheet; `undo` brings the old one back."""
        self._pad.clear()

    def undo(self) -> None:
        """Take back the last stroke, clear or drawing."""
        self._pad.undo()

    def redo(self) -> None:
        """Bring back what was undone last."""
        self._pad.redo()

    def save(self, path: str | Path, *, overwrite: bool = False) -> Path:
        """Write what is drawn to a file; return its path.

        Parameters
        ----------
        path : str or Path
            Its ending says what: ``.json`` the strokes, which `load` reads; ``.png``
            and ``.svg`` a picture; ``.npz`` every step as an array, and the
            confidences.
        overwrite : bool
            Whether a file of this name may go.

        Raises
        ------
        DrawingFormatError, FileTakenError, EmptyDrawingError
        """
        return save(self._session.newest, path, overwrite=overwrite)

    def load(self, path: str | Path) -> None:
        """Put a drawing on the paper that was saved as ``.json``, as one action.

        Raises
        ------
        DrawingFormatError
            The file cannot be read, or holds no drawing. What is drawn stays.
        """
        self._pad.draw(Drawing.load(path))

    def replay(self, *, speed: float = 1.0) -> None:
        """Draw what is drawn again on the paper, in its own time; do not wait for it.

        Parameters
        ----------
        speed : float
            Above 0; 2 is twice as fast as the hand was.
        """
        self._drawer.player.play(speed)

    def wait(self, timeout: float = 60.0) -> Prediction | None:
        """Wait for the answer about what is drawn and return it.

        Parameters
        ----------
        timeout : float
            Seconds to wait at most. The first answer may have to wait for a server
            that starts.

        Returns
        -------
        Prediction or None
            None if nothing is asked, there is a `problem`, or the time is over.
        """
        return self._session.wait(timeout).prediction

    def close(self) -> None:
        """Take the widget off the screen, and stop a server that only it uses."""
        # Python closes what it forgets: twice, or one that was never finished.
        if self.comm is None:
            return
        self._session.close()
        self._recovery.close()
        self._drawer.player.close()
        self._canvas.close()
        self._background(self._answerer.close)
        super().close()

    def _lay_out_tools(self) -> None:
        self._drawer = Drawer(self._desk, self._canvas)
        fitting = Fitting(self._pad, lambda: self._session.prepare, self._background)
        self._toolbar = Toolbar(
            self._pad, self._guard, fitting=fitting, handle=self._drawer.handle
        )
        self._canvas.connect(self._pad, leave=self._toolbar.focus, guard=self._guard)

    def _lay_out_panels(self) -> None:
        self.disagreements = Disagreements()
        self._status = Status()
        self._bars = Part(Confidences(self._desk), always=True)
        self._strip = Filmstrip(self._desk)
        self._panels = {
            "Steps": Part(self._strip, always=True),
            **{name: Part(Later(make)) for name, make in self._makers().items()},
        }
        self._recovery = Recovery(
            self._session.retry, self._background.after, self._is_seen
        )

    def _makers(self) -> dict[str, Callable[[], Panel]]:
        """Return what makes each panel that is not open at the start."""
        desk = self._desk
        return {
            "Dithering": lambda: Dithering(desk),
            "Compare": lambda: Compare(desk, self.disagreements),
            "Why": lambda: Explanation(desk),
            "Wire": lambda: WirePanel(desk),
            "Model": lambda: ModelPanel(desk),
        }

    def _subscribe(self, views: Iterable[Any]) -> None:
        for view in (
            self._bars,
            self._toolbar,
            self._drawer,
            *self._panels.values(),
            self._recovery,
            *views,
        ):
            self._session.subscribe(view.show)
        # After all that may fail, so that it shows the failure.
        self._session.subscribe(self._tell_observers)
        self._session.subscribe(self._status.show)

    def _lay_out_page(self, autosave: Autosave | None) -> None:
        style, panels = _style(), {n: each.widget for n, each in self._panels.items()}
        bars, status = self._bars.widget, self._status.widget
        drawn = self._canvas.widget, self._toolbar.widget, self._drawer.widget
        left = _column("left", *drawn)
        alone = partial(Alone, style=style, still=self._still, words=self._words)
        self.canvas = alone("canvas", left, status)
        self.bars = alone("bars", bars)
        self.filmstrip = alone("filmstrip", panels["Steps"])
        self.compare = alone("compare", panels["Compare"])
        self.dithering = alone("dithering", panels["Dithering"])
        self.why = alone("why", panels["Why"])
        self.wire = alone("wire", panels["Wire"])
        self.model = alone("model", panels["Model"])
        top = _top(left, _column("right", bars, status))
        self.children = [style, top, Deck(panels).widget, _hint(autosave)]

    def _begin_with(self, autosave: Autosave) -> None:
        """Go on with the drawing that was kept, and keep what comes."""
        try:
            kept = autosave.load()
            if kept:
                self._pad.draw(kept)
        finally:
            self._session.subscribe(autosave.show)

    def _is_seen(self) -> bool:
        on_paper = self._view_count or self.canvas._view_count  # noqa: SLF001
        parts = self._bars, *self._panels.values()
        return bool(on_paper) or any(part.is_seen for part in parts)

    def _look_again(self, _change: object) -> None:
        self._recovery.show(self._session.state)

    def _announce(self, notice: str) -> None:
        self._session.announce(notice)

    def _take(self) -> None:
        self._session.take(lambda: self._pad.drawing)

    def _guard(self, handler: Callable[..., Any]) -> Callable[..., None]:
        """Wrap a handler, so that its errors are shown, and not lost in a log."""

        @wraps(handler)
        def guarded(*args: object) -> None:
            try:
                handler(*args)
            except Exception as exc:  # noqa: BLE001 - shown, whatever it is
                self._session.report(exc)

        return guarded

    def _tell_observers(self, state: State) -> None:
        # For them it is as if the cell still ran: what they print is seen below it.
        self._cell.copy().run(self._set_traits, state)

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

    def _repr_mimebundle_(self, **kwargs: object) -> dict[str, Any]:
        """Add a picture and a sentence, for places where no widget lives."""
        bundle: dict[str, Any] = super()._repr_mimebundle_(**kwargs)
        return {**bundle, "image/png": b64encode(self._still()).decode()}

    def _still(self) -> bytes:
        return still(self._session.state, self._strip.lanes)

    def _words(self) -> str:
        return sentence(self._session.state)

    def __repr__(self) -> str:
        return f"<DigitsWidget: {self._words()}>"


def _pipeline(
    pipeline: str | Callable[[Drawing], Trace],
) -> Callable[[Drawing], Trace]:
    if not isinstance(pipeline, str):
        return pipeline
    if pipeline not in PRESETS:
        msg = f"Got pipeline {pipeline!r}, expected one of {', '.join(PRESETS)}."
        raise UnknownMethodError(msg)
    return PRESETS[pipeline]


def _hint(autosave: Autosave | None) -> HTML:
    """Return what helps here: Voila tells its kernels that there are no cells."""
    is_page = os.environ.get("SERVER_SOFTWARE", "").startswith("voila")
    words = HINT_IN_A_PAGE if is_page else HINT
    if autosave:
        words = f"{words} Your drawing is kept in {escape(autosave.name)}."
    hint = HTML(words)
    hint.add_class("digits-hint")
    return hint


def _style() -> HTML:
    """Return what every part needs of the page; it may stand there more than once."""
    html = style_html() + script_html("keys.js") + script_html("names.js")
    return HTML(html, layout={"display": "none"})


def _column(side: str, *contents: DOMWidget) -> VBox:
    column = VBox(contents)
    column.add_class(f"digits-{side}")
    return column


def _top(left: VBox, right: VBox) -> Box:
    top = Box([left, right])
    top.add_class("digits-top")
    return top
