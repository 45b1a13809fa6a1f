"""`Microscope`: a film of the picked method at work on the framed picture.

The browser plays it, see `page/film.js`: it begins by itself, unless the person has
asked for less motion, and pauses while it is out of sight.
"""

from __future__ import annotations

from html import escape

from ipywidgets import (
    HTML,
    Button,
    Dropdown,
    HBox,
    IntSlider,
    Play,
    ToggleButton,
    VBox,
    jslink,
)

from digits_widget.dithering import Method
from digits_widget.insight.contact_sheet import before_dither
from digits_widget.insight.microscope import Frame, frames, thresholds
from digits_widget.state import State
from digits_widget.steps import Dither
from digits_widget.steps.step import Image
from digits_widget.widget import html
from digits_widget.widget.context import Context
from digits_widget.widget.panels.dithering.gif_offer import GifOffer
from digits_widget.widget.panels.dithering.microscope_picture import (
    draw_frame,
    draw_thresholds,
    draw_whole,
)
from digits_widget.widget.worker import Worker

_DRAW = "Draw a digit to see how each of its pixels is printed."

_UNPICKED = Dither()
"""What is shown while no method is picked: the one to begin with."""

_NOT_PICKED = (
    f"No dithering is picked, so this shows {_UNPICKED.method}. Pick a tile to see "
    "another."
)

_SPEEDS = [("Slow", 400), ("Normal", 100), ("Fast", 30)]
"""Words, and milliseconds from pixel to pixel."""

_WHOLE = (
    "Here a pixel depends on others in a way that has no fixed shares: there is "
    "nothing to step through."
)

Found = tuple[Dither, Image, tuple[Frame, ...]]
"""The dither, its input, and a frame for each pixel if the method has steps."""


class Microscope:
    """Show what happens at each pixel. While it is folded, it computes nothing.

    Parameters
    ----------
    context : Context
        The objects that the parts of the widget share.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._worker = Worker(self._work, self._draw, self._fail)
        self._state = State()
        self._dither: Dither | None = None
        self._found: Found | None = None
        self._question: object = None
        self._shown: Method | None = None
        self._film = 0
        self.fold = ToggleButton(
            description="Microscope",
            tooltip="Watch the picked method print this drawing, pixel by pixel",
        )
        self._play = Play(show_repeat=False, _view_count=0)
        self._speed = Dropdown(
            options=_SPEEDS, value=_SPEEDS[1][1], description="Speed"
        )
        self._slider = IntSlider(description="Pixel", tooltip="Which pixel is printed")
        self._back = Button(description="Back", tooltip="One pixel back")
        self._next = Button(description="Next", tooltip="One pixel on")
        self._links = [
            jslink((self._play, name), (self._slider, name))
            for name in ("value", "min", "max")
        ]
        self._controls = HBox(
            [self._play, self._back, self._next, self._slider, self._speed]
        )
        self._controls.add_class("digits-controls")
        self._stage, self._note = HTML(), HTML()
        self._stage.add_class("digits-microscope")
        guard = context.guard
        self._gif = GifOffer(guard)
        self.widget = VBox()
        self.widget.add_class("digits-film")
        self.fold.observe(guard(self._unfold), names="value")
        self._slider.observe(guard(self._turn), names="value")
        self._speed.observe(guard(self._pace), names="value")
        self._back.on_click(guard(lambda _: self._step(-1)))
        self._next.on_click(guard(lambda _: self._step(+1)))
        self._play.observe(guard(self._rest), names="_view_count")

    def show(self, state: State, dither: Dither | None) -> None:
        """Show another drawing, or another method.

        Parameters
        ----------
        state : State
            Has the drawing.
        dither : Dither or None
            The picked method.
        """
        self._state, self._dither = state, dither
        if not self.fold.value:
            return
        if state.trace is None or state.drawing.is_dot:
            self._question, self._found = None, None
            self._worker.cancel()
            self._say(_DRAW)
            return
        self._note.value = "" if dither else f"<p>{escape(_NOT_PICKED)}</p>"
        question = (state.drawing, self._context.session.prepare)
        if question != self._question:
            self._question = question
            self._worker(state, dither or _UNPICKED)

    def _work(self, state: State, dither: Dither) -> Found:
        prepare = self._context.session.prepare
        image, _ = before_dither(prepare, state.drawing, "framed")
        if dither.printer.kernel is None:
            return dither, image, ()
        # Another program's arithmetic has no steps to show, but the catalogue's does.
        options = {} if dither.like else dither.options
        return dither, image, frames(image, dither.printer, **options)

    def _draw(self, found: Found) -> None:
        self._found = found
        dither, image, steps = found
        self._show_controls(dither.method, steps)
        is_other, self._shown = dither.printer is not self._shown, dither.printer
        if steps:
            self._slider.max = len(steps) - 1
            # At another number the page begins a film, and sets the slider: moments on
            # their way would undo what is set here.
            self._film += is_other
            self._turn()
            return
        grid = thresholds(
            dither.printer, image.shape, like=dither.like, **dither.options
        )
        printed = dither(image)
        if grid is None:
            self._stage.value = draw_whole(image, printed, _WHOLE)
        else:
            self._stage.value = draw_thresholds(image, grid, printed)

    def _fail(self, problem: Exception) -> None:
        self._question, self._found = None, None
        self._show_controls()
        self._stage.value = html.problem(problem)

    def _say(self, words: str) -> None:
        self._show_controls()
        self._note.value = ""
        self._stage.value = f'<p role="status">{escape(words)}</p>'

    def _show_controls(self, method: str = "", steps: tuple[Frame, ...] = ()) -> None:
        """Show the controls for a diffusion, or none where there is nothing to step."""
        self._controls.layout.display = "" if steps else "none"
        self._gif.show(method, steps)

    def _unfold(self, change: dict[str, bool]) -> None:
        self._play.playing = False
        parts = [self._note, self._controls, self._stage, self._gif.widget]
        self.widget.children = parts if change["new"] else []
        self._shown = self._question = None
        self.show(self._state, self._dither)

    def _turn(self, _change: object = None) -> None:
        found = self._found
        if found and found[2]:
            dither, image, steps = found
            frame = steps[min(self._slider.value, len(steps) - 1)]
            drawn = draw_frame(frame, dither, image.shape)
            self._stage.value = f'<div data-film="{self._film}">{drawn}</div>'

    def _step(self, by: int) -> None:
        self._play.playing = False
        value = self._slider.value + by
        self._slider.value = min(max(value, 0), self._slider.max)

    def _pace(self, change: dict[str, int]) -> None:
        self._play.interval = change["new"]

    def _rest(self, change: dict[str, int]) -> None:
        if not change["new"]:
            self._play.playing = False
