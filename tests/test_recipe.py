"""Any pipeline as a page to paste, which makes the same bits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from digits_widget.errors import OptionError, UnknownMethodError
from digits_widget.pipeline import PRESETS, Pipeline
from digits_widget.recipe import recipe
from digits_widget.samples import sample
from digits_widget.steps import (
    FILTERS,
    STEPS,
    Blur,
    Centre,
    Crop,
    Deskew,
    Dither,
    Extent,
    Fit,
    Flatten,
    MagickResize,
    Polarity,
    Resize,
    Step,
    Strengthen,
    Thicken,
    Threshold,
    ToTensor,
    TwoGreys,
)
from digits_widget.tile import tile_png
from tests.codegen import tensor_of

FRAMED: tuple[Step, ...] = (Crop(), Fit(), Centre())

PIPELINES: dict[str, tuple[Step, ...]] = {
    **{name: preset.steps[:-1] for name, preset in PRESETS.items()},
    **{f"fit-{name}": (Crop(), Fit(filter=name), Centre()) for name in FILTERS},
    **{f"resize-{name}": (Resize(filter=name),) for name in FILTERS},
    "crop-padded": (Crop(threshold=0.3, padding=3), Fit(box=24), Centre()),
    "centre-box": (Crop(), Fit(), Centre(by="box")),
    "centre-box-subpixel": (Crop(), Fit(), Centre(by="box", subpixel=True)),
    "centre-none": (Crop(), Fit(), Centre(by="none")),
    "centre-subpixel": (Crop(), Fit(), Centre(subpixel=True, target=13.5)),
    "thicken": (*FRAMED, Thicken(pixels=0.75)),
    "thin": (*FRAMED, Thicken(pixels=-0.4)),
    "strengthen": (Resize(side=9), Strengthen(), Centre()),
    "strengthen-a-little": (Resize(side=9), Strengthen(limit=1.5), Centre()),
    "deskew": (Deskew(), *FRAMED),
    "deskew-little": (Deskew(limit=2), *FRAMED),
    "blur": (*FRAMED, Blur(sigma=0.8)),
    "threshold": (*FRAMED, Threshold(at=0.4)),
    "extent": (Resize(side=40), Extent()),
    "magick-lanczos": (MagickResize(filter="lanczos"), Flatten(), Polarity()),
    "magick-mitchell": (MagickResize(filter="mitchell"), Flatten(), Polarity()),
    "two-greys": (*FRAMED, TwoGreys()),
    "black-white": (*FRAMED, TwoGreys(palette="black-white")),
    "dither-before": (Dither("atkinson"), *FRAMED),
    "polarity-light": (Polarity(ink="light"), *FRAMED),
    "flatten": (Flatten(background=0.5), *FRAMED),
    "flatten-drop": (Flatten(alpha="drop"), Polarity(), *FRAMED),
    "long": (
        Deskew(),
        Crop(),
        Thicken(pixels=2),
        Fit(filter="mitchell"),
        Blur(),
        Dither("stucki", scan="serpentine", first="rtl"),
        Centre(subpixel=True),
    ),
}

# The rest of the catalogue: test_codegen_dithers.py.
DITHERS = [
    Dither(),
    Dither("jarvis-judice-ninke", threshold=0.4, ties="down", first="rtl"),
    Dither("bayer", size=64, transpose=True, strength=0.7),
    Dither("riemersma"),
    Dither(like="pillow"),
    Dither(like="imagemagick-6", palette="two-greys"),
]

TENSORS = [
    ToTensor(),
    ToTensor(ink="low", scale=255, shape=(1, 784)),
    ToTensor(dtype="uint8", scale=255, shape=(28, 28, 1)),
    ToTensor(dtype="float16", ink="low"),
]


def check(
    pipeline: Pipeline, folder: Path, monkeypatch: pytest.MonkeyPatch, digit: int
) -> None:
    trace = pipeline(sample(digit))
    png = tile_png(trace["raster"].image, side=280)
    (folder / "drawing.png").write_bytes(png)
    text = recipe(pipeline)
    made = tensor_of(text, folder, monkeypatch)
    assert (made.dtype, made.shape) == (trace.tensor.dtype, trace.tensor.shape)
    assert made.tobytes() == trace.tensor.tobytes()


@pytest.mark.parametrize("name", PIPELINES)
@pytest.mark.parametrize("digit", [4, 7])
def test_pasted_lines_make_the_same_bits_of_a_drawing(
    name: str, digit: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = Pipeline((*PIPELINES[name], ToTensor()))
    check(pipeline, tmp_path, monkeypatch, digit)


@pytest.mark.parametrize(
    "step", DITHERS, ids=lambda s: f"{s.method}-{s.like}-{len(s.options)}"
)
def test_pasted_dithers_make_the_same_bits(
    step: Dither, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check(Pipeline((*FRAMED, step, ToTensor())), tmp_path, monkeypatch, 2)


@pytest.mark.parametrize("last", TENSORS, ids=lambda s: f"{s.dtype}-{s.ink}")
def test_pasted_tensors_have_the_same_form(
    last: ToTensor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check(Pipeline((*FRAMED, last)), tmp_path, monkeypatch, 5)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
@pytest.mark.parametrize(
    "name",
    [
        *("mnist", "naive", "flatten-drop", "seed-2020", "seed-2020-fixed"),
        *("magick-mitchell", "magick-lanczos"),
    ],
)
def test_pasted_lines_make_the_same_bits_of_a_picture(
    name: str, mode: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ink = PRESETS["mnist"](sample(8))["raster"].image
    grey = np.uint8(255) - np.rint(ink * 255).astype(np.uint8)
    picture = Image.fromarray(grey).convert(mode)
    picture.putpixel((3, 3), 200 if mode == "L" else (10, 200, 90, 120)[: len(mode)])
    picture.save(tmp_path / "picture.png")
    pipeline = Pipeline((*PIPELINES[name], ToTensor()))
    text = recipe(pipeline, source="picture")
    made = tensor_of(text, tmp_path, monkeypatch)
    trace = pipeline(tmp_path / "picture.png")
    assert made.tobytes() == trace.tensor.tobytes()


@pytest.mark.parametrize("name", ["mnist", "seed-2020", "naive"])
def test_pasted_lines_make_a_blank_tensor_of_a_blank_picture(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.new("L", (28, 28), 255).save(tmp_path / "picture.png")
    text = recipe(PRESETS[name], source="picture")
    trace = PRESETS[name](tmp_path / "picture.png")
    made = tensor_of(text, tmp_path, monkeypatch)
    assert made.tobytes() == trace.tensor.tobytes()


def test_a_long_pipeline_takes_as_many_lines_as_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = (Thicken(pixels=0.1),) * 20
    check(Pipeline((*steps, *FRAMED, ToTensor())), tmp_path, monkeypatch, 3)


@pytest.mark.parametrize("source", ["drawing", "picture"])
def test_each_step_stands_under_its_title_and_imports_at_the_top(source: str) -> None:
    lines = recipe(PRESETS["seed-2020"], source=source).splitlines()

    assert lines[0] == "import numpy as np"
    assert not any("import" in line for line in lines[5:])
    assert "# Dither to two greys" in lines
    assert "# Crop to ink" in recipe(PRESETS["mnist"], source=source).splitlines()


def test_what_would_take_pages_is_imported_and_says_so() -> None:
    text = recipe(PRESETS["seed-2020"])

    assert "from digits_widget.dithering.imagemagick import GreyTree" in text
    assert "# digits_widget does the steps that would take pages to write out." in text
    assert "digits_widget" not in recipe(PRESETS["mnist"])


def test_every_kind_of_step_is_pasted_here() -> None:
    used = {type(step) for steps in PIPELINES.values() for step in steps}
    assert used | {ToTensor} == set(STEPS)


def test_a_step_of_ones_own_cannot_be_pasted() -> None:
    def square(image: Any) -> Any:
        return image**2

    with pytest.raises(OptionError, match="square"):
        recipe(Pipeline((*FRAMED, square, ToTensor())))


def test_an_unknown_source_names_the_nearest() -> None:
    with pytest.raises(UnknownMethodError, match="Perhaps drawing"):
        recipe(PRESETS["mnist"], source="drawin")
