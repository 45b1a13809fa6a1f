"""White paper stays white and black stays black, in every method and preset."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest

from digits_widget.dithering import CATALOGUE, COMPATIBILITY, Method
from digits_widget.option import Option, Value

WAYS = [
    *((None, method) for method in CATALOGUE.values()),
    *(
        (name, method)
        for name, program in COMPATIBILITY.items()
        for method in program.methods.values()
    ),
]

SHAPES = [(1, 1), (7, 1), (9, 12)]

NUMBERS = {"threshold": (0.01, 0.99), "strength": (0.0, 0.5), "levels": (3, 256)}
"""Numbers to try besides both ends, where an end means something else: white that
begins at 0 begins with black."""


def values(name: str, option: Option) -> tuple[Value, ...]:
    """Return values that an option takes: all, or ends and middle."""
    if name == "size":
        return (2, 8, 16) if 2 in option.choices else option.choices
    if option.choices:
        return option.choices if len(option.choices) < 4 else option.choices[::4]
    return NUMBERS.get(name, (option.default, option.default))


def presets(method: Method) -> Iterator[dict[str, Value]]:
    """Yield each value of each option alone, and pairs of neighbouring options."""
    yield {}
    tried = {name: values(name, option) for name, option in method.options.items()}
    for name, each in tried.items():
        yield from ({name: value} for value in each)
    names = list(tried)
    for first, second in pairwise(names):
        for value in tried[first]:
            for other in tried[second]:
                yield {first: value, second: other}


def blackens_white(like: str | None, method: Method) -> bool:
    """Return whether the program itself prints black dots on white, as goldens show.

    libdither never visits the first pixel of a curve, and the first cell of its maps
    that count from 0 is black whatever the grey.
    """
    families = {"ordered", "noise", "curve"}
    return like == "libdither" and method.family in families


@pytest.mark.parametrize(
    ("like", "method"),
    WAYS,
    ids=[f"{like or 'own'}-{method.name}" for like, method in WAYS],
)
def test_white_stays_white_and_black_stays_black(
    like: str | None, method: Method
) -> None:
    for options in presets(method):
        for shape in SHAPES:
            white = method(np.ones((1, *shape), np.float32), **options)
            black = method(np.zeros((1, *shape), np.float32), **options)
            assert (white == 1).all() or blackens_white(like, method), (options, shape)
            assert (black == 0).all(), (options, shape)


@pytest.mark.parametrize("version", [6, 7])
@pytest.mark.parametrize("palette", ["two-greys", "monochrome"])
@pytest.mark.parametrize("method", ["floyd-steinberg", "riemersma", "fixed-threshold"])
def test_imagemagick_prints_one_grey_white_from_128_up(
    method: str, palette: str, version: int
) -> None:
    # As ImageMagick 6.9.11 prints it.
    greys = np.arange(256)
    plain = np.broadcast_to(greys[:, None, None], (256, 5, 7)) / np.float32(255)
    found = COMPATIBILITY[f"imagemagick-{version}"].methods[method]

    printed = found(plain, palette=palette)

    expected = np.broadcast_to(greys[:, None, None] >= 128, plain.shape)
    np.testing.assert_array_equal(printed, expected)


def test_thin_ink_that_drowns_in_paper_is_printed_as_paper() -> None:
    image = np.ones((1, 28, 28), np.float32)
    image[0, 10, 5:12] = np.array([233, 195, 155, 175, 202, 237, 245]) / 255
    found = COMPATIBILITY["imagemagick-6"].methods["floyd-steinberg"]

    assert (found(image, palette="two-greys") == 1).all()
