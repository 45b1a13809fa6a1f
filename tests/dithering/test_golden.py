"""Every output of other programs is reproduced, or is named here with a reason."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from digits_widget.dithering import dither
from tests.dithering.golden_table import COVERED, NOT_COVERED

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def golden(data: Path) -> dict[str, NDArray[np.uint8]]:
    with np.load(data / "dither-golden" / "golden.npz") as archive:
        return dict(archive)


def test_every_output_has_its_call_or_its_reason(
    golden: dict[str, NDArray[np.uint8]],
) -> None:
    methods = {key.rpartition("/")[0] for key in golden} - {"in"}

    assert methods == COVERED.keys() | NOT_COVERED.keys()
    assert not COVERED.keys() & NOT_COVERED.keys()
    assert all(NOT_COVERED.values())


@pytest.mark.parametrize("key", COVERED)
def test_we_print_what_the_program_prints(
    key: str, golden: dict[str, NDArray[np.uint8]]
) -> None:
    call = COVERED[key]
    # FFmpeg takes no picture of one pixel, and has no output for it.
    pairs = {name.rpartition("/")[2]: name for name in golden if f"{key}/" in name}
    assert len(pairs) >= 5
    for name, output in pairs.items():
        picture, expected = golden[f"in/{name}"] / np.float32(255), golden[output]
        printed = dither(picture, call.method, like=call.like, **call.options)
        np.testing.assert_array_equal(printed * 255, expected, err_msg=name)


@pytest.mark.parametrize("key", COVERED)
def test_a_batch_prints_what_the_program_prints(
    key: str, golden: dict[str, NDArray[np.uint8]]
) -> None:
    call = COVERED[key]
    names = ["s28_digit", "s28_digit_inv"]
    batch = np.stack([golden[f"in/{name}"] for name in names])
    expected = np.stack([golden[f"{key}/{name}"] for name in names])

    printed = dither(
        batch / np.float32(255), call.method, like=call.like, **call.options
    )

    np.testing.assert_array_equal(printed * 255, expected)
