"""`ThenAndNow`: one switch between the way of 2020 and today's, with both answers."""

from __future__ import annotations

from html import escape

from ipywidgets import HTML, ToggleButtons, VBox

from digits_widget.certainty import describe
from digits_widget.errors import DigitsError
from digits_widget.pipeline import PRESETS
from digits_widget.state import State
from digits_widget.ways import WAYS, Way
from digits_widget.widget.context import Context
from digits_widget.widget.panel import REST
from digits_widget.widget.predictors import (
    CallablePredictor,
    Predictor,
    ServerPredictor,
)
from digits_widget.widget.worker import Worker


class ThenAndNow:
    """Switch the whole widget between the ways; show both answers from then on.

    Parameters
    ----------
    context : Context
        The objects that the parts of the widget share.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._switch = ToggleButtons(
            options=[(way.name, way) for way in WAYS],
            index=None,
            tooltips=[
                f"{way.words}: preset {way.preset}, version {way.version}"
                for way in WAYS
            ],
        )
        self._version: int | None = None
        self._answers = HTML()
        self.widget = VBox([self._switch, self._answers])
        self.widget.add_class("digits-then-and-now")
        if isinstance(context.predictor, CallablePredictor):
            self.widget.layout.display = "none"
        self._worker = Worker(self._ask, self._draw, self._fail, quiet=REST)
        self._switch.observe(context.guard(self._take), names="value")

    def show(self, state: State) -> None:
        """Ask the other way about the drawing of `state`, once it rests."""
        if self._version is None:
            return
        way = next(filter(self._is_taken, WAYS), None)
        self._switch.value = way
        if way is None:
            # A person has chosen other steps; the version stays until they press again.
            self._worker.cancel()
            self._answers.value = _between(self._version, self._context.session.prepare)
        elif state.prediction:
            self._worker(state, way)

    def _is_taken(self, way: Way) -> bool:
        steps = self._context.session.prepare
        return way.version == self._version and steps == PRESETS[way.preset]

    def _take(self, change: dict[str, Way | None]) -> None:
        way, predictor = change["new"], self._context.predictor
        if way and isinstance(predictor, ServerPredictor) and not self._is_taken(way):
            self._version = way.version
            if change["old"] is None:
                self._answers.value = ""
            predictor.ask_version(way.version)
            self._context.session.use(PRESETS[way.preset])

    def _ask(self, state: State, chosen: Way) -> str:
        assert state.prediction is not None  # noqa: S101 - as `show` says
        return "".join(
            _answer(way, self._about(state, way, chosen), is_on=way is chosen)
            for way in WAYS
        )

    def _about(self, state: State, way: Way, chosen: Way) -> str:
        if way is chosen and state.prediction:
            return describe(state.prediction)
        try:
            image = PRESETS[way.preset](state.drawing).tensor
            return describe(self._at(way.version)(image))
        except DigitsError as exc:
            return str(exc)

    def _at(self, version: int) -> Predictor:
        predictor = self._context.predictor
        assert isinstance(predictor, ServerPredictor)  # noqa: S101 - as `_take` saw
        return predictor.at_version(version)

    def _draw(self, answers: str) -> None:
        self._answers.value = f'<div class="digits-ways">{answers}</div>'

    def _fail(self, _problem: Exception) -> None:
        self._answers.value = ""


def _answer(way: Way, words: str, *, is_on: bool) -> str:
    kind = ' class="digits-way-on"' if is_on else ""
    return f"<p{kind}>{way.name}<br><b>{escape(words)}</b></p>"


def _between(version: int, prepare: object) -> str:
    """Say which version answers through which steps, where neither way is taken."""
    steps = escape(str(getattr(prepare, "name", "your own")))
    return (
        f'<p class="digits-between">Version {version} answers, but with other steps: '
        f"<b>{steps}</b>. Press a button for its version and its steps.</p>"
    )
