"""A file that is none is refused in words: at once, and before it fills the memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from digits_widget.datasets import read_idx, read_pen_digits
from digits_widget.datasets.disagreements import Disagreements
from digits_widget.datasets.sets import read_npz, read_set
from digits_widget.datasets.synthetic_writers import drawn_by
from digits_widget.drawing import Drawing, Stroke
from digits_widget.errors import DigitsError, shortened
from digits_widget.evaluation.results import load_json
from digits_widget.picture import read_picture
from digits_widget.pipeline import PRESETS
from digits_widget.raster import rasterize
from digits_widget.regular_file import (
    open_regular_file,
    read_regular_file,
    read_regular_text,
)
from digits_widget.samples import sample
from tests.special_files import NOT_FILES, make_special

pytestmark = pytest.mark.timeout(60)

READERS = (
    *(read_picture, Drawing.load, load_json),
    *(read_idx, read_pen_digits, read_npz, read_set),
)
"""What opens a file that a person named, without a foreign library."""


@pytest.mark.parametrize("kind", NOT_FILES)
def test_what_is_no_file_is_said_in_words(kind: str, tmp_path: Path) -> None:
    path = make_special(kind, tmp_path / "a")
    with pytest.raises(OSError, match=f"^it is {kind}, not a file$"):
        open_regular_file(path)


@pytest.mark.parametrize("kind", NOT_FILES)
@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__qualname__)
def test_every_reader_says_so(read: object, kind: str, tmp_path: Path) -> None:
    if read is read_set and kind == "a folder":
        pytest.skip("a folder may be a data set")
    path = make_special(kind, tmp_path / "a.json")
    with pytest.raises(DigitsError, match=f"it is {kind}, not a file"):
        read(path)  # type: ignore[operator]


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__qualname__)
@pytest.mark.parametrize(
    "name",
    ["a\0b", "\ud800", "x" * 5000, "none.json"],
    ids=["zero byte", "surrogate", "long", "absent"],
)
def test_a_name_that_no_file_has_is_our_error(read: object, name: str) -> None:
    with pytest.raises(DigitsError) as caught:
        read(Path(name))  # type: ignore[operator]
    assert len(str(caught.value)) < 600


def test_a_file_may_be_as_large_as_its_limit_and_no_larger(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(bytes(100))
    assert read_regular_file(path, most=100) == bytes(100)
    with pytest.raises(OSError, match="more than 99 bytes"):
        read_regular_file(path, most=99)


def test_a_file_that_hides_its_size_is_read_up_to_its_limit() -> None:
    with pytest.raises(OSError, match="more than 3 bytes"):
        read_regular_file("/proc/self/status", most=3)


def test_a_sparse_file_of_a_terabyte_costs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    for read in READERS:
        with pytest.raises(DigitsError):
            read(path)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_mark_of_the_byte_order_is_no_part_of_a_text(
    mark: bytes, tmp_path: Path
) -> None:
    (tmp_path / "a").write_bytes(mark + "Zoë".encode())
    assert read_regular_text(tmp_path / "a", most=10) == "Zoë"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("a name", "a name"),
        (Path("a/b.json"), "a/b.json"),
        ("", "''"),
        ("red\x1b[31m", r"'red\x1b[31m'"),
        ("\ud800", r"'\ud800'"),
        (3.5, "3.5"),
        (None, "None"),
        (10**5000, "a very large int"),
    ],
    ids=["text", "path", "empty", "escape", "surrogate", "float", "none", "digits"],
)
def test_a_value_in_a_message_can_be_printed(value: object, shown: str) -> None:
    assert shortened(value) == shown


def test_of_a_long_value_both_ends_are_shown() -> None:
    said = shortened("a" * 5000 + "/drawing.json")
    assert said.startswith("aaa")
    assert said.endswith("aaa/drawing.json")
    assert "…" in said
    assert len(said) < 210


LONG = "x" * 5000


@pytest.mark.parametrize(
    "refuse",
    [
        lambda: Drawing().save(f"{LONG}.gif"),
        lambda: Drawing.from_points([[(0, 0)]], side=-(10**5000)),
        lambda: Stroke([(0, 0)], width=10**5000),
        lambda: Stroke([(LONG, 0)]),
        lambda: rasterize(Drawing(), side=10**5000),
        lambda: sample(10**5000),
        lambda: drawn_by(10**5000),
        lambda: PRESETS["mnist"](sample(1))[LONG],
        lambda: Disagreements().label(0, 10**5000),
    ],
)
def test_no_error_repeats_a_value_that_fills_the_screen(
    refuse: Callable[[], object],
) -> None:
    with pytest.raises(DigitsError) as caught:
        refuse()
    assert len(str(caught.value)) < 600
