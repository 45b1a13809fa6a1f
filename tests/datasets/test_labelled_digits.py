"""Labelled sets of every kind, whole and damaged."""

from __future__ import annotations

import gzip
import json
import struct
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from digits_widget.datasets import (
    LabelledDrawings,
    LabelledImages,
    read_idx,
    read_mnist,
    read_pen_digits,
)
from digits_widget.datasets.sets import LabelledPictures, prepare, read_set
from digits_widget.errors import DataError

IMAGES = np.random.default_rng(2).integers(0, 256, (6, 28, 28), np.uint8)
LABELS = np.array([3, 1, 4, 1, 5, 9])
STROKES = [[[0, 0], [5, 9], [9, 20]], [[2, 2]]]


def write_idx(path: Path, array: NDArray[np.uint8]) -> None:
    head = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    content = head + array.tobytes()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)


def write_pen(path: Path, items: list[object]) -> Path:
    path.write_text("\n".join(json.dumps(item) for item in items))
    return path


def pen(label: int = 4, writer: str = "a/one") -> dict[str, object]:
    return {"label": label, "writer": writer, "strokes": STROKES}


@pytest.mark.parametrize("ending", ["", ".gz"])
def test_folder_with_mnists_files_is_mnist(tmp_path: Path, ending: str) -> None:
    write_idx(tmp_path / f"t10k-images-idx3-ubyte{ending}", IMAGES)
    write_idx(tmp_path / f"t10k-labels-idx1-ubyte{ending}", LABELS.astype(np.uint8))
    known = read_set(tmp_path)
    assert isinstance(known, LabelledImages)
    np.testing.assert_array_equal(known.images, IMAGES)
    np.testing.assert_array_equal(known.labels, LABELS)


def test_idx_file_finds_its_labels(tmp_path: Path) -> None:
    write_idx(tmp_path / "own-images-idx3-ubyte", IMAGES)
    write_idx(tmp_path / "own-labels-idx1-ubyte", LABELS.astype(np.uint8))
    known = read_set(tmp_path / "own-images-idx3-ubyte")
    np.testing.assert_array_equal(known.labels, LABELS)


@pytest.mark.parametrize(
    ("first", "second", "images"),
    [
        ("images", "labels", IMAGES),
        ("x_test", "y_test", IMAGES),
        ("images", "labels", IMAGES.astype(np.float32) / 255),
        ("data", "target", IMAGES.reshape(6, 784)),
    ],
    ids=["own", "keras", "floats", "flat"],
)
def test_npz_of_usual_names_is_read(
    tmp_path: Path, first: str, second: str, images: NDArray[np.generic]
) -> None:
    np.savez(tmp_path / "a.npz", **{first: images, second: LABELS})  # type: ignore[arg-type]
    known = read_set(tmp_path / "a.npz")
    assert isinstance(known, LabelledImages)
    np.testing.assert_array_equal(known.images, IMAGES)
    np.testing.assert_array_equal(known.labels, LABELS)


def test_images_of_28x28_go_to_the_model_as_they_are(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", images=IMAGES, labels=LABELS)
    images = prepare(read_set(tmp_path / "a.npz"), None)
    np.testing.assert_array_equal(images, IMAGES / np.float32(255))


def test_folder_of_pictures_is_framed(tmp_path: Path) -> None:
    for digit in (0, 7):
        (tmp_path / str(digit)).mkdir()
        picture = np.full((90, 120, 3), 255, np.uint8)
        picture[20:70, 50:60] = 0
        Image.fromarray(picture).save(tmp_path / str(digit) / "a.png")
    known = read_set(tmp_path)
    assert isinstance(known, LabelledPictures)
    assert known.labels.tolist() == [0, 7]
    images = prepare(known, None)
    assert images.shape == (2, 28, 28)
    assert images[0, 14, 14] == pytest.approx(1, abs=0.1)


def test_pen_strokes_are_placed_by_the_seed(tmp_path: Path) -> None:
    path = write_pen(tmp_path / "pen.jsonl", [pen(), pen(7)])
    first, again = read_pen_digits(path, seed=1), read_pen_digits(path, seed=1)
    other = read_pen_digits(path, seed=2)
    assert first.drawings == again.drawings != other.drawings
    assert first.labels.tolist() == [4, 7]
    assert isinstance(read_set(path), LabelledDrawings)
    assert prepare(first, None).shape == (2, 28, 28)


def test_writers_are_parted_by_prefix(tmp_path: Path) -> None:
    items: list[object] = [pen(1, "a/x"), pen(2, "b/y"), pen(3, "a/z")]
    known = read_pen_digits(write_pen(tmp_path / "pen.jsonl", items))
    kept, out = known.split(("b/",))
    assert (kept.labels.tolist(), out.labels.tolist()) == ([1, 3], [2])
    assert out.writers == ("b/y",)
    assert known.split(())[0].labels.tolist() == [1, 2, 3]


def test_a_prefix_without_writers_is_refused(tmp_path: Path) -> None:
    known = read_pen_digits(write_pen(tmp_path / "pen.jsonl", [pen()]))
    with pytest.raises(DataError, match="No writer's name starts with"):
        known.split(("nobody",))


@pytest.mark.parametrize(
    "line",
    ["{", "[]", '{"label": 3}', '{"label": 3, "strokes": []}',
     '{"label": "x", "strokes": [[[0, 0]]]}',
     '{"label": 1, "strokes": [[[1e999, 0]]]}'],
)  # fmt: skip
def test_damaged_pen_strokes_are_refused_with_their_line(
    tmp_path: Path, line: str
) -> None:
    path = tmp_path / "pen.jsonl"
    path.write_text(json.dumps(pen()) + "\n" + line)
    with pytest.raises(DataError, match="line 2"):
        read_pen_digits(path)


@pytest.mark.parametrize(
    "content",
    [b"", b"\0\0", b"PNG?", b"\0\0\x0d\x01\0\0\0\x01abcd",
     b"\0\0\x08\x01\0\0\0\x09abc", b"\0\0\x08\x03\0\0"],
    ids=["empty", "short", "other", "floats", "cut", "header cut"],
)  # fmt: skip
def test_damaged_idx_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a-idx3-ubyte"
    path.write_bytes(content)
    with pytest.raises(DataError, match="Got"):
        read_idx(path)


def test_cut_gzip_is_refused(tmp_path: Path) -> None:
    write_idx(tmp_path / "whole.gz", IMAGES)
    path = tmp_path / "cut.gz"
    path.write_bytes((tmp_path / "whole.gz").read_bytes()[:100])
    with pytest.raises(DataError, match="cannot be read"):
        read_idx(path)


@pytest.mark.parametrize(
    "arrays",
    [
        {"pictures": IMAGES},
        {"images": IMAGES, "labels": LABELS[:3]},
        {"images": IMAGES, "labels": LABELS + 8},
        {"images": IMAGES / 10.0, "labels": LABELS},
        {"images": IMAGES[:, :20], "labels": LABELS},
        {"images": np.array([None] * 6), "labels": LABELS},
    ],
    ids=["names", "counts", "labels", "range", "shape", "objects"],
)
def test_npz_that_does_not_fit_is_refused(
    tmp_path: Path, arrays: dict[str, NDArray[np.generic]]
) -> None:
    np.savez(tmp_path / "a.npz", **arrays)  # type: ignore[arg-type]
    with pytest.raises(DataError, match="Got"):
        read_set(tmp_path / "a.npz")


def test_absent_and_empty_places_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="does not exist"):
        read_set(tmp_path / "nowhere")
    with pytest.raises(DataError, match="folders 0 to 9"):
        read_set(tmp_path)
    with pytest.raises(DataError, match="has neither"):
        read_mnist(tmp_path)


@pytest.mark.data
def test_mnist_and_pen_digits_are_whole(data: Path) -> None:
    assert len(read_mnist(data / "mnist")) == 10_000
    known = read_pen_digits(data / "pen-digits" / "pen-digits.jsonl.gz")
    assert (len(known), len(set(known.writers))) == (8151, 411)


@pytest.mark.parametrize(
    ("first", "second", "images", "labels"),
    [
        ("X", "y", IMAGES.astype(np.int64), LABELS.astype(np.float64)),
        ("test_images", "test_labels", IMAGES[..., None], LABELS),
        ("arr_0", "arr_1", IMAGES.reshape(6, 784), LABELS.astype(str)),
        ("x", "y", IMAGES > 127, LABELS),
    ],
    ids=["int64", "channel", "positions, text", "bool"],
)
def test_npz_of_other_names_and_types_is_read(
    tmp_path: Path,
    first: str,
    second: str,
    images: NDArray[np.generic],
    labels: NDArray[np.generic],
) -> None:
    np.savez(tmp_path / "a.npz", **{first: images, second: labels})  # type: ignore[arg-type]
    known = read_set(tmp_path / "a.npz")
    assert isinstance(known, LabelledImages)
    wanted = (IMAGES > 127) * np.uint8(255) if images.dtype == bool else IMAGES
    np.testing.assert_array_equal(known.images, wanted)
    np.testing.assert_array_equal(known.labels, LABELS)


@pytest.mark.parametrize(
    ("arrays", "reason"),
    [
        ({"x": IMAGES, "y": LABELS + 0.5}, "labels such as 3.5"),
        ({"x": IMAGES, "y": np.array([*"12345x"])}, "labels such as x"),
        ({"x": IMAGES, "y": np.array([["a", "b"]])}, r"labels of shape \(1, 2\)"),
        ({"x": IMAGES, "y": np.eye(10)[LABELS]}, r"labels of shape \(6, 10\)"),
        ({"x": IMAGES, "y": np.array(3)}, r"labels of shape \(\)"),
        ({"x": IMAGES.astype(np.int32) * 9, "y": LABELS}, "whole numbers from 0 to"),
        ({"x": IMAGES.astype(np.float32), "y": LABELS}, "Divide by 255"),
        ({"x": np.full((6, 28, 28), np.nan), "y": LABELS}, "from nan to nan"),
        ({"x": IMAGES[:0], "y": LABELS[:0]}, "0 labels"),
    ],
)
def test_npz_says_what_does_not_fit(
    tmp_path: Path, arrays: dict[str, NDArray[np.generic]], reason: str
) -> None:
    np.savez(tmp_path / "a.npz", **arrays)  # type: ignore[arg-type]
    with pytest.raises(DataError, match=reason):
        read_set(tmp_path / "a.npz")


def test_file_is_known_by_its_first_bytes(tmp_path: Path) -> None:
    line = json.dumps(pen()).encode()
    (tmp_path / "pen.txt").write_bytes(gzip.compress(line + b"\n\n"))
    assert isinstance(read_set(tmp_path / "pen.txt"), LabelledDrawings)
    write_idx(tmp_path / "own-images.idx", IMAGES)
    with pytest.raises(DataError, match=r"a file own-labels\.idx"):
        read_set(tmp_path / "own-images.idx")
    write_idx(tmp_path / "own-labels.idx", LABELS.astype(np.uint8))
    assert isinstance(read_set(tmp_path / "own-images.idx"), LabelledImages)
    (tmp_path / "a.npz").write_text("no archive")
    with pytest.raises(DataError, match="not an npz"):
        read_set(tmp_path / "a.npz")


def test_mnist_with_labels_of_another_count_is_refused(tmp_path: Path) -> None:
    write_idx(tmp_path / "t10k-images-idx3-ubyte", IMAGES)
    write_idx(tmp_path / "t10k-labels-idx1-ubyte", LABELS[:4].astype(np.uint8))
    with pytest.raises(DataError, match="4 labels"):
        read_set(tmp_path)


@pytest.mark.parametrize("label", [12, -1, 3.7, True, None, "x", 10**300])
def test_label_that_is_no_digit_is_refused(tmp_path: Path, label: object) -> None:
    path = write_pen(tmp_path / "pen.jsonl", [{**pen(), "label": label}])
    with pytest.raises(DataError, match="not a digit from 0 to 9"):
        read_set(path)


def test_file_without_a_line_and_damaged_gzip_are_refused(tmp_path: Path) -> None:
    (tmp_path / "pen.jsonl").write_text("\n")
    with pytest.raises(DataError, match="has no digits"):
        read_set(tmp_path / "pen.jsonl")
    packed = bytearray(gzip.compress(bytes(range(256)) * 9))
    packed[12:40] = b"\xff" * 28
    (tmp_path / "pen.jsonl.gz").write_bytes(packed)
    with pytest.raises(DataError, match="cannot be read"):
        read_set(tmp_path / "pen.jsonl.gz")


def test_folder_passes_over_what_a_system_leaves(tmp_path: Path) -> None:
    (tmp_path / "3").mkdir()
    Image.fromarray(IMAGES[0]).save(tmp_path / "3" / "a.tiff")
    (tmp_path / "3" / "._a.tiff").write_bytes(b"of a Mac")
    (tmp_path / "4").write_text("no folder")
    assert len(read_set(tmp_path)) == 1
