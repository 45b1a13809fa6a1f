"""`StepList`: the steps of the pipeline, to switch off, move and tune live."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ipywidgets import (
    HTML,
    Box,
    Button,
    Checkbox,
    DOMWidget,
    Dropdown,
    HBox,
    VBox,
    Widget,
)

from digits_widget.drawing import Drawing
from digits_widget.errors import DigitsError, EmptyDrawingError
from digits_widget.insight.pipeline_editor import PipelineEditor, Place
from digits_widget.pipeline import Pipeline, name_of
from digits_widget.samples import sample
from digits_widget.state import State
from digits_widget.steps import STEPS
from digits_widget.steps.parameters import parameters, values
from digits_widget.trace import Trace
from digits_widget.widget import html
from digits_widget.widget.option_control import (
    can_show,
    from_control,
    option_control,
    to_control,
)
from digits_widget.widget.panel import Panel

CHANGED = ", changed"
"""Ends the name of a pipeline that a person has changed."""

_NO_STEPS = (
    "These steps are a function of your own, which cannot be taken apart. Choose a "
    "preset above to change its steps."
)


class StepList(Panel):
    """Let a person change the pipeline; use it at once if it works on the drawing.

    If it does not, the steps stay on the list, with the reason above them, and the
    session keeps the last pipeline that worked.
    """

    def build(self) -> DOMWidget:
        """Make an empty list, and the buttons that change it."""
        guard = self.context.guard
        self._used: Callable[[Drawing], Trace] | None = None
        self._origin: Pipeline | None = None
        self._editor: PipelineEditor | None = None
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
        add.on_click(guard(lambda _button: self._add()))
        reset.on_click(guard(lambda _button: self._reset()))
        foot = HBox([self._more, add, reset])
        foot.add_class("digits-steps-foot")
        return VBox([self._problem, self._list, foot])

    def update(self, _state: State) -> None:
        """List the steps of a pipeline that was chosen elsewhere."""
        if self.context.session.prepare is not self._used:
            self._adopt(self.context.session.prepare)

    def _adopt(self, prepare: Callable[[Drawing], Trace]) -> None:
        self._used = prepare
        self._problem.value = ""
        if isinstance(prepare, Pipeline):
            self._origin = prepare
            editor = PipelineEditor.of(prepare)
            # Keep the controls that the list has already.
            self._show(editor.keyed_like(self._editor) if self._editor else editor)
        else:
            self._origin = self._editor = None
            self._rows = {}
            self._list.children = [HTML(_NO_STEPS)]

    def move(self, key: int, by: int) -> None:
        """Move a step, and keep the focus on its button.

        Parameters
        ----------
        key : int
            Key of the step.
        by : int
            Number of places: -1 is one earlier, 1 is one later.
        """
        self.change(lambda editor: editor.moved(key, by))
        row = self._rows[key]
        pressed, other = (row.earlier, row.later)[:: 1 if by < 0 else -1]
        (other if pressed.disabled else pressed).focus()

    def _add(self) -> None:
        self.change(lambda editor: editor.added(self._more.value()))

    def _reset(self) -> None:
        if self._origin:
            self._adopt(self._origin)
            self.context.session.use(self._origin)

    def change(self, change: Callable[[PipelineEditor], PipelineEditor]) -> None:
        """Change the steps; use them if they work on the drawing."""
        if self._editor is None:
            return
        try:
            self._show(change(self._editor))
            pipeline = self._pipeline()
            # Try them first: until they work, the tiles show the last good pipeline.
            _try(pipeline, self.context.session.state.drawing)
        except DigitsError as problem:
            self._show(self._editor)
            self._problem.value = _explain(problem)
        else:
            self._problem.value = ""
            self._used = pipeline
            self.context.session.use(pipeline)

    def _pipeline(self) -> Pipeline:
        assert self._editor is not None  # noqa: S101 - as `change` saw
        name = self._origin.name.removesuffix(CHANGED) if self._origin else ""
        pipeline = self._editor.pipeline(name=f"{name}{CHANGED}")
        same = self._origin is not None and pipeline.steps == self._origin.steps
        return self._origin if same and self._origin else pipeline

    def _show(self, editor: PipelineEditor) -> None:
        self._editor = editor
        rows = {
            place.key: self._rows.get(place.key)
            or StepRow(place, self, self.context.guard)
            for place in editor.places
        }
        last = len(editor.places) - 1
        for number, (place, row) in enumerate(
            zip(editor.places, rows.values(), strict=True)
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
        f"{html.problem(problem)}<p>Until then the tiles show the last steps that "
        "worked.</p>"
    )


Guard = Callable[[Callable[..., Any]], Callable[..., None]]


class StepRow:
    """Show one step, and report each change to the list.

    Parameters
    ----------
    place : Place
        The step. The row keeps its key.
    steps : StepList
        The list, which makes the changes.
    guard : callable
        Wraps a handler, so that the widget shows its errors.
    """

    def __init__(self, place: Place, steps: StepList, guard: Guard) -> None:
        self._place = place
        self._list = steps
        self._guard = guard
        key, step = place.key, place.step
        title = str(getattr(step, "title", name_of(step)))
        self._switch = Checkbox(place.is_on, description=title, indent=False)
        self._switch.add_class("digits-step-name")
        self._controls: dict[str, Widget] = {}
        self._box = Box()
        self._box.add_class("digits-step-controls")
        self.earlier = _button("earlier", f"Move {title} earlier")
        self.later = _button("later", f"Move {title} later")
        repeat = _button("repeat", f"Repeat {title}")
        remove = _button("remove", f"Remove {title}")
        for button, act in (
            (self.earlier, lambda: steps.move(key, -1)),
            (self.later, lambda: steps.move(key, 1)),
            (repeat, lambda: steps.change(lambda editor: editor.repeated(key))),
            (remove, lambda: steps.change(lambda editor: editor.removed(key))),
        ):
            button.on_click(guard(lambda _button, act=act: act()))
        self._switch.observe(guard(self._switched), names="value")
        buttons = HBox([self.earlier, self.later, repeat, remove])
        buttons.add_class("digits-step-buttons")
        self.widget = Box([self._switch, self._box, buttons])
        self.widget.add_class("digits-step")
        self._build()

    def show(self, place: Place, *, first: bool, last: bool) -> None:
        """Show the step as it is now.

        Parameters
        ----------
        place : Place
            The step.
        first, last : bool
            Whether it is the first or the last step of the list.
        """
        old, self._place = self._place, place
        self.earlier.disabled, self.later.disabled = first, last
        self._switch.value = place.is_on
        chosen = values(place.step)
        if parameters(place.step) != parameters(old.step) or not all(
            can_show(widget, chosen[name]) for name, widget in self._controls.items()
        ):
            self._build()
        for name, widget in self._controls.items():
            widget.value = to_control(chosen[name])

    def close(self) -> None:
        """Close the row's widgets."""
        for widget in (*self._controls.values(), self._switch, self.widget):
            widget.close()

    def _build(self) -> None:
        step = self._place.step
        chosen = values(step)
        self._controls = {
            name: option_control(name, parameter, chosen[name])
            for name, parameter in parameters(step).items()
        }
        for name, widget in self._controls.items():
            widget.observe(self._guard(self._tuner(name)), names="value")
        is_for_pictures = getattr(step, "pictures_only", False)
        remark = [HTML("for pictures only: strokes pass it by")]
        self._box.children = [
            *(remark if is_for_pictures else ()),
            *self._controls.values(),
        ]

    def _tuner(self, name: str) -> Callable[[dict[str, Any]], None]:
        def tune(change: dict[str, Any]) -> None:
            value = from_control(change["new"])
            if value != values(self._place.step).get(name):
                key = self._place.key
                self._list.change(lambda editor: editor.tuned(key, name, value))

        return tune

    def _switched(self, change: dict[str, Any]) -> None:
        if change["new"] != self._place.is_on:
            key, on = self._place.key, change["new"]
            self._list.change(lambda editor: editor.switched(key, on=on))


def _button(kind: str, words: str) -> Button:
    # A screen reader reads the words; the style sheet shows a sign in their place.
    button = Button(description=words, tooltip=words)
    button.add_class(f"digits-{kind}")
    return button
