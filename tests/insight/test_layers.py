"""The layers of a network, read from the answer of its second signature."""

from __future__ import annotations

import numpy as np
import pytest

from digits_widget.errors import AnswerError
from digits_widget.insight.layers import (
    FIELDS,
    KERNEL,
    Axis,
    Network,
    ReceptiveField,
    explain,
    read_layers,
    size_of,
)

SUMS = np.array([[1.0, 4.0, *[0.0] * 8]], np.float32)
SHARES = np.exp(SUMS) / np.exp(SUMS).sum()
OUTPUTS = {
    "10_last": SHARES,
    "9_last_sums": SUMS,
    "2_max_pooling2d": np.ones((1, 3, 2, 4), np.float32),
    "1_conv2d": np.arange(24, dtype=np.float32).reshape(1, 3, 2, 4),
    FIELDS: np.array([[0, 5, 2, -1, 3, 1, 0], *[[-1] + [0] * 6] * 3], np.int32),
    KERNEL: np.arange(60, dtype=np.float32).reshape(5, 3, 4),
}


@pytest.fixture
def network() -> Network:
    return read_layers(OUTPUTS)


def test_layers_come_in_the_order_of_their_numbers(network: Network) -> None:
    assert [(layer.number, layer.name) for layer in network.layers] == [
        (1, "conv2d"),
        (2, "max_pooling2d"),
        (9, "last_sums"),
        (10, "last"),
    ]


def test_maps_come_first_in_the_shape(network: Network) -> None:
    first, *_, last = network.layers
    np.testing.assert_array_equal(first.values[1], [[1, 5], [9, 13], [17, 21]])
    assert size_of(first) == "4 maps of 3 by 2"
    assert size_of(last) == "10 numbers"
    assert network.kernel is not None
    np.testing.assert_array_equal(network.kernel[2], OUTPUTS[KERNEL][:, :, 2])


def test_what_a_layer_looks_at_is_read(network: Network) -> None:
    first, second, *_ = network.layers
    assert first.field == ReceptiveField(0, Axis(5, 2, -1), Axis(3, 1, 0))
    assert second.field is None


def test_a_window_over_windows_looks_at_more() -> None:
    # Two convolutions of 3 by 3, the first with a step of 2: 3 + 2 * 2 pixels.
    assert Axis().through(3, 2, 1).through(3, 1, 1) == Axis(7, 2, -3)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("conv2d", "one pattern of 5 by 3 pixels"),
        ("max_pooling2d", "the strongest number of each window"),
        ("last_sums", "a weight for each of the 24 numbers above"),
        ("last", "The 1 leads by 3.0: that makes it 84"),
    ],
)
def test_every_layer_says_what_it_does(network: Network, name: str, words: str) -> None:
    (layer,) = (each for each in network.layers if each.name == name)
    assert words in explain(network, layer)


def test_a_model_of_logits_has_no_softmax() -> None:
    network = read_layers({"1_dense": SUMS + 5, "2_logits": SUMS})
    assert network.sums is None
    assert network.first_convolution is None
    assert "weighted sum" in explain(network, network.layers[-1])


def test_without_fields_and_patterns_there_are_still_layers() -> None:
    network = read_layers({"1_conv2d": OUTPUTS["1_conv2d"], "2_last": SHARES})
    assert network.layers[0].field is None
    assert "one pattern" in explain(network, network.layers[0])


def test_a_signature_of_that_name_with_other_outputs_is_refused() -> None:
    with pytest.raises(AnswerError, match=r"\(y\) are not numbered layers"):
        read_layers({"y": SUMS})
