"""TFRecord files are read as TensorFlow writes them."""

from __future__ import annotations

from pathlib import Path

import pytest
import tensorflow as tf

from digits_widget.model_server.tfrecord import RecordError, read_records

pytestmark = pytest.mark.server

RECORDS = [b"", b"one", bytes(range(256)) * 40]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a file with `RECORDS`, written by TensorFlow."""
    path = tmp_path / "records"
    with tf.io.TFRecordWriter(str(path)) as writer:
        for record in RECORDS:
            writer.write(record)
    return path


def test_records_come_back(file: Path) -> None:
    assert list(read_records(file)) == RECORDS


@pytest.mark.parametrize("size", [4, 11, 13, 20, 200, 10_000])
def test_a_file_that_is_cut_off_is_told(file: Path, size: int) -> None:
    file.write_bytes(file.read_bytes()[:size])
    with pytest.raises(RecordError, match=r"cut off|checksum"):
        list(read_records(file))


@pytest.mark.parametrize("place", [0, 9, 17, 40, 5000])
def test_a_bit_that_flipped_is_told(file: Path, place: int) -> None:
    data = bytearray(file.read_bytes())
    data[place] ^= 4
    file.write_bytes(data)
    with pytest.raises(RecordError):
        list(read_records(file))
