"""`Pipeline` runs the steps on a drawing or a picture and keeps every image."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import groupby, islice
from types import MappingProxyType
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from digits_widget.drawing import Drawing
from digits_widget.errors import ImageError, OptionError, StepOrderError
from digits_widget.inputs import (
    check_many,
    draw,
    draw_cut_out,
    enter,
    image_of,
    input_of,
)
from digits_widget.picture import MAX_PIXELS, Source
from digits_widget.steps import (
    Centre,
    Crop,
    Extent,
    Fit,
    Flatten,
    MagickResize,
    Paper,
    Polarity,
    Resize,
    Step,
    Strengthen,
    Threshold,
    ToTensor,
    TwoGreys,
)
from digits_widget.steps.checks import check_choice, checked
from digits_widget.steps.step import BatchedStep, ExplainedStep, Image, Outcome
from digits_widget.trace import Trace, snapshot

_ENOUGH = 2_250_000
"""Most pixels of a photograph for `Paper`: enough for a digit, and fast."""

_CHUNK = 256
"""Pictures that `Pipeline.batch` holds at once: 80 MB if they are rasters."""


@dataclass(frozen=True)
class Pipeline:
    """Named steps in order. Call it with a drawing or a picture.

    A drawing is ink already, so the steps for pictures (`Flatten`, `Polarity`) are
    skipped. Any callable from image to image can be a step.

    Raises
    ------
    OptionError
        A step is not callable, or is a class instead of an object.
    StepOrderError
        `ToTensor` is missing, appears twice, or is not last.
    """

    steps: tuple[Step, ...]
    """Run from first to last; the last is `ToTensor`."""

    name: str = "your own"
    """Name for tables and messages."""

    def __post_init__(self) -> None:
        for step in self.steps:
            if isinstance(step, type) or not callable(step):
                name = getattr(step, "__name__", repr(step))
                msg = (
                    f"Got {name} as a step, expected an object that can be called with "
                    "an image, such as Crop() with its parentheses."
                )
                raise OptionError(msg)
        places = [isinstance(step, ToTensor) for step in self.steps]
        if sum(places) != 1 or not places[-1]:
            names = ", ".join(name_of(step) for step in self.steps) or "no steps"
            msg = (
                f"Got {names}; expected tensor once, as the last step, because "
                "the request carries its result. Put ToTensor at the end."
            )
            raise StepOrderError(msg)

    def __call__(self, source: Drawing | Source) -> Trace:
        """Run every step and keep every image.

        Parameters
        ----------
        source : Drawing, or what `read_picture` takes
            A drawing: strokes or a picture; or a file, a data URL, a Pillow image, an
            array in which 1 is light. An array of ink, such as a raster, passes
            unchanged, because its border is dark.

        Raises
        ------
        EmptyDrawingError
            The drawing has no ink. (A blank *picture* gives a trace that `is_blank`.)
        ImageError
            The picture is of the wrong kind.
        StepOrderError
            A step cannot use the result of the step before it.
        """
        source = input_of(source)
        shots = [enter(source, self.reads_at_most)]
        drawn = isinstance(source, Drawing)
        light, seen = not drawn, Counter[str]()
        for step in self.steps:
            if drawn and _is_for_pictures(step):
                continue
            outcome = _run(step, shots[-1].image)
            light = light and not getattr(step, "gives_ink", False)
            name = name_of(step)
            seen[name] += 1
            slug = name if seen[name] == 1 else f"{name}-{seen[name]}"
            title = getattr(step, "title", name)
            shots.append(snapshot(slug, title, outcome, light=light))
        return Trace(tuple(shots))

    def batch(self, sources: Iterable[Drawing | Source]) -> NDArray[Any]:
        """Return the tensors of many drawings or pictures, without the traces.

        Parameters
        ----------
        sources : iterable
            Drawings or pictures as for a call; or an array of pictures, (n, rows,
            cols).

        Returns
        -------
        ndarray
            (n, 28, 28) float32, or as `ToTensor` says. Each tensor is bit for bit the
            `tensor` of its trace.

        Raises
        ------
        EmptyDrawingError, ImageError
            As for a call; the message has the number of the picture, from 0.
        StepOrderError
            As for a call.
        """
        check_many(sources)
        last = self.steps[-1]
        assert isinstance(last, ToTensor)  # noqa: S101 - as __post_init__ saw to
        parts = [np.empty((0, *last.shape), last.dtype)]
        numbered = enumerate(map(input_of, sources))
        while chunk := list(islice(numbered, _CHUNK)):
            parts.append(np.stack(self._run_many(chunk)))
        return np.concatenate(parts)

    def _run_many(self, chunk: list[tuple[int, Drawing | Source]]) -> list[Image]:
        drawn = [isinstance(source, Drawing) for _, source in chunk]
        by = draw_cut_out if self._frames_first else draw
        images: Iterable[Image] = (
            image_of(source, i, by, self.reads_at_most) for i, source in chunk
        )
        # Plain steps take one picture at a time, so that large ones are freed early;
        # batched steps take all of them, which is faster.
        for at_once, group in groupby(self.steps, key=_is_batched):
            steps = tuple(group)
            if at_once:
                images = _through_at_once(steps, list(images))
            else:
                pairs = zip(images, drawn, strict=True)
                images = [_through(steps, image, drawn=ink) for image, ink in pairs]
        return list(images)

    @property
    def reads_at_most(self) -> int:
        """Most pixels of a picture file; fewer if the pipeline has `Paper`."""
        return _ENOUGH if self.finds_paper else MAX_PIXELS

    @property
    def finds_paper(self) -> bool:
        """Whether the pipeline has `Paper`, which turns photographs black on white."""
        return any(isinstance(step, Paper) for step in self.steps)

    @property
    def _frames_first(self) -> bool:
        """Whether a drawing is cropped first and then fitted in a box."""
        own = [step for step in self.steps if not _is_for_pictures(step)]
        match own:
            case [Crop(threshold=threshold, padding=0), Fit(), *_]:
                return threshold < 1
        return False

    def without(self, *names: str) -> Pipeline:
        """Return this pipeline without the steps of these names.

        Raises
        ------
        UnknownMethodError
            The pipeline has no such step.
        """
        for name in names:
            check_choice("step", name, map(name_of, self.steps))
        kept = tuple(step for step in self.steps if name_of(step) not in names)
        return replace(self, steps=kept)

    def replaced(self, name: str, *steps: Step) -> Pipeline:
        """Return this pipeline with one step replaced by others.

        Parameters
        ----------
        name : str
            Name of the step to replace.
        *steps : callable
            The steps in its place, in order.

        Raises
        ------
        UnknownMethodError
            The pipeline has no such step.
        """
        names = [name_of(step) for step in self.steps]
        check_choice("step", name, names)
        place = names.index(name)
        return replace(
            self, steps=(*self.steps[:place], *steps, *self.steps[place + 1 :])
        )


def name_of(step: Step) -> str:
    """Return the `name` of a step, or the name of a function."""
    return str(getattr(step, "name", getattr(step, "__name__", type(step).__name__)))


def _is_batched(step: Step) -> bool:
    return hasattr(step, "many")


def _through_at_once(steps: tuple[Step, ...], images: list[Image]) -> list[Image]:
    for step in steps:
        assert isinstance(step, BatchedStep)  # noqa: S101 - as _is_batched saw
        images = step.many(images)
    return images


def _through(steps: tuple[Step, ...], image: Image, *, drawn: bool) -> Image:
    for step in steps:
        if not (drawn and _is_for_pictures(step)):
            image = _run(step, image).image
    return image


def _explains(step: Step) -> TypeGuard[ExplainedStep]:
    # isinstance with a protocol takes longer than many steps.
    return hasattr(step, "run")


def _is_for_pictures(step: Step) -> bool:
    return bool(getattr(step, "pictures_only", False))


def _run(step: Step, image: Image) -> Outcome:
    if _explains(step):
        return step.run(image)
    try:
        made = checked(step(image))
    except ImageError as exc:
        msg = f"The step {name_of(step)} did not return a picture. {exc}"
        raise ImageError(msg) from exc
    return Outcome(made, f"{name_of(step)} was applied.")


PRESETS: Mapping[str, Pipeline] = MappingProxyType(
    {
        pipeline.name: pipeline
        for pipeline in (
            Pipeline(
                (
                    Flatten(),
                    Paper(),
                    Polarity(),
                    Crop(),
                    Fit(),
                    Strengthen(),
                    Centre(),
                    ToTensor(),
                ),
                name="mnist",
            ),
            Pipeline(
                (
                    MagickResize(),
                    Flatten(),
                    Polarity(ink="dark"),
                    TwoGreys(),
                    Extent(),
                    Threshold(at=127 / 255),
                    ToTensor(),
                ),
                name="seed-2020",
            ),
            Pipeline(
                (
                    MagickResize(),
                    Flatten(),
                    Polarity(ink="dark"),
                    TwoGreys(palette="black-white"),
                    Extent(),
                    ToTensor(),
                ),
                name="seed-2020-fixed",
            ),
            Pipeline((Flatten(), Polarity(), Resize(), ToTensor()), name="naive"),
        )
    }
)
"""Pipelines by name. ``mnist`` (the default everywhere) finds the paper in a photograph
and frames a digit as MNIST's authors did. ``seed-2020`` is the ImageMagick command of
the 2020 article with its bug, and ``seed-2020-fixed`` its black-and-white correction.
``naive`` scales the whole canvas, as most demos do."""


def find_preset(name: str) -> Pipeline:
    """Return the preset of this name.

    Raises
    ------
    UnknownMethodError
        No preset has this name; the message suggests similar names.
    """
    check_choice("preset", name, PRESETS)
    return PRESETS[name]
