"""Arrays to tensors and back; `test_tensor_encodings` has the odd ones."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digits_widget.errors import AnswerError, OptionError
from digits_widget.protocol.dtypes import DTYPES, Dtype, dtype_of_array
from digits_widget.protocol.messages import TensorProto
from digits_widget.protocol.tensors import Packing, from_tensor_proto, to_tensor_proto

PLAIN = [
    "f2", "f4", "f8", "u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "?", "c8", "c16",
]  # fmt: skip
SHAPES = [(), (0,), (1,), (5,), (2, 3), (2, 0, 3), (2, 1, 3, 2)]


def some(dtype: str, shape: tuple[int, ...]) -> Any:
    """Return numbers of `dtype`, its extremes among them."""
    kind = np.dtype(dtype)
    rng = np.random.default_rng(5)
    values = rng.normal(0, 3, shape) + (1j if kind.kind == "c" else 0)
    if kind.kind in "iu":
        info = np.iinfo(kind)
        values = rng.integers(info.min, info.max, shape, kind, endpoint=True)
    return np.asarray(values).astype(kind)


@pytest.mark.parametrize("packing", ["content", "values"])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", PLAIN)
def test_arrays_come_back_as_they_went(
    dtype: str, shape: tuple[int, ...], packing: Packing
) -> None:
    array = some(dtype, shape)
    back = from_tensor_proto(to_tensor_proto(array, packing=packing))
    assert back.dtype == array.dtype
    assert back.shape == shape
    assert np.array_equal(back, array)
    assert not back.flags.writeable


@pytest.mark.server
@pytest.mark.parametrize("packing", ["content", "values"])
@pytest.mark.parametrize("dtype", [*PLAIN, "bfloat16", "float8_e5m2", "float8_e4m3fn"])
def test_tensorflow_reads_what_we_write(
    tensorflow: Any, dtype: str, packing: Packing
) -> None:
    if dtype in PLAIN:
        array = some(dtype, (3, 4))
    else:
        array = some("f4", (3, 4)).astype(
            tensorflow.dtypes.as_dtype(dtype).as_numpy_dtype
        )
    ours = to_tensor_proto(array, packing=packing)
    theirs = tensorflow.make_tensor_proto(0).FromString(ours.SerializeToString())
    assert np.array_equal(tensorflow.make_ndarray(theirs), array)


@pytest.mark.server
@pytest.mark.parametrize("dtype", [*PLAIN, "bfloat16", "float8_e5m2", "float8_e4m3fn"])
def test_we_read_what_tensorflow_writes(tensorflow: Any, dtype: str) -> None:
    if dtype in PLAIN:
        array = some(dtype, (3, 4))
    else:
        array = some("f4", (3, 4)).astype(
            tensorflow.dtypes.as_dtype(dtype).as_numpy_dtype
        )
    theirs = tensorflow.make_tensor_proto(array)
    back = from_tensor_proto(TensorProto.FromString(theirs.SerializeToString()))
    assert np.array_equal(back, array.astype(back.dtype))


def test_text_comes_back_as_bytes() -> None:
    back = from_tensor_proto(to_tensor_proto([["a", "schön"], ["", "d"]]))
    assert back.tolist() == [[b"a", "schön".encode()], [b"", b"d"]]
    assert from_tensor_proto(to_tensor_proto(np.array([b"\x00\xff"]))).tolist() == [
        b"\x00\xff"
    ]


@pytest.mark.parametrize(
    "content", [b"\x01", b"\x05ab", b"\x01\x01a", b"\xff\xff", b"0"]
)
def test_text_content_that_contradicts_itself_is_refused(content: bytes) -> None:
    proto = TensorProto(dtype=7, tensor_content=content)
    proto.tensor_shape.dim.add(size=2)
    with pytest.raises(AnswerError, match="texts"):
        from_tensor_proto(proto)


@pytest.mark.parametrize("name", DTYPES)
def test_short_lists_repeat_their_last_value_and_empty_ones_are_zeros(
    name: str,
) -> None:
    kind = DTYPES[name]
    two = [b"x", b"y"] if name == "DT_STRING" else [1, 0]
    array = np.array(two, dtype=kind.numpy)
    proto = to_tensor_proto(array, dtype=name, packing="values")
    del proto.tensor_shape.dim[:]
    proto.tensor_shape.dim.add(size=4)
    whole = from_tensor_proto(proto).tolist()
    assert whole == [two[0], two[1], two[1], two[1]]
    proto.ClearField(kind.field)
    blank = b"" if name == "DT_STRING" else 0
    assert from_tensor_proto(proto).tolist() == [blank] * 4
    proto.tensor_shape.dim[0].size = 0
    assert from_tensor_proto(proto).shape == (0,)


def test_a_huge_tensor_of_one_value_costs_no_memory() -> None:
    proto = TensorProto(dtype=1, float_val=[0.5])
    proto.tensor_shape.dim.add(size=1 << 27)
    back = from_tensor_proto(proto)
    assert back.strides == (0,)
    assert back[-1] == 0.5


@pytest.mark.parametrize(
    ("dtype", "sizes", "content"),
    [
        (1, [-1], b""),
        (1, [1 << 40, 1 << 40], b""),
        (1, [2], b"123"),
        (1, [1] * 65, b""),
        (0, [1], b""),
        (20, [1], b""),
        (101, [1], b""),
        (99, [1], b""),
    ],
)
def test_tensors_that_contradict_themselves_are_refused(
    dtype: int, sizes: list[int], content: bytes
) -> None:
    proto = TensorProto(dtype=dtype, tensor_content=content)
    for size in sizes:
        proto.tensor_shape.dim.add(size=size)
    with pytest.raises(AnswerError, match=r"^Got .*, expected .*"):
        from_tensor_proto(proto)


@given(
    dtype=st.integers(-1, 35),
    sizes=st.lists(st.integers(-1, 5), max_size=4),
    content=st.binary(max_size=40),
    floats=st.lists(st.floats(width=32), max_size=5),
    integers=st.lists(st.integers(-(1 << 31), (1 << 31) - 1), max_size=5),
)
def test_whatever_comes_is_read_or_refused(
    dtype: int,
    sizes: list[int],
    content: bytes,
    floats: list[float],
    integers: list[int],
) -> None:
    proto = TensorProto(
        dtype=dtype,
        tensor_content=content,
        float_val=floats,
        scomplex_val=floats,
        int_val=integers,
        half_val=integers,
        int64_val=integers,
        float8_val=content,
        string_val=[content, b""],
    )
    for size in sizes:
        proto.tensor_shape.dim.add(size=size)
    try:
        array = from_tensor_proto(proto)
    except AnswerError:
        return
    assert array.shape == tuple(sizes)


@pytest.mark.parametrize(
    "kind",
    [kind for kind in DTYPES.values() if kind.small and kind.numpy == np.float32],
    ids=str,
)
def test_small_floats_travel_as_their_bits_and_are_read_as_float32(kind: Dtype) -> None:
    bits = np.arange(1 << 8 * kind.stored.itemsize).astype(f"u{kind.stored.itemsize}")
    values = bits.view(kind.stored).astype(np.float32)
    for packing in get_args(Packing):
        proto = to_tensor_proto(bits.view(kind.stored), packing=packing)
        assert proto.dtype == kind.number
        back = from_tensor_proto(proto)
        assert back.dtype == np.float32
        assert np.array_equal(back, values, equal_nan=True)
    wanted = np.random.default_rng(7).normal(0, 3, 2000)
    rounded = from_tensor_proto(to_tensor_proto(wanted, dtype=kind.name))
    assert np.array_equal(rounded, wanted.astype(kind.stored).astype(np.float32))


def test_an_array_of_ml_dtypes_goes_as_it_is() -> None:
    ml_dtypes = pytest.importorskip("ml_dtypes")
    array = np.array([1.5, -2, np.inf], dtype=ml_dtypes.bfloat16)
    proto = to_tensor_proto(array)
    assert proto.dtype == 14
    assert from_tensor_proto(proto).tolist() == [1.5, -2, np.inf]


@pytest.mark.parametrize(
    "array",
    [
        np.array(["2020-01-01"], dtype="datetime64[D]"),
        np.array([1, "a"], dtype=object),
        np.zeros(2, dtype=[("a", "f4")]),
    ],
)
def test_what_no_tensor_holds_is_refused(array: Any) -> None:
    with pytest.raises(OptionError, match="expected"):
        to_tensor_proto(array)


@pytest.mark.parametrize(
    ("array", "dtype"),
    [(1.5, "DT_INT32"), (1j, "DT_FLOAT"), ("a", "DT_FLOAT"), (-1, "DT_UINT8")],
)
def test_casts_that_change_what_numbers_are_are_refused(array: Any, dtype: str) -> None:
    with pytest.raises(OptionError, match="expected"):
        to_tensor_proto(array, dtype=dtype)


def test_big_endian_and_strided_arrays_are_written_little_endian_in_order() -> None:
    array = np.arange(6, dtype=">i4").reshape(2, 3).T
    assert from_tensor_proto(to_tensor_proto(array)).tolist() == array.tolist()
    assert to_tensor_proto(array).tensor_content[:8] == b"\0\0\0\0\3\0\0\0"


def test_every_numpy_type_has_its_own_name() -> None:
    for code in PLAIN:
        assert dtype_of_array(np.zeros(1, code)).stored == np.dtype(code)
