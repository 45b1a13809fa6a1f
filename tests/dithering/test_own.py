"""A kernel or a threshold matrix of one's own, as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digits_widget.dithering import CATALOGUE, Kernel, diffuse_stepwise, dither
from digits_widget.dithering.own import MAX_LETTERS, own_method
from digits_widget.dithering.specimen import digit, ramp
from digits_widget.errors import OptionError
from digits_widget.pipeline import PRESETS, Pipeline
from digits_widget.recipe import recipe
from digits_widget.samples import sample
from digits_widget.steps import Dither
from digits_widget.tile import tile_png
from tests.codegen import tensor_of

FIXED = {name: method.kernel for name, method in CATALOGUE.items() if method.kernel}
MAPS = {
    name: method.tile for name, method in CATALOGUE.items() if method.tile is not None
}

KERNEL = '{"kernel": [[0, "x", 7], [3, 5, 1]], "divisor": 16}'
MATRIX = '{"matrix": [[0, 2], [3, 1]]}'
DIDDER = """{"matrix": [[12, 5, 6, 13], [4, 0, 1, 7], [11, 3, 2, 8], [15, 10, 9, 14]],
 "max": 16}"""

SMALL = [(1, 1), (1, 9), (9, 1), (2, 3), (28, 28)]
"""Pictures; some are smaller than a kernel reaches."""


def written(kernel: Kernel) -> str:
    """Write a kernel as a person does."""
    rows: list[list[object]] = [[cell or 0 for cell in row] for row in kernel.rows()]
    rows[0][kernel.reach] = "x"
    return json.dumps({"kernel": rows, "divisor": kernel.divisor})


@pytest.mark.parametrize("name", FIXED)
def test_a_published_kernel_prints_as_in_the_catalogue(name: str) -> None:
    own = own_method(written(FIXED[name]))
    assert own.keeps_mean == CATALOGUE[name].keeps_mean
    for picture in (digit(), ramp()):
        np.testing.assert_array_equal(dither(picture, own), dither(picture, name))
        alike = dither(picture, own, scan="serpentine", strength=0.7)
        again = dither(picture, name, scan="serpentine", strength=0.7)
        np.testing.assert_array_equal(alike, again)


@pytest.mark.parametrize("name", MAPS)
def test_a_published_map_prints_as_in_the_catalogue(name: str) -> None:
    tile = MAPS[name]
    spec = {"matrix": tile.ranks.tolist(), "max": tile.levels}
    for picture in (digit(), ramp()):
        printed = dither(picture, own_method(spec))
        np.testing.assert_array_equal(printed, dither(picture, name))


def test_counting_from_one_is_the_same_as_from_zero() -> None:
    one = own_method('{"matrix": [[1, 3], [4, 2]]}')
    printed = dither(ramp(), one)
    np.testing.assert_array_equal(printed, dither(ramp(), own_method(MATRIX)))
    np.testing.assert_array_equal(printed, dither(ramp(), "bayer", size=2))


def test_a_file_of_didder_is_read() -> None:
    tile = own_method(DIDDER).tile
    assert tile
    assert tile.levels == 16
    assert tile.is_even


def test_without_a_divisor_all_of_the_error_goes_on() -> None:
    kernel = own_method('{"kernel": [["x", 2], [1, 1]]}').kernel
    assert kernel
    assert kernel.divisor == 4
    assert kernel.keeps_error


@pytest.mark.parametrize("scan", ["raster", "serpentine"])
@pytest.mark.parametrize("count", [1, 9, 600])
@pytest.mark.parametrize("shape", SMALL, ids=str)
def test_the_widest_kernel_prints_the_same_by_every_engine(
    shape: tuple[int, int], count: int, scan: str
) -> None:
    rows: list[list[object]] = [[1] * 9 for _ in range(9)]
    rows[0] = [0, 0, 0, 0, "x", 1, 1, 1, 1]
    own = own_method({"kernel": rows})
    picture = np.random.default_rng(1).random(shape)
    *_, last = diffuse_stepwise(picture, own, scan=scan)
    batch = np.repeat(picture[None], count, axis=0)
    for printed in own(batch, scan=scan):
        np.testing.assert_array_equal(printed, last.picture)


@pytest.mark.parametrize("spec", [KERNEL, MATRIX, DIDDER])
def test_a_pipeline_with_it_is_written_as_numpy(
    spec: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    *steps, tensor = PRESETS["mnist"].steps
    pipeline = Pipeline((*steps, Dither(own_method(spec)), tensor))
    trace = pipeline(sample(3))
    raster = tile_png(trace["raster"].image, side=280)
    (tmp_path / "drawing.png").write_bytes(raster)
    made = tensor_of(recipe(pipeline), tmp_path, monkeypatch)
    np.testing.assert_array_equal(made, trace.tensor)


def test_a_step_keeps_it_through_its_options() -> None:
    own = own_method(KERNEL)
    step = Dither(own, scan="serpentine")
    assert step.changed("strength", 0.5).printer is own
    assert step.parameters()["method"].check("method", step.method) == "yours"
    assert step.changed("method", "bayer") == Dither("bayer")
    matrix = own_method(MATRIX)
    assert step.printed_by(matrix) == Dither(matrix)
    assert len({step, Dither(own, scan="serpentine"), Dither(own_method(KERNEL))}) == 2


def test_one_of_the_catalogue_is_no_own_method() -> None:
    assert Dither(CATALOGUE["bayer"]) == Dither("bayer")


BAD: dict[str, tuple[Any, str]] = {
    "nothing": ("", "not JSON"),
    "a word without quotes": ('{"kernel": [[0, x, 7]]}', "column 17 is not JSON"),
    "single quotes": ("{'kernel': []}", "double quotes"),
    "a list": ("[[0, 7]]", '"kernel" or a "matrix"'),
    "both": ('{"kernel": [], "matrix": []}', "either"),
    "a misspelt name": ('{"kernel": [["x", 1]], "divsor": 2}', 'Perhaps "divisor"'),
    "no pixel": ('{"kernel": [[0, 7]]}', 'no "x"'),
    "two pixels": ('{"kernel": [["x", "x"]]}', '2 "x"'),
    "a pixel below": ('{"kernel": [[1], ["x"]]}', "not in the first row"),
    "a share for the past": ('{"kernel": [[1, "x"]]}', "printed already"),
    "too much": ('{"kernel": [["x", 7]], "divisor": 6}', "grow without end"),
    "no divisor": ('{"kernel": [["x", 7]], "divisor": 0}', "grow without end"),
    "no shares": ('{"kernel": [["x", 0]]}', "no error goes anywhere"),
    "rows of two lengths": ('{"kernel": [["x", 1], [1]]}', "row 2 has 1"),
    "no rows": ('{"matrix": []}', "no table"),
    "empty rows": ('{"matrix": [[], []]}', "no table"),
    "a number for a table": ('{"matrix": 3}', "no table"),
    "a row that is none": ('{"matrix": [[1], 2]}', "no table"),
    "a fraction": ('{"kernel": [["x", 0.5]]}', "whole numbers"),
    "less than nothing": ('{"kernel": [["x", -1]]}', "whole numbers"),
    "NaN": ('{"kernel": [["x", NaN]]}', "whole numbers"),
    "infinity": ('{"matrix": [[1e999]]}', "whole numbers"),
    "a truth": ('{"matrix": [[true]]}', "whole numbers"),
    "a word": ('{"matrix": [["y"]]}', "whole numbers"),
    "a huge number": (f'{{"matrix": [[1{"0" * 400}]]}}', "whole numbers"),
    "digits without end": (f'{{"matrix": [[1{"0" * 6000}]]}}', "too long"),
    "brackets in brackets": ('{"matrix": [[[1]]]}', "brackets in place"),
    "brackets without end": ("[" * 9000, "too deep"),
    "deep brackets": (f'{{"matrix": [[{"[" * 500}{"]" * 500}]]}}', "brackets"),
    "a large kernel": ({"kernel": [["x", *[1] * 9]]}, "at most 9"),
    "a large matrix": ({"matrix": [[1]] * 65}, "at most 64"),
    "a small maximum": ('{"matrix": [[0, 4]], "max": 4}', 'Raise "max"'),
    "a megabyte": ("7" * 10**6, f"{MAX_LETTERS:,}"),
    "no text": (None, "braces"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_said_in_plain_words(name: str) -> None:
    spec, words = BAD[name]
    with pytest.raises(OptionError) as caught:
        own_method(spec)
    said = str(caught.value)
    assert words in said
    # What is wrong, and what to do.
    assert said.count(". ") + said.count("? ") >= 1
    assert len(said) < 300
    assert caught.value.__cause__ is None
