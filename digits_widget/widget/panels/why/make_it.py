"""`MakeIt`: turn the drawing into another digit; first the search, then the learner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ipywidgets import HTML, Button, DOMWidget, HBox, ToggleButtons, VBox

from digits_widget.certainty import percent
from digits_widget.drawing import Drawing
from digits_widget.insight.counterfactuals import Dab, Image
from digits_widget.insight.make_it import Attempt, make_it
from digits_widget.insight.reasons import a_digit
from digits_widget.prediction import Prediction
from digits_widget.state import State
from digits_widget.tile import tile_png
from digits_widget.widget import html
from digits_widget.widget.context import Context
from digits_widget.widget.panel import Panel
from digits_widget.widget.panels.why.marks import dot_of, mark
from digits_widget.widget.panels.why.nearest import empty_tiles, nearest_tiles
from digits_widget.widget.worker import Worker

_SIDE = 224
"""Side of the picture in CSS pixels: eight for each pixel of the image."""

_EACH = 0.5
"""Seconds from one dab of the replay to the next."""

YOURS = 3
"""Strokes that a learner has at least; as many as the search took, if those are more.
"""

_ON_A_PICTURE = (
    "To try it yourself, draw a digit by hand: a stroke takes the place of a picture."
)

Turn = Literal["no", "soon", "yes"]
"""Whether it is the learner's turn; "soon" only keeps the button's place free."""

Found = tuple[int, Attempt]
"""The digit that the model reads without the dabs, and where the search has ended."""


class MakeIt(Panel):
    """Find the fewest dabs that make the drawing another digit, and replay them.

    Beside them are the nearest training digits of both classes. Then the learner may
    try it on the paper, with as many strokes.
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._worker = Worker(self._search, self._finish, self._fail)
        self._drawing = self.state.drawing
        self._allowed = YOURS
        self._challenge: Challenge | None = None
        self._wish: int | None = None

    def seek(self, target: int) -> None:
        """Choose a target, once a page shows the panel and the model has answered.

        Parameters
        ----------
        target : int
            The digit, 0 to 9.
        """
        self._wish = target
        self.show(self.state)

    def build(self) -> DOMWidget:
        """Make ten buttons, above the sentence and the picture."""
        guard = self.context.guard
        self._target = ToggleButtons(
            options=[(str(digit), digit) for digit in range(10)],
            index=None,
            description="Make it a",
            tooltips=[f"Make the model read {digit}" for digit in range(10)],
        )
        self._target.add_class("digits-targets")
        self._yours = Button(
            description="Now you", tooltip="Try it on the paper, in a few strokes"
        )
        self._offer("no")
        self._picture = HTML()
        self._picture.add_class("digits-make-it-picture")
        self._target.observe(guard(self._choose), names="value")
        self._yours.on_click(guard(lambda _button: self._begin()))
        controls = HBox([self._target, self._yours])
        controls.add_class("digits-controls")
        content = VBox([controls, self.line, self._picture])
        content.add_class("digits-make-it")
        return content

    def update(self, state: State) -> None:
        """Judge the challenge, or begin anew with a new drawing; fulfil a wish."""
        if self._challenge and self._challenge.goes_on(state.drawing):
            self._judge(state, self._challenge)
        elif state.drawing is not self._drawing:
            self._worker.cancel()
            self._challenge, self._target.index = None, None
            self._show("", "")
        self._drawing = state.drawing
        if self._wish is not None and not state.waiting:
            target, self._wish = self._wish, None
            # A digit that is chosen already is sought again.
            self._target.index = None
            self._target.index = target

    def _choose(self, change: dict[str, int | None]) -> None:
        target, self._challenge = change["new"], None
        state, answer = self.state, self.state.prediction
        if target is None:
            return
        self._worker.cancel()
        if answer is None or state.trace is None:
            self._show("", "Draw a digit first.")
        elif answer.label == target:
            self._show("", f"The model reads {a_digit(target)} already.")
        else:
            picture = _before(state.trace.tensor, (answer.label, target))
            words = f"Looking for dabs that make it {a_digit(target)} …"
            self._show(picture, words, turn="soon")
            self._worker(state, target, now=True)

    def _search(self, state: State, target: int) -> Found:
        # Only traces are answered.
        assert state.trace is not None  # noqa: S101
        assert state.prediction is not None  # noqa: S101
        many = self.context.predictor.many
        for attempt in make_it(target, state.trace.tensor, many):
            if self.state.drawing is not state.drawing or self._target.value != target:
                break
            self.say(_progress(attempt))
        return state.prediction.label, attempt

    def _finish(self, found: Found) -> None:
        read, attempt = found
        self._allowed = max(YOURS, len(attempt.dabs))
        words = _result(attempt)
        if self.state.drawing.strokes:
            self._show(_replay(attempt, read), words, turn="yes")
        else:
            self._show(_replay(attempt, read), f"{words} {_ON_A_PICTURE}")

    def _fail(self, problem: Exception) -> None:
        self._show("", "")
        self.say_problem(problem)

    def _show(self, picture: str, words: str, *, turn: Turn = "no") -> None:
        self._offer(turn)
        self.say(words)
        self._picture.value = picture

    def _offer(self, turn: Turn) -> None:
        layout = self._yours.layout
        layout.display = "none" if turn == "no" else ""
        layout.visibility = "hidden" if turn == "soon" else None

    def _begin(self) -> None:
        """Let the learner try it: count the strokes from now on."""
        target = self._target.value
        self._challenge = Challenge(target, self._allowed, self.state.drawing)
        self._offer("no")
        self.say(self._challenge.task)

    def _judge(self, state: State, challenge: Challenge) -> None:
        used = len(state.drawing) - len(challenge.begun)
        if not used:
            self.say(challenge.task)
        elif state.prediction:
            self.say(challenge.verdict(used, state.prediction))


@dataclass(frozen=True)
class Challenge:
    """A digit to make, with a few strokes on a drawing."""

    target: int
    """The digit that the model should read."""

    allowed: int
    """Strokes of pen or eraser."""

    begun: Drawing
    """The drawing at the start."""

    def goes_on(self, drawing: Drawing) -> bool:
        """Return whether a drawing is still the one at the start, with more strokes."""
        return Drawing(drawing.strokes[: len(self.begun)]) == self.begun

    @property
    def task(self) -> str:
        """What to do, as a sentence."""
        return (
            f"Your turn: draw on the paper until the model reads "
            f"{a_digit(self.target)}. You have {self.allowed} strokes of pen or eraser."
        )

    def verdict(self, used: int, answer: Prediction) -> str:
        """Say how it stands.

        Parameters
        ----------
        used : int
            Strokes since the start, 1 or more.
        answer : Prediction
            The answer about the drawing with them.
        """
        strokes = "1 stroke" if used == 1 else f"{used} strokes"
        has = f"{self.target} has {percent(float(answer.confidences[self.target]))}"
        if answer.label == self.target and used <= self.allowed:
            return f"You did it with {strokes}: {has}."
        if answer.label == self.target:
            return f"{has}, but with {strokes}. Undo some, and use fewer."
        if used < self.allowed:
            return f"{strokes} of {self.allowed}: {has}. Go on."
        return f"{strokes}, and {has}. Undo some, and try another place."


def _progress(attempt: Attempt) -> str:
    share = percent(float(attempt.prediction.confidences[attempt.target]))
    return f"Looking … {_count(attempt)} so far: {attempt.target} has {share}."


def _result(attempt: Attempt) -> str:
    target, answer = attempt.target, attempt.prediction
    share = percent(float(answer.confidences[target]))
    if not attempt.is_done:
        return (
            f"{_count(attempt)} bring {target} to {share}; more would be a new "
            f"drawing. Draw {a_digit(target)} over it, or choose another digit."
        )
    ink = sum(dab.ink for dab in attempt.dabs)
    kinds = [(ink, "of ink"), (len(attempt.dabs) - ink, "of the eraser")]
    told = ", ".join(f"{number} {kind}" for number, kind in kinds if number)
    makes = "makes" if len(attempt.dabs) == 1 else "make"
    return (
        f"{_count(attempt)} {makes} it {a_digit(target)}: {told}. {target} has {share}."
    )


def _count(attempt: Attempt) -> str:
    number = len(attempt.dabs)
    return "1 dab" if number == 1 else f"{number} dabs"


def _before(image: Image, digits: tuple[int, int]) -> str:
    """Return the picture before there are dabs, as large as with all beside it."""
    return _picture(image, "The drawing without a dab", (), empty_tiles(digits))


def _replay(attempt: Attempt, read: int) -> str:
    """Return the picture; its dabs appear one after another: see ``why.css``."""
    near = nearest_tiles(attempt.before, (read, attempt.target))
    return _picture(attempt.before, _result(attempt), attempt.dabs, near)


def _picture(image: Image, words: str, dabs: Sequence[Dab], near: str) -> str:
    marks = "".join(
        f'<g class="digits-dab" style="animation-delay:{_EACH * number:g}s">'
        f"{dot_of(dab)}{mark(dab)}</g>"
        for number, dab in enumerate(dabs, start=1)
    )
    picture = html.picture(tile_png(image, side=2 * _SIDE), words)
    return (
        f'<div class="digits-made"><div><div class="digits-reason-tile">{picture}'
        f'<svg viewBox="0 0 28 28" aria-hidden="true">{marks}</svg></div>'
        f"<p>⊕ pen, ⊖ eraser: dots 3 pixels wide</p></div>{near}</div>"
    )
