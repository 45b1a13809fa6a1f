"""What holds for every method, over the live table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from digits_widget.dithering import (
    CATALOGUE,
    COMPATIBILITY,
    Method,
    Option,
    dither,
    find_method,
    find_program,
)
from digits_widget.errors import OptionError, UnknownMethodError
from digits_widget.option import Value

NAMES = tuple(CATALOGUE)
ORDERED = tuple(name for name, method in CATALOGUE.items() if method.tile is not None)
WITH_LEVELS = tuple(
    name for name, method in CATALOGUE.items() if "levels" in method.options
)
KEEPING = tuple(name for name, method in CATALOGUE.items() if method.keeps_mean)
CHOICES = tuple(
    (name, option) for name, method in CATALOGUE.items() for option in method.options
)


@pytest.fixture
def batch() -> NDArray[np.float32]:
    """Return pictures of noise, of a ramp, of one grey and of nothing."""
    rng = np.random.default_rng(7)
    noise = rng.random((26, 13, 11)) * rng.random((26, 1, 1))
    ramp = np.linspace(0, 1, 13 * 11).reshape(1, 13, 11)
    plain = np.stack([np.full((13, 11), grey) for grey in (0, 0.4, 127 / 255, 1)])
    return np.concatenate([noise, ramp, plain]).astype(np.float32)


def other_values(option: Option) -> list[Value]:
    """Return values that an option takes, the ends of its range among them."""
    if option.choices:
        return [option.choices[0], option.choices[-1]]
    if isinstance(option.default, int):
        return [int(option.low), 3, 5]
    return [option.low, 0.3, option.high]


@pytest.mark.parametrize("name", NAMES)
def test_only_black_and_white_come_out(name: str, batch: NDArray[np.float32]) -> None:
    printed = dither(batch, name)

    assert printed.dtype == np.float32
    assert printed.shape == batch.shape
    assert set(np.unique(printed)) <= {0, 1}


@pytest.mark.parametrize("name", NAMES)
def test_black_stays_black_and_white_stays_white(name: str) -> None:
    for grey in (0.0, 1.0):
        assert (dither(np.full((30, 29), grey), name) == grey).all()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (2, 3), (70, 66)])
def test_every_shape_is_kept(name: str, shape: tuple[int, int]) -> None:
    picture = np.random.default_rng(0).random(shape)

    assert dither(picture, name).shape == shape


@pytest.mark.parametrize("name", NAMES)
def test_a_batch_gives_what_its_pictures_give_alone(
    name: str, batch: NDArray[np.float32]
) -> None:
    alone = np.stack([dither(picture, name) for picture in batch])

    np.testing.assert_array_equal(dither(batch, name), alone)


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_batch_gives_an_empty_batch(name: str) -> None:
    assert dither(np.zeros((0, 4, 5)), name).shape == (0, 4, 5)


@pytest.mark.parametrize("name", NAMES)
def test_twice_gives_the_same_and_the_input_is_left_alone(
    name: str, batch: NDArray[np.float32]
) -> None:
    for picture in (batch, batch[0], np.ascontiguousarray(batch[:1])):
        before = picture.copy()
        picture.flags.writeable = False

        np.testing.assert_array_equal(dither(picture, name), dither(picture, name))
        np.testing.assert_array_equal(picture, before)


@pytest.mark.parametrize("name", KEEPING)
def test_the_mean_is_kept_where_it_is_claimed(name: str) -> None:
    greys = np.array([0.1, 0.25, 0.4, 0.5, 0.75, 0.9])
    plain = np.broadcast_to(greys[:, None, None], (6, 64, 64))

    means = dither(plain, name).mean(axis=(1, 2))

    np.testing.assert_allclose(means, greys, atol=0.015)


@pytest.mark.parametrize("name", ["atkinson", "steven-pigeon"])
def test_kernels_that_drop_error_move_greys_to_the_nearer_end(name: str) -> None:
    assert not CATALOGUE[name].keeps_mean
    assert -0.12 < dither(np.full((64, 64), 0.1), name).mean() - 0.1 < 0
    assert 0 < dither(np.full((64, 64), 0.9), name).mean() - 0.9 < 0.12


@pytest.mark.parametrize(
    "name", [*ORDERED, "bayer", "blue-noise", "white-noise", "arithmetic", "ign"]
)
def test_more_grey_never_prints_less_white(name: str) -> None:
    greys = np.linspace(0, 1, 40)
    printed = dither(np.broadcast_to(greys[:, None, None], (40, 20, 20)), name)

    assert (np.diff(printed, axis=0) >= 0).all()


@pytest.mark.parametrize("name", ORDERED)
def test_a_map_turns_on_as_many_cells_as_have_a_lower_rank(name: str) -> None:
    tile = CATALOGUE[name].tile
    assert tile is not None
    for level in range(tile.levels + 1):
        printed = dither(np.full(tile.ranks.shape, level / tile.levels), name)

        assert printed.sum() == (tile.ranks < level).sum()


@pytest.mark.parametrize("name", WITH_LEVELS)
def test_levels_are_evenly_spaced_and_hit_themselves(name: str) -> None:
    greys = np.linspace(0, 1, 5, dtype=np.float32)
    picture = np.repeat(greys, 6).reshape(5, 6)
    noise = np.random.default_rng(9).random((40, 40))

    np.testing.assert_array_equal(dither(picture, name, levels=5), picture)
    np.testing.assert_allclose(
        np.unique(dither(noise, name, levels=5)), greys, atol=1e-7
    )


@pytest.mark.parametrize(("name", "option"), CHOICES)
def test_every_option_takes_what_it_says(name: str, option: str) -> None:
    picture = np.random.default_rng(3).random((10, 9))
    levels = {"levels"} & {option}
    for value in other_values(CATALOGUE[name].options[option]):
        options: dict[str, Any] = {option: value}
        printed = dither(picture, name, **options)

        assert ((printed >= 0) & (printed <= 1)).all()
        assert levels or set(np.unique(printed)) <= {0, 1}


NONSENSE: tuple[object, ...] = (
    "nonsense",
    None,
    [],
    -7,
    float("nan"),
    10**400,
    -(10**400),
)


@pytest.mark.parametrize(("name", "option"), CHOICES)
def test_every_option_refuses_nonsense(name: str, option: str) -> None:
    for value in NONSENSE:
        with pytest.raises(OptionError, match=f"Got {option}=.*, expected "):
            dither(np.zeros((3, 3)), name, **{option: value})  # type: ignore[arg-type]


@pytest.mark.parametrize("name", NAMES)
def test_an_unknown_option_is_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(OptionError, match="Got the option colour") as caught:
        dither(np.zeros((3, 3)), name, colour="red")

    for option in CATALOGUE[name].options:
        assert option in str(caught.value)


@pytest.mark.parametrize("name", NAMES)
def test_every_method_tells_where_it_comes_from(name: str) -> None:
    method = CATALOGUE[name]

    assert method.name == name
    assert 1960 <= method.year <= 2026
    assert method.author
    assert method.source
    assert method.note.endswith(".")
    assert (method.kernel is not None) == (method.family == "error diffusion")
    for alias in method.aliases:
        assert find_method(alias) is method


@pytest.mark.parametrize("name", NAMES)
def test_every_method_shows_itself(name: str) -> None:
    html = CATALOGUE[name]._repr_html_()

    assert name in html
    assert html.count("<svg") == 2
    assert "<script" not in html


def test_no_name_stands_for_two_methods() -> None:
    names = [n for m in CATALOGUE.values() for n in (m.name, *m.aliases)]

    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Floyd_Steinberg", "floyd-steinberg"),
        ("FS", "floyd-steinberg"),
        ("2x2", "o2x2"),
    ],
)
def test_names_are_found_however_they_are_written(typed: str, found: str) -> None:
    assert find_method(typed).name == found


def test_an_unknown_method_gets_the_nearest_names() -> None:
    with pytest.raises(UnknownMethodError, match="atkinson"):
        dither(np.zeros((3, 3)), "atkison")


@pytest.mark.parametrize("name", [None, 3, ["bayer"]])
def test_what_is_no_name_is_no_method(name: Any) -> None:
    with pytest.raises(UnknownMethodError, match="expected one of"):
        dither(np.zeros((3, 3)), name)


def test_a_misspelt_option_gets_the_nearest_one() -> None:
    with pytest.raises(OptionError, match=r"Got the option sacn.* Perhaps scan\?"):
        dither(np.zeros((3, 3)), "stucki", sacn="raster")
    with pytest.raises(OptionError, match=r"takes: no options. Leave it out"):
        dither(np.zeros((3, 3)), "otsu", scan="raster")


def test_an_unknown_program_gets_the_nearest_names() -> None:
    with pytest.raises(UnknownMethodError, match="The nearest are: imagemagick-"):
        dither(np.zeros((3, 3)), like="imagemagick")


def test_a_method_that_a_program_lacks_is_refused_with_those_it_has() -> None:
    with pytest.raises(OptionError, match="floyd-steinberg, fixed-threshold"):
        dither(np.zeros((3, 3)), "atkinson", like="pillow")


@pytest.mark.parametrize(
    ("program", "method"),
    [(name, each) for name, p in COMPATIBILITY.items() for each in p.methods],
)
def test_every_program_prints_black_and_white(program: str, method: str) -> None:
    found: Method = find_program(program).methods[method]
    picture = np.random.default_rng(1).random((12, 17))

    assert found.name == method
    assert set(np.unique(dither(picture, method, like=program))) <= {0, 1}
    assert dither(np.zeros((0, 2, 2)), method, like=program).shape == (0, 2, 2)
    with pytest.raises(OptionError):
        dither(picture, method, like=program, colour="red")
