"""`Dithering`: every dithering of the drawing, what the model says, and which is used.

The sheet is made in the background for the newest drawing. Picking a tile puts that
dither into the session's pipeline; whoever else changes it there is mirrored here.
"""

from __future__ import annotations

import threading
from functools import partial
from html import escape

from ipywidgets import HTML, Box, Dropdown, HBox, ToggleButtons, VBox

from digits_widget.dithering import CATALOGUE
from digits_widget.errors import OptionError
from digits_widget.insight.contact_sheet import (
    NONE,
    ContactSheet,
    Tile,
    arranged,
    contact_sheet,
    tiles,
)
from digits_widget.insight.dither_place import (
    Place,
    find_dither,
    undithered,
    with_dither,
)
from digits_widget.pipeline import Pipeline
from digits_widget.state import State
from digits_widget.steps import Dither
from digits_widget.widget.desk import Desk
from digits_widget.widget.dithering.dithering_options import DitheringOptions
from digits_widget.widget.dithering.dithering_sheet import DitheringSheet
from digits_widget.widget.dithering.microscope import Microscope
from digits_widget.widget.status import problem_html
from digits_widget.widget.study import Study
from digits_widget.widget.unasked import why_unasked

REST = 0.12
"""Seconds without a new drawing after which the hand rests. While it draws, no sheet is
made: it would keep the ink and the bars waiting."""

_BLANK = "Draw a digit to see it dithered in every way of the catalogue."

_PLACES = {
    "framed": "The last thing before the tensor: the model sees the dots.",
    "large": "Before the picture is scaled down: the scaling averages the dots, and "
    "nearly all greys come back. It takes longer, as there are more pixels.",
}

_TWO_VALUES = "Only ink and paper are left here: there is nothing to dither."

Result = tuple[ContactSheet, tuple[Tile, ...], float]
"""Pictures, tiles, and the seconds that the answers took."""


class Dithering:
    """Show the contact sheet of the drawing, and the method that is picked.

    Parameters
    ----------
    desk : Desk
        What the parts of the widget share.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._lock = threading.RLock()
        self._tiles: tuple[Tile, ...] = ()
        self._question: tuple[object, ...] | None = None
        self._timer: threading.Timer | None = None
        self._study = Study(self._work, self._draw, self._fail, desk.background)
        guard = desk.guard
        self._place = ToggleButtons(
            options=[("After framing", "framed"), ("Before the resize", "large")],
            description="Dither",
            tooltips=[*_PLACES.values()],
        )
        self._order = ToggleButtons(
            options=[
                ("Family", "family"),
                ("Confidence", "confidence"),
                ("Ink", "ink"),
            ],
            description="Sort by",
            tooltips=["As in the catalogue", "The surest first", "The least ink first"],
        )
        self._names = Dropdown(options=(NONE, *CATALOGUE), description="Use")
        self._line, self._hint, self._card = HTML(), HTML(), HTML()
        self._line.add_class("digits-line")
        self._hint.add_class("digits-remark")
        self._card.add_class("digits-method")
        self._sheet = DitheringSheet(guard(self._use))
        self._options = DitheringOptions(self._put, guard)
        self._microscope = Microscope(desk)
        self._names.observe(guard(self._choose), names="value")
        self._place.observe(guard(self._move), names="value")
        self._order.observe(guard(self._arrange), names="value")
        controls = HBox([self._place, self._order])
        controls.add_class("digits-controls")
        side = VBox([self._names, self._card, self._options.widget])
        side.add_class("digits-picked")
        both = Box([self._sheet.widget, side])
        both.add_class("digits-dithering-both")
        self.widget = VBox(
            [controls, self._line, self._hint, both, self._microscope.widget]
        )
        self.widget.add_class("digits-dithering")
        self._describe(None)

    def show(self, state: State) -> None:
        """Mirror the pipeline, and make a sheet if it would be another one."""
        dither = self._mirror()
        self._microscope.show(state, dither)
        drawing = state.drawing
        reason = why_unasked(state)
        if state.trace is None or reason:
            self._clear(reason if drawing else _BLANK)
            return
        question = (drawing, self._plain(), self._place.value, _tuned(dither))
        with self._lock:
            if question == self._question:
                return
            old, self._question = self._question, question
            if self._timer:
                self._timer.cancel()
            self._sheet.widget.add_class("digits-stale")
            if old is None or old[0] == drawing:
                self._study(state)
            else:
                work = partial(self._study, state)
                self._timer = self._desk.background.after(REST, work)

    def _plain(self) -> object:
        prepare = self._desk.session.prepare
        return undithered(prepare) if isinstance(prepare, Pipeline) else prepare

    def _mirror(self) -> Dither | None:
        """Show what the pipeline does now; return its dither."""
        prepare = self._desk.session.prepare
        found = find_dither(prepare) if isinstance(prepare, Pipeline) else None
        dither = None
        if found:
            dither, self._place.value = found
        name = dither.method if dither else NONE
        self._sheet.mark(name)
        if self._names.value != name:
            self._names.value = name
        self._options.show(dither)
        self._describe(dither)
        return dither

    def _work(self, state: State) -> Result:
        prepare = self._desk.session.prepare
        found = find_dither(prepare) if isinstance(prepare, Pipeline) else None
        sheet = contact_sheet(
            prepare,
            state.drawing,
            place=self._place.value,
            chosen=found[0] if found else None,
        )
        questions = sheet.questions
        answers = self._desk.answerer.many(questions) if len(questions) else []
        seconds = answers[0].timing.waiting if answers else 0
        return sheet, tiles(sheet, answers), seconds

    def _draw(self, state: State, result: Result) -> None:
        sheet, these, seconds = result
        with self._lock:
            if not self._is_asked(state):
                return
            self._tiles = these
            self._arrange()
            self._sheet.widget.remove_class("digits-stale")
        self._say(_words(these, seconds))
        hint = _PLACES[self._place.value] if sheet.is_grey else _TWO_VALUES
        self._remark(hint)

    def _fail(self, state: State, problem: Exception) -> None:
        with self._lock:
            if self._is_asked(state):
                self._forget()
                self._line.value = problem_html(problem)

    def _is_asked(self, state: State) -> bool:
        """Return whether this drawing is still the one to show."""
        return self._question is not None and self._question[0] == state.drawing

    def _clear(self, words: str) -> None:
        self._forget()
        self._say(words)
        self._remark(_PLACES[self._place.value])

    def _forget(self) -> None:
        with self._lock:
            self._tiles, self._question = (), None
            if self._timer:
                self._timer.cancel()
            self._sheet.clear()
            self._sheet.widget.remove_class("digits-stale")

    def _say(self, words: str) -> None:
        self._line.value = f'<div role="status">{escape(words)}</div>'

    def _remark(self, words: str) -> None:
        self._hint.value = escape(words)

    def _describe(self, dither: Dither | None) -> None:
        if dither:
            self._card.value = CATALOGUE[dither.method]._repr_html_()
        else:
            self._card.value = (
                "<div><b>No dithering</b><br>The model sees all greys. Pick a tile, "
                "and the drawing is dithered so from then on.</div>"
            )

    def _choose(self, change: dict[str, str]) -> None:
        self._use(change["new"])

    def _use(self, name: str) -> None:
        """Use another method, or none."""
        pipeline = self._pipeline()
        found = find_dither(pipeline)
        if name == (found[0].method if found else NONE):
            return
        if name == NONE:
            self._desk.session.use(undithered(pipeline))
        else:
            self._put(Dither(name))

    def _put(self, dither: Dither) -> None:
        place: Place = self._place.value
        self._desk.session.use(with_dither(self._pipeline(), dither, place))

    def _move(self, change: dict[str, Place]) -> None:
        """Dither in another place."""
        prepare = self._desk.session.prepare
        found = find_dither(prepare) if isinstance(prepare, Pipeline) else None
        if found is None:
            self.show(self._desk.session.state)
        elif found[1] != change["new"]:
            self._put(found[0])

    def _arrange(self, _change: object = None) -> None:
        with self._lock:
            if self._tiles:
                self._sheet.show(arranged(self._tiles, self._order.value))

    def _pipeline(self) -> Pipeline:
        prepare = self._desk.session.prepare
        if isinstance(prepare, Pipeline):
            return prepare
        self._sheet.mark(NONE)
        self._names.value = NONE
        msg = (
            "A function prepares the drawings here, and a dither cannot be put into "
            "it. Use a Pipeline, such as DigitsWidget(pipeline='mnist')."
        )
        raise OptionError(msg)


def _tuned(dither: Dither | None) -> Dither | None:
    """Return a dither that is not as the catalogue has it."""
    return dither if dither and (dither.options or dither.like) else None


def _words(these: tuple[Tile, ...], seconds: float) -> str:
    """Say in one sentence what the sheet shows."""
    first, *others = these
    if first.prediction is None:
        return "No ink is left, with or without dithering."
    same = sum(tile.agrees for tile in others)
    answer = first.prediction
    words = (
        f"Without dithering {answer.label}, {100 * answer.confidence:.1f}"
        f"\N{NO-BREAK SPACE}% confident; {same} of {len(others)} methods agree"
    )
    rest = len(others) - same
    apart = f", ▲ {rest} {'does' if rest == 1 else 'do'} not" if rest else ""
    took = (
        f" ({1000 * seconds:.0f}\N{NO-BREAK SPACE}ms for one request)"
        if seconds
        else ""
    )
    return f"{words}{apart}{took}."
