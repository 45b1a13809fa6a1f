"""`Workbench`: the steps of a pipeline, to be switched, moved and tuned.

It may hold an order that makes no sense, as on the way from one to another; only
`pipeline` refuses it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count

from digits_widget.pipeline import Pipeline, name_of
from digits_widget.steps import Step, ToTensor
from digits_widget.steps.parameter import changed


@dataclass(frozen=True)
class Place:
    """One step on the bench."""

    step: Step
    """What it does."""

    is_on: bool = True
    """Whether it is part of the pipeline."""

    key: int = field(default_factory=count().__next__)
    """Its own number, which it keeps wherever it is moved."""


@dataclass(frozen=True)
class Workbench:
    """Steps in their order. Every method returns another bench."""

    places: tuple[Place, ...]
    """From first to last."""

    @classmethod
    def of(cls, pipeline: Pipeline) -> Workbench:
        """Lay out the steps of a pipeline, all switched on."""
        return cls(tuple(map(Place, pipeline.steps)))

    def keyed_like(self, other: Workbench) -> Workbench:
        """Return the bench with the keys of steps of the same kind on another one."""
        spare = list(other.places)
        places = []
        for place in self.places:
            same = (p for p in spare if name_of(p.step) == name_of(place.step))
            if old := next(same, None):
                spare.remove(old)
            places.append(replace(place, key=old.key) if old else place)
        return Workbench(tuple(places))

    def pipeline(self, *, name: str) -> Pipeline:
        """Return the steps that are on, as a pipeline.

        Raises
        ------
        StepOrderError
            The tensor is missing, stands twice, or is not last.
        """
        return Pipeline(tuple(p.step for p in self.places if p.is_on), name=name)

    def switched(self, key: int, *, on: bool) -> Workbench:
        """Return the bench with a step on or off."""
        return self._with(key, lambda place: (replace(place, is_on=on),))

    def tuned(self, key: int, name: str, value: object) -> Workbench:
        """Return the bench with another value for a parameter of a step.

        Raises
        ------
        OptionError
            The step does not take it.
        """
        return self._with(
            key, lambda place: (replace(place, step=changed(place.step, name, value)),)
        )

    def repeated(self, key: int) -> Workbench:
        """Return the bench with a step twice, one after the other."""
        return self._with(key, lambda place: (place, Place(place.step, place.is_on)))

    def removed(self, key: int) -> Workbench:
        """Return the bench without a step."""
        return self._with(key, lambda _place: ())

    def moved(self, key: int, by: int) -> Workbench:
        """Return the bench with a step moved, as far as there is room.

        Parameters
        ----------
        key : int
            Of the step.
        by : int
            Places; below 0 is earlier.
        """
        places = list(self.places)
        old = self._index(key)
        new = min(max(old + by, 0), len(places) - 1)
        places.insert(new, places.pop(old))
        return Workbench(tuple(places))

    def added(self, step: Step) -> Workbench:
        """Return the bench with one more step, before a tensor that is last."""
        end = len(self.places)
        if self.places and isinstance(self.places[-1].step, ToTensor):
            end -= 1
        return Workbench((*self.places[:end], Place(step), *self.places[end:]))

    def _with(
        self, key: int, change: Callable[[Place], tuple[Place, ...]]
    ) -> Workbench:
        index = self._index(key)
        new = change(self.places[index])
        return Workbench((*self.places[:index], *new, *self.places[index + 1 :]))

    def _index(self, key: int) -> int:
        return next(i for i, place in enumerate(self.places) if place.key == key)
