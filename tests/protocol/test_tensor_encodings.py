"""Tensors on the wire, against the C++ that TensorFlow Serving uses itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from tensorflow.core.framework import tensor_pb2, types_pb2

from digits_widget.errors import AnswerError
from digits_widget.protocol.dtypes import DTYPES, Dtype
from digits_widget.protocol.tensors import (
    TensorError,
    from_tensor_proto,
    read_tensor,
    to_tensor_proto,
)

pytestmark = pytest.mark.server


def original(proto: tensor_pb2.TensorProto) -> np.ndarray[Any, Any] | None:
    """Decode with `Tensor::FromProto`, by way of a graph with one constant."""
    graph_def = tf.compat.v1.GraphDef()
    node = graph_def.node.add(name="c", op="Const")
    node.attr["dtype"].type = proto.dtype
    node.attr["value"].tensor.CopyFrom(proto)
    try:
        with tf.Graph().as_default() as graph:
            tf.import_graph_def(graph_def, name="")
        with tf.compat.v1.Session(graph=graph) as session:
            found = session.run("c:0")
    except (tf.errors.OpError, ValueError, TypeError):
        return None
    if isinstance(found, bytes):
        scalar = np.empty((), object)
        scalar[()] = found
        return scalar
    return np.asarray(found)


def ours(proto: tensor_pb2.TensorProto) -> np.ndarray[Any, Any] | None:
    """Read as the server does; the client must read the same numbers, or refuse too."""
    try:
        array = read_tensor(proto)
    except TensorError:
        with pytest.raises(AnswerError, match=r"^Got .*, expected"):
            from_tensor_proto(proto)
        return None
    assert_equal(from_tensor_proto(proto).astype(array.dtype), array)
    return array


def assert_same(proto: tensor_pb2.TensorProto) -> None:
    wanted, got = original(proto), ours(proto)
    if wanted is None or got is None:
        assert wanted is got
        return
    assert_equal(got, wanted)


def assert_equal(got: np.ndarray[Any, Any], wanted: np.ndarray[Any, Any]) -> None:
    assert got.dtype == wanted.dtype
    assert got.shape == wanted.shape
    if wanted.dtype == object:
        assert got.tolist() == wanted.tolist()
    else:
        assert got.tobytes() == wanted.tobytes()


def made(dtype: int, shape: list[int], **fields: Any) -> tensor_pb2.TensorProto:
    proto = tensor_pb2.TensorProto(dtype=dtype, **fields)
    proto.tensor_shape.SetInParent()
    for size in shape:
        proto.tensor_shape.dim.add(size=size)
    return proto


F, S, B, I8, C64 = (
    types_pb2.DT_FLOAT,
    types_pb2.DT_STRING,
    types_pb2.DT_BOOL,
    types_pb2.DT_INT8,
    types_pb2.DT_COMPLEX64,
)

ODDITIES = {
    "a scalar": made(F, [], float_val=[2]),
    "one value fills the tensor": made(F, [2, 2], float_val=[2]),
    "the last of two is repeated": made(F, [4], float_val=[1, 2]),
    "surplus values are dropped": made(F, [2], float_val=[1, 2, 3]),
    "no values are zeros": made(F, [3]),
    "no values are empty strings": made(S, [3]),
    "no values are false": made(B, [3]),
    "values in another field are ignored": made(F, [2], int_val=[1, 2]),
    "raw bytes win over values": made(
        F, [1], tensor_content=np.float32(5).tobytes(), float_val=[1]
    ),
    "raw bytes too short": made(F, [2], tensor_content=b"1234"),
    "raw bytes too long": made(F, [1], tensor_content=b"12345678"),
    "an empty tensor ignores values": made(F, [0], float_val=[1]),
    "an empty tensor ignores raw bytes": made(F, [0, 2], tensor_content=b"123"),
    "small integers wrap": made(I8, [3], int_val=[300, -1, 2**31 - 1]),
    "unsigned integers wrap": made(types_pb2.DT_UINT8, [2], int_val=[300, -1]),
    "an unpaired half of a complex number": made(C64, [2], scomplex_val=[1, 2, 3]),
    "only half a complex number": made(C64, [2], scomplex_val=[1]),
    "a negative side": made(F, [-1], float_val=[1]),
    "a shape beyond int64": made(F, [2**40, 2**40]),
    "no type": made(0, [1], float_val=[1]),
    "a reference type": made(101, [1], float_val=[1]),
    "strings repeated": made(S, [3], string_val=[b"a", b"b"]),
    "a long string as raw bytes": made(
        S, [3], tensor_content=b"\x01\xac\x02\x00a" + b"x" * 300
    ),
    "strings as raw bytes": made(S, [2], tensor_content=b"\x01\x02abb"),
    "raw strings cut off": made(S, [2], tensor_content=b"\x01\x02ab"),
    "raw strings with more after": made(S, [2], tensor_content=b"\x01\x02abbc"),
    "raw strings without lengths": made(S, [200], tensor_content=b"\xff"),
    "a boolean byte of 2": made(B, [2], tensor_content=b"\x01\x02"),
    "raw booleans": made(B, [2], tensor_content=b"\x01\x00"),
}


@pytest.mark.parametrize("what", ODDITIES)
def test_an_odd_tensor_decodes_as_in_the_original(what: str) -> None:
    assert_same(ODDITIES[what])


def test_a_declared_unknown_rank_means_nothing() -> None:
    proto = made(F, [1], float_val=[2])
    proto.tensor_shape.unknown_rank = True
    assert read_tensor(proto).tolist() == [2]


def test_too_many_dimensions_are_refused() -> None:
    assert ours(made(F, [1] * 255, float_val=[1])) is None


@pytest.mark.parametrize(
    "small",
    [
        made(F, [2**31], float_val=[1]),
        made(S, [2**30]),
        made(S, [2**22], string_val=[b"a" * 1000]),
        made(S, [2**12], string_val=[b"", b"a" * 2**15]),
    ],
)
def test_a_small_request_cannot_ask_for_a_huge_tensor(small: Any) -> None:
    with pytest.raises(TensorError, match="values for"):
        read_tensor(small)


def test_an_empty_shape_that_numpy_has_no_words_for_is_refused() -> None:
    assert ours(made(F, [0, 2**62, 2**62])) is None


@pytest.mark.parametrize("kind", DTYPES.values(), ids=str)
def test_every_type_goes_both_ways_in_its_typed_field(kind: Dtype) -> None:
    if kind.is_string:
        array = np.array([b"a", b"\xff\x00"], object)
    else:
        raw = np.arange(6, dtype=np.uint8) % 2
        array = raw.astype(kind.bits).view(kind.stored).reshape(2, 3)
    proto = to_tensor_proto(array, dtype=kind.name, packing="values")
    assert not proto.tensor_content
    assert len(getattr(proto, kind.field)) >= array.size
    back = read_tensor(proto)
    assert back.dtype == array.dtype
    assert back.tolist() == array.tolist()
    assert_same(tensor_pb2.TensorProto.FromString(proto.SerializeToString()))


@pytest.mark.parametrize(
    "kind", [kind for kind in DTYPES.values() if not kind.is_string], ids=str
)
def test_every_type_is_read_from_raw_bytes(kind: Dtype) -> None:
    raw = (np.arange(4, dtype=np.uint8) % 2).astype(kind.bits)
    proto = made(kind.number, [4], tensor_content=raw.tobytes())
    assert read_tensor(proto).tolist() == raw.view(kind.stored).tolist()


@pytest.mark.parametrize("shape", [(), (0,), (0, 3), (2, 0, 1), (1, 1, 1)])
def test_any_shape_goes_out_with_all_its_values(shape: tuple[int, ...]) -> None:
    array = np.full(shape, 1.5, np.float32)
    proto = to_tensor_proto(array, packing="values")
    assert tuple(dim.size for dim in proto.tensor_shape.dim) == shape
    assert proto.HasField("tensor_shape")
    assert list(proto.float_val) == [1.5] * array.size


@settings(max_examples=40, deadline=None)
@given(
    values=st.lists(st.floats(width=32), max_size=5),
    shape=st.lists(st.integers(0, 4), max_size=3),
    content=st.binary(max_size=8),
)
def test_whatever_comes_decodes_as_in_the_original(
    values: list[float], shape: list[int], content: bytes
) -> None:
    assert_same(made(F, shape, float_val=values, tensor_content=content))
