"""`PipelineComparison`: the same drawing through two pipelines, side by side."""

from __future__ import annotations

from html import escape

from ipywidgets import HTML, Dropdown, HBox, ToggleButton, VBox

from digits_widget.certainty import percent
from digits_widget.pipeline import PRESETS
from digits_widget.session import Session
from digits_widget.state import State
from digits_widget.widget.context import Context
from digits_widget.widget.panels.steps.preset_menu import OWN
from digits_widget.widget.panels.steps.step_strip import StepStrip
from digits_widget.widget.status import Status
from digits_widget.widget.worker import Worker, in_background

GIVE_INTERVAL = 0.25
"""Seconds between two updates while a person draws; with the pen up, there is no wait.
"""


class PipelineComparison:
    """Show a second session, which follows the drawings of the first.

    Parameters
    ----------
    context : Context
        Has the first session, and the predictor of both.
    first : StepStrip
        The first session's strip, which has a name while there are two.
    """

    def __init__(self, context: Context, first: StepStrip) -> None:
        self._context = context
        self._first = first
        self._strip = StepStrip()
        self._session: Session | None = None
        self._state = State()
        self._given = State()
        # Run in the background, and seldom: its steps must not slow down the ink.
        self._give = Worker(context.guard(self._draw), interval=GIVE_INTERVAL)
        self._words = HTML()
        self._words.add_class("digits-verdict")
        self._status = Status()
        names = tuple(PRESETS)
        self._menu = Dropdown(options=names, value=names[1], description="with")
        self._menu.add_class("digits-with")
        self._menu.tooltip = "The steps to compare with"
        self.toggle = ToggleButton(
            description="Compare with …",
            tooltip="Send the same drawing through other steps, too",
        )
        self.controls = HBox([self.toggle])
        self.widget = VBox()
        self.toggle.observe(context.guard(self._open), names="value")
        self._menu.observe(context.guard(self._choose), names="value")

    @property
    def strips(self) -> tuple[tuple[str, State], ...]:
        """The names of both strips and their states; empty while there is only one."""
        if self._session is None:
            return ()
        return ((self._first_name, self._state), (self._menu.value, self._other))

    def show(self, state: State) -> None:
        """Give the second session the new drawing in `state`."""
        self._state = state
        if self._session is None:
            return
        self._first.call(self._first_name)
        if state.drawing is not self._given.drawing:
            self._given = state
            self._give(now=self._context.controller.pointer is None)
        self._tell()

    @property
    def _first_name(self) -> str:
        name = str(getattr(self._context.session.prepare, "name", OWN))
        return "your steps" if name == OWN else name

    @property
    def _other(self) -> State:
        return self._session.state if self._session else State()

    def _open(self, _change: object) -> None:
        if not self.toggle.value:
            self._close()
            return
        prepare = PRESETS[self._menu.value]
        self._session = Session(prepare, self._context.predictor, in_background)
        for view in (self._strip, self._status):
            self._session.subscribe(view.show)
        self._session.subscribe(lambda _state: self._tell())
        self._strip.call(self._menu.value)
        self._strip.expect(prepare)
        self._strip.show(State())
        self.controls.children = [self.toggle, self._menu]
        self.widget.children = [self._strip.widget, self._words, self._status.widget]
        self._given = State()
        self.show(self._state)

    def _close(self) -> None:
        if self._session:
            self._session.close()
        self._session = None
        self._first.call("")
        self.controls.children = [self.toggle]
        self.widget.children = []

    def _choose(self, _change: object) -> None:
        if self._session is None:
            return
        self._strip.call(self._menu.value)
        self._strip.expect(PRESETS[self._menu.value])
        self._session.use(PRESETS[self._menu.value])

    def _draw(self) -> None:
        if session := self._session:
            session.draw(self._given.drawing)

    def _tell(self) -> None:
        first, second = self._state, self._other
        answered = first.prediction and second.prediction
        if first.drawing is second.drawing and answered:
            self._words.value = verdict(self.strips)
        elif not first.drawing:
            self._words.value = ""
        else:
            # The words are about an older drawing, or about one strip's.
            self._words.value = self._words.value.replace(
                'class="digits-said"', 'class="digits-said digits-stale"'
            )


def verdict(strips: tuple[tuple[str, State], ...]) -> str:
    """Say which digits the model reads on both strips, and whether they differ."""
    labels = [state.prediction.label for _, state in strips if state.prediction]
    read = [
        f"{escape(name)} reads <b>{state.prediction.label}</b>"
        f" ({percent(state.prediction.confidence)})"
        for name, state in strips
        if state.prediction
    ]
    mark = "≠" if len(set(labels)) > 1 else "="
    words = f"{', '.join(read)}.".replace("your steps reads", "your steps read")
    told = "The steps changed the answer" if mark == "≠" else "The answer is the same"
    return (
        f'<div class="digits-said" role="status" aria-live="polite">'
        f"<b>{mark}</b> {told}: {words}</div>"
    )
