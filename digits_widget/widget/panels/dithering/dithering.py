"""`DitheringPanel`: every dithering of the drawing, each with the model's answer.

A worker makes the sheet of the newest drawing in the background. Picking a tile puts
that dither into the session's pipeline; the panel also follows changes made elsewhere.
"""

from __future__ import annotations

from html import escape

from ipywidgets import HTML, Box, DOMWidget, Dropdown, HBox, ToggleButtons, VBox

from digits_widget.dithering import CATALOGUE, Method
from digits_widget.dithering.own import YOURS
from digits_widget.dithering.quality import MOST
from digits_widget.errors import OptionError, ServerAbsentError
from digits_widget.insight.contact_sheet import (
    NONE,
    ContactSheet,
    Tile,
    arranged,
    contact_sheet,
    name_of,
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
from digits_widget.widget import html
from digits_widget.widget.panel import Panel
from digits_widget.widget.panels.dithering.microscope import Microscope
from digits_widget.widget.panels.dithering.options import DitheringOptions
from digits_widget.widget.panels.dithering.reader import (
    OWN,
    Reader,
    Reading,
    readers,
)
from digits_widget.widget.panels.dithering.sheet import DitheringSheet
from digits_widget.widget.panels.dithering.yours import Yours
from digits_widget.widget.worker import Worker

REST = 0.12
"""Seconds without a new drawing before the worker makes a sheet. While a person draws,
it makes none, which would keep the ink and the bars waiting."""

_BLANK = "Draw a digit to see it dithered in every way of the catalogue."

_PLACES = {
    "framed": "The last thing before the tensor: the model sees the dots.",
    "large": "Before the picture is scaled down: the scaling averages the dots, and "
    "nearly all greys come back. It takes longer, as there are more pixels.",
}

_TWO_VALUES = "Only ink and paper are left here: there is nothing to dither."

_READ_BY = "The model that reads the sheet, and whether the drawing is framed for it"

_NO_VERSION_1 = f"{_READ_BY}. Version 1 needs a model server that has the model digits"

Result = tuple[Reading, str]
"""What the chosen reader says, and a remark on it."""


class DitheringPanel(Panel):
    """Show the contact sheet of the drawing, and the picked method."""

    def build(self) -> DOMWidget:
        """Make the sheet, and beside it the picked method."""
        guard = self.context.guard
        self._tiles: tuple[Tile, ...] = ()
        self._question: tuple[object, ...] | None = None
        self._own: Method | None = None
        self._worker = Worker(self._work, self._draw, self._fail, quiet=REST)
        self._place = ToggleButtons(
            options=[("After framing", "framed"), ("Before the resize", "large")],
            description="Dither",
            tooltips=[*_PLACES.values()],
        )
        self._order = ToggleButtons(
            options=[
                ("Contrast", "contrast"),
                ("Family", "family"),
                ("Confidence", "confidence"),
                ("Quality", "quality"),
                ("Ink", "ink"),
            ],
            description="Sort by",
            tooltips=[
                "The largest change of the answer first",
                "As in the catalogue",
                "The surest first",
                "The nearest to the greys first, seen from afar",
                "The least ink first",
            ],
        )
        self._reader = _reader_menu(readers(self.context.predictor))
        self._names = Dropdown(options=(NONE, *CATALOGUE), description="Use")
        self._hint, self._card, self._far = HTML(), HTML(), HTML()
        self._hint.add_class("digits-remark")
        self._far.add_class("digits-far")
        self._card.add_class("digits-method")
        self._sheet = DitheringSheet(guard(self._use))
        self._options = DitheringOptions(self._put, guard)
        self._microscope = Microscope(self.context)
        self._yours = Yours(self._write, guard)
        self._chosen = guard(self._choose)
        self._names.observe(self._chosen, names="value")
        self._place.observe(guard(self._move), names="value")
        self._order.observe(guard(self._arrange), names="value")
        self._reader.observe(guard(self._ask_anew), names="value")
        controls = HBox([self._place, self._order, self._reader])
        controls.add_class("digits-controls")
        folds = HBox([self._microscope.fold, self._yours.fold])
        folds.add_class("digits-controls")
        side = VBox([self._names, self._card, self._far, self._options.widget])
        side.add_class("digits-picked")
        both = Box([self._sheet.widget, side])
        both.add_class("digits-dithering-both")
        self._describe(None)
        content = VBox(
            [
                controls,
                folds,
                self._microscope.widget,
                self._yours.widget,
                self.line,
                self._hint,
                both,
            ]
        )
        content.add_class("digits-dithering")
        return content

    def update(self, state: State) -> None:
        """Follow the pipeline, and make a new sheet if it would differ."""
        dither = self._mirror()
        self._microscope.show(state, dither)
        drawing = state.drawing
        reason = state.no_prediction_reason
        if state.trace is None or reason:
            self._clear(reason if drawing else _BLANK)
            return
        reader, place = self._reader.value, self._place.value
        question = (drawing, self._plain(), place, _tuned(dither), self._own, reader)
        if question == self._question:
            return
        old, self._question = self._question, question
        self._worker.cancel()
        self._sheet.widget.add_class("digits-stale")
        self._worker(state, now=old is None or old[0] == drawing)

    def _plain(self) -> object:
        prepare = self.context.session.prepare
        return undithered(prepare) if isinstance(prepare, Pipeline) else prepare

    def _mirror(self) -> Dither | None:
        """Show the pipeline's present dither, and return it."""
        prepare = self.context.session.prepare
        found = find_dither(prepare) if isinstance(prepare, Pipeline) else None
        dither = None
        if found:
            dither, self._place.value = found
        if dither and dither.own:
            self._offer(dither.own)
        name = name_of(dither) if dither else NONE
        self._sheet.mark(name)
        if self._names.value != name:
            self._names.value = name
        self._options.show(dither)
        self._describe(dither)
        self._compare()
        return dither

    def _work(self, state: State) -> Result:
        reader, context = self._reader.value, self.context
        own = OWN.read(self._sheet_for(OWN, state), context)
        if reader == OWN:
            remark = _place_words(self._place.value, own.sheet)
            return own, f"{remark} {own.nearest_and_farthest}"
        sheet = self._sheet_for(reader, state) if reader.is_unframed else own.sheet
        remark = f"{OWN.name}: {own.agreement}. {reader.remark}"
        reading = reader.read(sheet, context)
        return reading, f"{remark} {reading.nearest_and_farthest}"

    def _sheet_for(self, reader: Reader, state: State) -> ContactSheet:
        prepare = self.context.session.prepare
        found = find_dither(prepare) if isinstance(prepare, Pipeline) else None
        return contact_sheet(
            reader.prepare(self.context),
            state.drawing,
            place=self._place.value,
            chosen=found[0] if found else None,
            own=self._own,
        )

    def _draw(self, result: Result) -> None:
        reading, remark = result
        self._tiles = reading.tiles
        self._arrange()
        self._compare()
        self._sheet.widget.remove_class("digits-stale")
        self.say(reading.words)
        self._remark(remark if reading.sheet.is_grey else _TWO_VALUES)

    def _fail(self, problem: Exception) -> None:
        self._forget()
        if isinstance(problem, ServerAbsentError):
            # The widget's own status line gives the reason; once is enough.
            self.say("No answer about this drawing.")
        else:
            self.say_problem(problem)

    def _clear(self, words: str) -> None:
        self._forget()
        self.say(words)
        self._remark(_PLACES[self._place.value])

    def _forget(self) -> None:
        self._worker.cancel()
        self._tiles, self._question = (), None
        self._compare()
        self._sheet.clear()
        self._sheet.widget.remove_class("digits-stale")

    def _remark(self, words: str) -> None:
        self._hint.value = escape(words)

    def _describe(self, dither: Dither | None) -> None:
        if dither:
            self._card.value = dither.printer._repr_html_()
        else:
            self._card.value = (
                "<div><b>No dithering</b><br>The model sees all greys. Pick a tile, "
                "and the drawing is dithered so from then on.</div>"
            )

    def _compare(self) -> None:
        """Say how far the picked tile is from the greys."""
        picked = [tile for tile in self._tiles if tile.name == self._names.value]
        self._far.value = html.status(_far_words(picked[0])) if picked else ""

    def _choose(self, change: dict[str, str]) -> None:
        self._use(change["new"])

    def _use(self, name: str) -> None:
        """Use another method, or no dithering."""
        pipeline = self._pipeline()
        found = find_dither(pipeline)
        if name == (name_of(found[0]) if found else NONE):
            return
        if name == NONE:
            self.context.session.use(undithered(pipeline))
        else:
            self._put(Dither(self._own if name == YOURS and self._own else name))

    def _write(self, own: Method) -> None:
        """Take what a person has written, also where the one before is in use."""
        self._offer(own)
        prepare = self.context.session.prepare
        found = find_dither(prepare) if isinstance(prepare, Pipeline) else None
        if found and found[0].own:
            self._put(found[0].printed_by(own))
        else:
            self._ask_anew()

    def _offer(self, own: Method) -> None:
        """Have an own method among the others; which one is picked stays."""
        self._own = own
        names, picked = (NONE, YOURS, *CATALOGUE), self._names.value
        if self._names.options != names:
            self._names.unobserve(self._chosen, names="value")
            with self._names.hold_sync():
                self._names.options, self._names.value = names, picked
            self._names.observe(self._chosen, names="value")

    def _put(self, dither: Dither) -> None:
        place: Place = self._place.value
        self.context.session.use(with_dither(self._pipeline(), dither, place))

    def _move(self, change: dict[str, Place]) -> None:
        """Dither at another place in the pipeline."""
        prepare = self.context.session.prepare
        found = find_dither(prepare) if isinstance(prepare, Pipeline) else None
        if found is None:
            self._ask_anew()
        elif found[1] != change["new"]:
            self._put(found[0])

    def _ask_anew(self, _change: object = None) -> None:
        self.update(self.context.session.state)

    def _arrange(self, _change: object = None) -> None:
        if self._tiles:
            self._sheet.show(arranged(self._tiles, self._order.value))

    def _pipeline(self) -> Pipeline:
        prepare = self.context.session.prepare
        if isinstance(prepare, Pipeline):
            return prepare
        self._sheet.mark(NONE)
        self._names.value = NONE
        msg = (
            "A function prepares the drawings here, and a dither cannot be put into "
            "it. Use a Pipeline, such as DigitsWidget(pipeline='mnist')."
        )
        raise OptionError(msg)


def _reader_menu(offered: tuple[Reader, ...]) -> Dropdown:
    """Return the menu of readers; where version 1 is absent, its tooltip says why."""
    has_old = any(reader.is_old for reader in offered)
    return Dropdown(
        options=[(reader.name, reader) for reader in offered],
        description="Read by",
        tooltip=_READ_BY if has_old else _NO_VERSION_1,
    )


def _place_words(place: Place, sheet: ContactSheet) -> str:
    """Say what a place does, and how much of the dithering the scaling leaves."""
    if place == "framed":
        return _PLACES[place]
    methods, count = len(sheet.tensors) - 1, sheet.changed
    left = f"{count} of {methods}" if count else "None of them"
    verb = "changes" if count < 2 else "change"
    return (
        f"{_PLACES[place]} {left} {verb} a pixel of the tensor by a tenth of full ink."
    )


def _far_words(tile: Tile) -> str:
    """Say how a tile's picture differs from the greys, seen from afar."""
    if tile.name == NONE:
        return ""
    found = tile.quality
    if found.psnr >= MOST:
        return "Seen from afar, it looks the same as the greys."
    return (
        f"How near it is to the greys, seen from afar: {found.psnr:.0f} dB (PSNR, "
        f"higher is nearer), {found.ssim:.2f} of 1 (SSIM). Ink covers "
        f"{100 * tile.ink:.1f} % of it, {100 * (tile.ink - found.tone):.1f} % in the "
        "greys."
    )


def _tuned(dither: Dither | None) -> Dither | None:
    """Return the dither if its options differ from the catalogue's, else None."""
    return dither if dither and (dither.options or dither.like) else None
