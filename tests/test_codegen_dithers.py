"""Every method, as the catalogue and as every program does it, as generated code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from digits_widget.dithering import CATALOGUE, COMPATIBILITY, Method, Option
from digits_widget.option import Value
from digits_widget.pipeline import PRESETS, Pipeline
from digits_widget.recipe import recipe
from digits_widget.samples import sample
from digits_widget.steps import (
    Centre,
    Crop,
    Dither,
    Fit,
    Flatten,
    Polarity,
    Step,
    ToTensor,
)
from tests.codegen import check_readable, tensor_of

ENTERED: tuple[Step, ...] = (Flatten(), Polarity(ink="dark"))
FRAMED: tuple[Step, ...] = (Crop(), Fit(), Centre())

PAIRS = [
    *((None, method) for method in CATALOGUE.values()),
    *(
        (name, method)
        for name, program in COMPATIBILITY.items()
        for method in program.methods.values()
    ),
]

LISTED = {"floyd-steinberg", "stucki", "bayer", "h4x4a", "blue-noise", "arithmetic"}
"""Of methods that share their options, those with which every option is tried."""

MORE: list[dict[str, Value]] = [
    {"first": "rtl", "strength": 0.8},
    {"levels": 3, "linear": True, "strength": 0.9},
]

KINDS: list[dict[str, Value]] = [
    {"dtype": dtype, "clamp": clamp, "ties": "down", "scan": "serpentine", **more}
    for dtype in ("float64", "float32", "int")
    for clamp in ("none", "read", "write")
    for more in MORE
]
"""Together these take every turn that error diffusion has."""


def others(option: Option) -> list[Value]:
    """Give values that are not the default: the nearest to both ends, or one within."""
    if option.choices:
        found = [choice for choice in option.choices if choice != option.default]
        return found if len(found) < 3 else [found[0], found[-1]]
    if isinstance(option.default, int):
        return [option.default + 2]
    return [(max(option.low, -1) + float(str(option.default))) / 2 + 0.03]


def choices(like: str | None, method: Method) -> Iterator[dict[str, Value]]:
    """Give options to try: none, each by itself, all at once."""
    options: Mapping[str, Option] = method.options
    yield {}
    if like or method.kernel is None or method.name in LISTED:
        tried = {key: others(option) for key, option in options.items()}
        if method.name == "bayer":
            tried["size"] = [2, 4, 16]  # 8 is the default; 1024 is larger than it all.
        yield from ({key: value} for key in tried for value in tried[key])
    if len(options) > 1:
        yield {key: others(option)[0] for key, option in options.items()}
    if "dtype" in options and method.name in LISTED:
        yield from KINDS


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("pasted")
    ink = PRESETS["mnist"](sample(8))["raster"].image
    grey = Image.fromarray(255 - np.rint(ink * 255).astype(np.uint8))
    grey.resize((31, 36), Image.Resampling.BOX).save(made / "picture.png")
    return made


@pytest.mark.parametrize(
    ("like", "method"),
    PAIRS,
    ids=[f"{like or 'own'}-{method.name}" for like, method in PAIRS],
)
def test_generated_code_prints_the_same_bits_before_and_after_the_resize(
    like: str | None,
    method: Method,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Image.open(folder / "picture.png") as opened:
        picture = opened.copy()
    for options in choices(like, method):
        step = Dither(method.name, like=like, **options)
        for middle in ((*FRAMED, step), (step, *FRAMED)):
            pipeline = Pipeline((*ENTERED, *middle, ToTensor()))
            text = recipe(pipeline, source="picture")
            check_readable(recipe(pipeline))
            made = tensor_of(text, folder, monkeypatch)
            assert made.tobytes() == pipeline(picture).tensor.tobytes(), step
