"""`StepList`: the steps of the pipeline, to be switched, moved and tuned live."""

from __future__ import annotations

from collections.abc import Callable

from ipywidgets import HTML, Button, Dropdown, HBox, VBox

from digits_widget.drawing import Drawing
from digits_widget.errors import DigitsError, EmptyDrawingError
from digits_widget.insight.workbench import Workbench
from digits_widget.pipeline import Pipeline
from digits_widget.samples import sample
from digits_widget.state import State
from digits_widget.steps import STEPS
from digits_widget.trace import Trace
from digits_widget.widget.desk import Desk
from digits_widget.widget.filmstrip.step_row import StepRow
from digits_widget.widget.status import problem_html

OWN = "own"
"""The name of a pipeline that is no preset."""

_NO_STEPS = (
    "These steps are a function of your own, which cannot be taken apart. Choose a "
    "preset above to change its steps."
)


class StepList:
    """Let people change the pipeline; use it at once if it can work on the drawing.

    An order that makes no sense stays on the list, with the reason above it, and the
    last good pipeline goes on.

    Parameters
    ----------
    desk : Desk
        Its session gets the pipeline.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._used: Callable[[Drawing], Trace] | None = None
        self._origin: Pipeline | None = None
        self._bench: Workbench | None = None
        self._rows: dict[int, StepRow] = {}
        self._list = VBox()
        self._list.add_class("digits-steps")
        self._problem = HTML()
        self._problem.add_class("digits-steps-problem")
        self._more = Dropdown(
            options=[(kind.title, kind) for kind in STEPS],
            description="Add",
            tooltip="A step to add before the tensor",
        )
        add = Button(description="Add step", tooltip="Add it before the tensor")
        reset = Button(description="Reset", tooltip="Take the steps as they were")
        add.on_click(desk.guard(lambda _button: self._add()))
        reset.on_click(desk.guard(lambda _button: self._reset()))
        foot = HBox([self._more, add, reset])
        foot.add_class("digits-steps-foot")
        self.widget = VBox([self._problem, self._list, foot])

    def show(self, _state: State) -> None:
        """List other steps, if somebody else has chosen a pipeline."""
        if self._desk.session.prepare is not self._used:
            self._adopt(self._desk.session.prepare)

    def _adopt(self, prepare: Callable[[Drawing], Trace]) -> None:
        self._used = prepare
        self._problem.value = ""
        if isinstance(prepare, Pipeline):
            self._origin = prepare
            bench = Workbench.of(prepare)
            # Controls that are there already need not be made again.
            self._show(bench.keyed_like(self._bench) if self._bench else bench)
        else:
            self._origin = self._bench = None
            self._rows = {}
            self._list.children = [HTML(_NO_STEPS)]

    def switch(self, key: int, *, on: bool) -> None:
        """Switch a step on or off."""
        self._change(lambda bench: bench.switched(key, on=on))

    def tune(self, key: int, name: str, value: object) -> None:
        """Choose another value for a parameter of a step."""
        self._change(lambda bench: bench.tuned(key, name, value))

    def move(self, key: int, by: int) -> None:
        """Move a step earlier or later, and keep the focus on its button."""
        self._change(lambda bench: bench.moved(key, by))
        row = self._rows[key]
        pressed, other = (row.earlier, row.later)[:: 1 if by < 0 else -1]
        (other if pressed.disabled else pressed).focus()

    def repeat(self, key: int) -> None:
        """Do a step twice."""
        self._change(lambda bench: bench.repeated(key))

    def remove(self, key: int) -> None:
        """Take a step away."""
        self._change(lambda bench: bench.removed(key))

    def _add(self) -> None:
        self._change(lambda bench: bench.added(self._more.value()))

    def _reset(self) -> None:
        if self._origin:
            self._adopt(self._origin)
            self._desk.session.use(self._origin)

    def _change(self, change: Callable[[Workbench], Workbench]) -> None:
        if self._bench is None:
            return
        try:
            self._show(change(self._bench))
            pipeline = self._pipeline()
            # Tried first: the tiles go on with the last order that worked.
            _try(pipeline, self._desk.session.state.drawing)
        except DigitsError as problem:
            self._show(self._bench)
            self._problem.value = _explain(problem)
        else:
            self._problem.value = ""
            self._used = pipeline
            self._desk.session.use(pipeline)

    def _pipeline(self) -> Pipeline:
        assert self._bench is not None  # noqa: S101 - as _change saw
        pipeline = self._bench.pipeline(name=OWN)
        same = self._origin is not None and pipeline.steps == self._origin.steps
        return self._origin if same and self._origin else pipeline

    def _show(self, bench: Workbench) -> None:
        self._bench = bench
        rows = {
            place.key: self._rows.get(place.key)
            or StepRow(place, self, self._desk.guard)
            for place in bench.places
        }
        last = len(bench.places) - 1
        for number, (place, row) in enumerate(
            zip(bench.places, rows.values(), strict=True)
        ):
            row.show(place, first=number == 0, last=number == last)
        if list(rows) != list(self._rows):
            self._list.children = [row.widget for row in rows.values()]
        for key in self._rows.keys() - rows.keys():
            self._rows[key].close()
        self._rows = rows


def _try(pipeline: Pipeline, drawing: Drawing) -> None:
    try:
        pipeline(drawing)
    except EmptyDrawingError:
        pipeline(sample(8))


def _explain(problem: DigitsError) -> str:
    return (
        f"{problem_html(problem)}<p>Until then the tiles show the last steps that "
        "worked.</p>"
    )
