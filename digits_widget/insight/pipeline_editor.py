"""`PipelineEditor`: the steps of a pipeline, to switch, move and tune.

A user may pass through an order that makes no sense; only `pipeline` refuses it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count

from digits_widget.pipeline import Pipeline, name_of
from digits_widget.steps import Step, ToTensor
from digits_widget.steps.parameters import changed


@dataclass(frozen=True)
class Place:
    """One step in the editor."""

    step: Step
    """The step."""

    is_on: bool = True
    """Whether the pipeline uses the step."""

    key: int = field(default_factory=count().__next__)
    """A number that identifies the step wherever it is moved."""


@dataclass(frozen=True)
class PipelineEditor:
    """Steps in order. Every method returns a new editor."""

    places: tuple[Place, ...]
    """From first to last."""

    @classmethod
    def of(cls, pipeline: Pipeline) -> PipelineEditor:
        """Make an editor of the steps of a pipeline, all switched on."""
        return cls(tuple(map(Place, pipeline.steps)))

    def keyed_like(self, other: PipelineEditor) -> PipelineEditor:
        """Return the editor with the keys of the same steps in another editor."""
        spare = list(other.places)
        places = []
        for place in self.places:
            same = (p for p in spare if name_of(p.step) == name_of(place.step))
            if old := next(same, None):
                spare.remove(old)
            places.append(replace(place, key=old.key) if old else place)
        return PipelineEditor(tuple(places))

    def pipeline(self, *, name: str) -> Pipeline:
        """Return the steps that are on, as a pipeline.

        Raises
        ------
        StepOrderError
            The tensor is missing, appears twice, or is not last.
        """
        return Pipeline(tuple(p.step for p in self.places if p.is_on), name=name)

    def switched(self, key: int, *, on: bool) -> PipelineEditor:
        """Return the editor with a step switched on or off.

        Parameters
        ----------
        key : int
            Key of the step.
        on : bool
            Whether the pipeline uses it.
        """
        return self._with(key, lambda place: (replace(place, is_on=on),))

    def tuned(self, key: int, name: str, value: object) -> PipelineEditor:
        """Return the editor with a new value for a parameter of a step.

        Parameters
        ----------
        key : int
            Key of the step.
        name : str
            Name of the parameter.
        value : object
            Its new value.

        Raises
        ------
        OptionError
            The step does not accept the value.
        """
        return self._with(
            key, lambda place: (replace(place, step=changed(place.step, name, value)),)
        )

    def repeated(self, key: int) -> PipelineEditor:
        """Return the editor with a copy of a step after it."""
        return self._with(key, lambda place: (place, Place(place.step, place.is_on)))

    def removed(self, key: int) -> PipelineEditor:
        """Return the editor without a step."""
        return self._with(key, lambda _place: ())

    def moved(self, key: int, by: int) -> PipelineEditor:
        """Return the editor with a step moved, as far as there is room.

        Parameters
        ----------
        key : int
            Key of the step.
        by : int
            Number of places; below 0 moves to the front.
        """
        places = list(self.places)
        old = self._index(key)
        new = min(max(old + by, 0), len(places) - 1)
        places.insert(new, places.pop(old))
        return PipelineEditor(tuple(places))

    def added(self, step: Step) -> PipelineEditor:
        """Return the editor with a new step at the end, but before a final tensor."""
        end = len(self.places)
        if self.places and isinstance(self.places[-1].step, ToTensor):
            end -= 1
        return PipelineEditor((*self.places[:end], Place(step), *self.places[end:]))

    def _with(
        self, key: int, change: Callable[[Place], tuple[Place, ...]]
    ) -> PipelineEditor:
        index = self._index(key)
        new = change(self.places[index])
        return PipelineEditor((*self.places[:index], *new, *self.places[index + 1 :]))

    def _index(self, key: int) -> int:
        return next(i for i, place in enumerate(self.places) if place.key == key)
