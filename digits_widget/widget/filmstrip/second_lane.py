"""`SecondLane`: the same drawing through another pipeline, and what that changes."""

from __future__ import annotations

from html import escape

from ipywidgets import HTML, Dropdown, HBox, ToggleButton, VBox

from digits_widget.pipeline import PRESETS
from digits_widget.session import Session
from digits_widget.state import State
from digits_widget.widget.desk import Desk
from digits_widget.widget.filmstrip.lane import Lane
from digits_widget.widget.pace import Pace
from digits_widget.widget.status import Status

OWN = "own"
"""What a pipeline is called that is no preset."""

GIVE_INTERVAL = 0.25
"""Seconds between two looks at a drawing that grows; when the pen is up, at once."""


class SecondLane:
    """Show a second session, which is given all that the first one is.

    Parameters
    ----------
    desk : Desk
        The first session, and whom both ask.
    first : Lane
        Gets its name while there are two.
    """

    def __init__(self, desk: Desk, first: Lane) -> None:
        self._desk = desk
        self._first = first
        self._lane = Lane()
        self._session: Session | None = None
        self._state = State()
        self._given = State()
        # In the background, and seldom: its steps must not slow down the ink.
        self._give = Pace(
            desk.guard(self._draw),
            interval=GIVE_INTERVAL,
            background=desk.background,
        )
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
        self.toggle.observe(desk.guard(self._open), names="value")
        self._menu.observe(desk.guard(self._choose), names="value")

    @property
    def lanes(self) -> tuple[tuple[str, State], ...]:
        """The names of both lanes and their states; nothing while there is one."""
        if self._session is None:
            return ()
        return ((self._first_name, self._state), (self._menu.value, self._other))

    def show(self, state: State) -> None:
        """Give the second session what is new in `state`."""
        self._state = state
        if self._session is None:
            return
        self._first.call(self._first_name)
        if state.drawing is not self._given.drawing:
            self._given = state
            self._give(now=self._desk.pad.pointer is None)
        self._tell()

    @property
    def _first_name(self) -> str:
        name = getattr(self._desk.session.prepare, "name", OWN)
        return name if name != OWN else "your steps"

    @property
    def _other(self) -> State:
        return self._session.state if self._session else State()

    def _open(self, _change: object) -> None:
        if not self.toggle.value:
            self._close()
            return
        prepare = PRESETS[self._menu.value]
        self._session = Session(prepare, self._desk.answerer, self._desk.background)
        for view in (self._lane, self._status):
            self._session.subscribe(view.show)
        self._session.subscribe(lambda _state: self._tell())
        self._lane.call(self._menu.value)
        self._lane.expect(prepare)
        self._lane.show(State())
        self.controls.children = [self.toggle, self._menu]
        self.widget.children = [self._lane.widget, self._words, self._status.widget]
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
        self._lane.call(self._menu.value)
        self._lane.expect(PRESETS[self._menu.value])
        self._session.use(PRESETS[self._menu.value])

    def _draw(self) -> None:
        if session := self._session:
            session.draw(self._given.drawing)

    def _tell(self) -> None:
        first, second = self._state, self._other
        answered = first.prediction and second.prediction
        if first.drawing is second.drawing and answered:
            self._words.value = verdict(self.lanes)
        elif not first.drawing:
            self._words.value = ""
        else:
            # They belong to an older drawing, or to one lane's.
            self._words.value = self._words.value.replace(
                'class="digits-said"', 'class="digits-said digits-stale"'
            )


def verdict(lanes: tuple[tuple[str, State], ...]) -> str:
    """Say what both lanes read, and whether the steps have changed that."""
    labels = [state.prediction.label for _, state in lanes if state.prediction]
    read = [
        f"{escape(name)} reads <b>{state.prediction.label}</b>"
        f" ({100 * state.prediction.confidence:.1f}\N{NO-BREAK SPACE}%)"
        for name, state in lanes
        if state.prediction
    ]
    mark = "≠" if len(set(labels)) > 1 else "="
    words = f"{', '.join(read)}.".replace("your steps reads", "your steps read")
    told = "The steps changed the answer" if mark == "≠" else "The answer is the same"
    return (
        f'<div class="digits-said" role="status" aria-live="polite">'
        f"<b>{mark}</b> {told}: {words}</div>"
    )
