"""Files that were made to hurt, or that had bad luck: our errors, soon, in bounds."""

from __future__ import annotations

import gzip
import io
import json
import struct
import sys
import tracemalloc
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digits_widget.datasets import read_idx
from digits_widget.datasets.class_set import read_class
from digits_widget.datasets.sets import read_npz, read_set
from digits_widget.drawing import Drawing
from digits_widget.errors import DataError, DrawingError
from digits_widget.evaluation.results import load_json
from digits_widget.samples import sample
from tests.special_files import NOT_FILES, make_special

pytestmark = pytest.mark.timeout(60)

HUGE = int("9" * 400)
NUMBERS = {
    "400 digits": str(HUGE),
    "minus 400 digits": str(-HUGE),
    "5000 digits": "9" * 5000,
    "NaN": "NaN",
    "Infinity": "-Infinity",
    "1e999": "1e999",
    "nested": "[" * 900 + "]" * 900,
    "nested deeply": "[" * 100_000,
    "surrogate": r'"\ud800"',
    "null": "null",
    "object": "{}",
    "long text": '"' + "x" * 100_000 + '"',
}
"""What may stand in JSON where a number is expected."""

LARGEST_MEMORY = 64 << 20
LONGEST_MESSAGE = 800


@pytest.fixture
def in_bounds() -> Iterator[None]:
    """Fail if much more memory is taken than these small files could need."""
    tracemalloc.start()
    yield
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < LARGEST_MEMORY


def stroke_json(place: str, number: str) -> str:
    """Return a drawing's JSON with `number` in this place."""
    fields = {"point": "0.5", "time": "0", "width": "0.1", "ink": "true", "label": "7"}
    fields["version"] = "1"
    fields[place] = number
    return (
        f'{{"format": "digits-widget/drawing", "version": {fields["version"]}, '
        f'"label": {fields["label"]}, "strokes": [{{"points": [[0.1, 0.2], '
        f'[0.3, {fields["point"]}]], "times": [0, {fields["time"]}], '
        f'"width": {fields["width"]}, "ink": {fields["ink"]}}}]}}'
    )


@pytest.mark.parametrize("number", NUMBERS.values(), ids=NUMBERS)
@pytest.mark.parametrize("place", ["point", "time", "width", "version"])
def test_a_drawing_says_what_is_wrong_in_it(
    place: str, number: str, tmp_path: Path
) -> None:
    path = tmp_path / "anna-7.json"
    path.write_text(stroke_json(place, number))
    with pytest.raises(DrawingError) as caught:
        Drawing.load(path)
    assert "anna-7.json" in str(caught.value)
    assert len(str(caught.value)) < LONGEST_MESSAGE


@pytest.mark.parametrize("number", NUMBERS.values(), ids=NUMBERS)
@pytest.mark.parametrize("place", ["point", "time", "width", "version", "label"])
def test_one_bad_file_costs_a_class_no_other(
    place: str, number: str, tmp_path: Path
) -> None:
    if (place, number) == ("label", "null"):
        pytest.skip("a file that can be used")
    (tmp_path / "bad-7.json").write_text(stroke_json(place, number))
    sample(2).save(tmp_path / "anna-2.json")
    sample(3).save(tmp_path / "zoe-3.json")
    found = read_class(tmp_path)
    assert found.names == ("anna-2.json", "zoe-3.json")
    (said,) = found.skipped
    assert said.startswith("bad-7.json: ")
    assert "\n" not in said
    assert len(said) < LONGEST_MESSAGE


@pytest.mark.parametrize("kind", NOT_FILES)
def test_a_class_passes_over_what_is_no_file(kind: str, tmp_path: Path) -> None:
    make_special(kind, tmp_path / "bad-7.json")
    sample(2).save(tmp_path / "zoe-2.json")
    found = read_class(tmp_path)
    assert found.names == ("zoe-2.json",)
    assert found.skipped[0].startswith("bad-7.json: Got ")
    assert f"it is {kind}, not a file" in found.skipped[0]


def test_a_class_passes_over_a_file_larger_than_any_drawing(tmp_path: Path) -> None:
    with (tmp_path / "bad-7.json").open("wb") as file:
        file.truncate(1 << 33)
    sample(2).save(tmp_path / "zoe-2.json")
    found = read_class(tmp_path)
    assert found.names == ("zoe-2.json",)
    assert "more than" in found.skipped[0]


@pytest.mark.parametrize("number", NUMBERS.values(), ids=NUMBERS)
@pytest.mark.parametrize("place", ["point", "label", "strokes", "line"])
def test_a_line_says_what_is_wrong_in_it(
    place: str, number: str, tmp_path: Path
) -> None:
    fields = {"point": "2", "label": "7"} | {place: number}
    strokes = fields.get("strokes", f"[[[1, 2], [3, {fields['point']}]]]")
    line = f'{{"label": {fields["label"]}, "strokes": {strokes}}}'
    path = tmp_path / "pen.jsonl"
    path.write_text(fields.get("line", line))
    with pytest.raises(DataError, match="line 1 of") as caught:
        read_set(path)
    assert len(str(caught.value)) < LONGEST_MESSAGE


@pytest.mark.parametrize("number", NUMBERS.values(), ids=NUMBERS)
@pytest.mark.parametrize("place", ["labels", "confidences", "format", "all"])
def test_an_evaluation_says_what_is_wrong_in_it(
    place: str, number: str, tmp_path: Path
) -> None:
    fields = {"labels": "7", "confidences": "0.1", "format": '"x"'} | {place: number}
    confidences = ", ".join(["0.1"] * 9 + [fields["confidences"]])
    kind = fields["format"] if place == "format" else '"digits-widget/evaluation"'
    text = (
        f'{{"format": {kind}, "labels": [{fields["labels"]}], '
        f'"confidences": [[{confidences}]]}}'
    )
    path = tmp_path / "run.json"
    path.write_text(fields.get("all", text))
    with pytest.raises(DataError, match="not an evaluation") as caught:
        load_json(path)
    assert len(str(caught.value)) < LONGEST_MESSAGE


IDX = {
    "product wraps to 0": (1 << 31, 1 << 31, 4),
    "product wraps to the size": (1 << 16, 1 << 16, 1 << 16, (1 << 16) + 1),
    "largest": (0xFFFFFFFF, 28, 28),
    "no image": (0, 0xFFFFFFFF, 0xFFFFFFFF),
    "rank 0": (),
    "rank 255": (1,) * 255,
}


@pytest.mark.usefixtures("in_bounds")
@pytest.mark.parametrize("shape", IDX.values(), ids=IDX)
@pytest.mark.parametrize("is_packed", [False, True], ids=["plain", "gzip"])
def test_idx_header_is_not_believed(
    shape: tuple[int, ...],
    tmp_path: Path,
    *,
    is_packed: bool,
) -> None:
    head = bytes([0, 0, 8, len(shape)]) + struct.pack(f">{len(shape)}I", *shape)
    path = tmp_path / "own-images-idx3-ubyte"
    path.write_bytes(gzip.compress(head + b"1") if is_packed else head + b"1")
    with pytest.raises(DataError, match="Got"):
        read_idx(path)


@pytest.mark.usefixtures("in_bounds")
@pytest.mark.parametrize("start", [b"\0\0\x08\x03" + bytes(12), b"{", b"\n", b"PK"])
def test_gzip_bomb_is_not_unpacked_whole(start: bytes, tmp_path: Path) -> None:
    path = tmp_path / "own-images-idx3-ubyte.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(start)
        for _ in range(40):
            file.write(bytes(1 << 20))
    limit = 1 << 24
    with pytest.MonkeyPatch.context() as patch:
        # The same in small: a gigabyte of zeros takes a test too long.
        for name in ("digits", "data_file"):
            patch.setattr(f"digits_widget.datasets.{name}.MAX_BYTES", limit)
        with pytest.raises(DataError):
            read_set(path)


@pytest.mark.parametrize("content", [b"\x1f\x8b", b"\x1f\x8b\x08" + bytes(9), b"PK"])
def test_start_of_an_archive_alone_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "own"
    path.write_bytes(content)
    with pytest.raises(DataError, match="Got"):
        read_set(path)


def npy_file(header: str, data: bytes = b"", version: int = 1) -> bytes:
    """Return an npy file with this header."""
    size = struct.pack("<H" if version == 1 else "<I", len(header))
    return b"\x93NUMPY" + bytes([version, 0]) + size + header.encode() + data


def plain(shape: object = (6, 28, 28), descr: object = "|u1") -> str:
    return repr({"descr": descr, "fortran_order": False, "shape": shape})


HEADERS = {
    "brackets": "[" * 60_000,
    "few brackets": "(" * 5000,
    "signs": "-" * 9_900 + "1",
    "operators": "+".join(["1"] * 3000),
    "unclosed text": "{'descr",
    "indented": " {\n   1\n 2}",
    "huge shape": plain((1 << 40,)),
    "shape wraps to 0": plain((1 << 32, 1 << 32)),
    "shape of 400 digits": plain((HUGE,)),
    "negative shape": plain((-1, -4704)),
    "no value": plain((0, HUGE)),
    "booleans as shape": plain((True,)),
    "65 dimensions": plain((1,) * 65),
    "objects": plain((6,), "|O"),
    "records of objects": plain((6,), [("a", "|O"), ("b", "u1")]),
    "no bytes": plain((1 << 40,), "|S0"),
    "other kind": plain((6,), "<c16"),
    "other words": "{'a': 1}",
    "list": "[1]",
    "code": "__import__('os').system('true')",
    "type of brackets": plain((6,), "(" * 3000),
    "type of types": plain((6,), "u1," * 2000),
    "empty": "",
}


@pytest.mark.usefixtures("in_bounds")
@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
@pytest.mark.parametrize("version", [1, 2, 3, 9])
def test_npy_header_is_not_believed(header: str, version: int, tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("images.npy", npy_file(header, bytes(4704), version))
        archive.writestr("labels.npy", npy_file(plain((6,)), bytes(6)))
    with pytest.raises(DataError, match="cannot be read as npz") as caught:
        read_npz(path)
    assert "pickle" not in str(caught.value)
    assert len(str(caught.value)) < LONGEST_MESSAGE


class Pickled:
    """Says so when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (exec, ("import builtins; builtins.was_unpickled = True",))


def test_pickles_are_never_loaded(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", images=np.array([Pickled()] * 6), labels=[1] * 6)
    with pytest.raises(DataError, match="not of numbers or text, but of object"):
        read_npz(tmp_path / "a.npz")
    assert not hasattr(sys.modules["builtins"], "was_unpickled")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_to_pack_are_refused(method: int, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.npz", "w", method) as archive:
        archive.writestr("x.npy", npy_file(plain(), bytes(4704)))
        archive.writestr("y.npy", npy_file(plain((6,)), bytes(6)))
    with pytest.raises(DataError, match="not compressed as by NumPy"):
        read_npz(tmp_path / "a.npz")


@pytest.mark.usefixtures("in_bounds")
def test_zip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        with archive.open("x.npy", "w", force_zip64=True) as member:
            member.write(npy_file(plain()))
            for _ in range(100):
                member.write(bytes(1 << 20))
        archive.writestr("y.npy", npy_file(plain((6,)), bytes(6)))
    with pytest.raises(DataError, match="its header says 4,704"):
        read_npz(path)


def test_arrays_by_columns_and_of_python_2_are_read(tmp_path: Path) -> None:
    images = np.random.default_rng(1).integers(0, 256, (6, 28, 28), np.uint8)
    old = "{'descr': '|u1', 'fortran_order': True, 'shape': (6L, 28L, 28L), }"
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("x.npy", npy_file(old, images.tobytes(order="F")))
        archive.writestr("y.npy", npy_file(plain((6,)), bytes(range(6))))
    known = read_npz(tmp_path / "a.npz")
    np.testing.assert_array_equal(known.images, images)
    assert known.labels.tolist() == [*range(6)]


def whole_npz() -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, images=np.zeros((6, 28, 28), np.uint8), labels=np.arange(6))
    return buffer.getvalue()


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_byte_or_two_that_changed_raise_no_other_error(data: st.DataObject) -> None:
    contents = {
        "a.npz": whole_npz(),
        "pen.jsonl": json.dumps({"label": 1, "strokes": [[[1, 2], [3, 4]]]}).encode(),
        "pen.jsonl.gz": gzip.compress(b'{"label": 1, "strokes": [[[1, 2]]]}', mtime=0),
        "drawing.json": sample(1).to_json().encode(),
        "a-idx1-ubyte": b"\0\0\x08\x01\0\0\0\x03abc",
    }
    name = data.draw(st.sampled_from(sorted(contents)))
    content = bytearray(contents[name])
    for _ in range(data.draw(st.integers(1, 2))):
        # Headers are at the beginning and, of archives, at the end.
        place = data.draw(st.integers(-400, 400)) % len(content)
        content[place] = data.draw(st.integers(0, 255))
    read = {"drawing.json": Drawing.load, "a-idx1-ubyte": read_idx}.get(name, read_set)
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        with suppress(DataError, DrawingError):
            read(path)
