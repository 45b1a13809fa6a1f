"""Layers whose options, weights or meaning changed since Keras 1 and 2.

What they should answer is computed with NumPy alone: a model that was read wrongly
agrees with its own export, so no other check would notice.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from digits_widget.errors import ExportError

pytestmark = [
    pytest.mark.server,
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

pytest.importorskip("keras", reason="the training extra is missing")

from tests.training.old_keras import write_hdf5  # noqa: E402

RANDOM = np.random.default_rng(12)
SHAPE = [None, 28, 28, 1]
IMAGES = RANDOM.random((3, 28, 28, 1)).astype(np.float32)
Array = NDArray[np.float32]
Layer = dict[str, Any]


def some(*shape: int) -> Array:
    return RANDOM.normal(0, 0.3, shape).astype(np.float32)


def layer(kind: str, name: str, **options: Any) -> Layer:
    return {"class_name": kind, "config": {"name": name, "trainable": True, **options}}


def answered(
    path: Path,
    layers: list[Layer],
    held: dict[str, dict[str, Array]],
    images: Array = IMAGES,
    *,
    version: str = "2.3.1",
) -> NDArray[np.float32]:
    """Write the layers to a file, and return what the model that is read gives."""
    from digits_widget.training.hdf5_file import read_hdf5

    config = {"class_name": "Sequential", "config": {"name": "s", "layers": layers}}
    names = [each["config"]["name"] for each in layers]
    model, _ = read_hdf5(write_hdf5(path, config, held, version=version, layers=names))
    return np.asarray(model(images))


def windows(images: Array) -> Array:
    """Return (n, 28, 28, 3, 3): what a kernel of 3x3 sees at each place."""
    padded = np.pad(images[..., 0], ((0, 0), (1, 1), (1, 1)))
    return np.lib.stride_tricks.sliding_window_view(padded, (3, 3), (1, 2))


SAME = {"batch_input_shape": SHAPE, "kernel_size": [3, 3], "padding": "same"}
INITIALIZER = {"class_name": "GlorotUniform", "config": {"seed": None}}


def test_depthwise_convolution_of_tensorflow_2(tmp_path: Path) -> None:
    kernel = some(3, 3, 1, 1)
    options = {**SAME, "groups": 1, "use_bias": False, "depth_multiplier": 1}
    got = answered(
        tmp_path / "cnn.h5",
        [layer("DepthwiseConv2D", "d", **options)],
        {"d": {"d/depthwise_kernel:0": kernel}},
    )
    wanted = np.einsum("nrcij,ij->nrc", windows(IMAGES), kernel[..., 0, 0])
    np.testing.assert_allclose(got[..., 0], wanted, atol=1e-5)


@pytest.mark.parametrize("version", ["1.2.2", "2.3.1"])
def test_separable_convolution(tmp_path: Path, version: str) -> None:
    depth, point, bias = some(3, 3, 1, 2), some(1, 1, 2, 4), some(4)
    if version == "1.2.2":
        old = {"nb_filter": 4, "nb_row": 3, "nb_col": 3, "border_mode": "same"}
        kind, more = "SeparableConvolution2D", {**old, "batch_input_shape": SHAPE}
    else:
        old = {"filters": 4, "groups": 1, "kernel_initializer": INITIALIZER}
        kind, more = "SeparableConv2D", {**SAME, **old, "kernel_constraint": None}
    got = answered(
        tmp_path / "cnn.h5",
        [layer(kind, "s", depth_multiplier=2, **more)],
        {"s": {"s_d:0": depth, "s_p:0": point, "s_b:0": bias}},
        version=version,
    )
    maps = np.einsum("nrcij,ijm->nrcm", windows(IMAGES), depth[:, :, 0])
    np.testing.assert_allclose(got, maps @ point[0, 0] + bias, atol=1e-5)


@pytest.mark.parametrize(
    ("kind", "options", "wanted"),
    [
        ("LeakyReLU", {"alpha": 0.25}, lambda x: np.where(x > 0, x, 0.25 * x)),
        ("ThresholdedReLU", {"theta": 0.5}, lambda x: np.where(x > 0.5, x, 0)),
        (
            "SpatialDropout2D",
            {"rate": 0.5, "noise_shape": None, "seed": None},
            lambda x: x,
        ),
        (
            "Activation",
            {"activation": "hard_sigmoid"},
            lambda x: np.clip(0.2 * x + 0.5, 0, 1),
        ),
    ],
)
def test_layer_without_weights(
    tmp_path: Path, kind: str, options: Layer, wanted: Any
) -> None:
    images = 6 * IMAGES - 3
    layers = [layer(kind, "x", batch_input_shape=SHAPE, **options)]
    got = answered(tmp_path / "cnn.h5", layers, {}, images)
    np.testing.assert_allclose(got, wanted(images), atol=1e-5)


def test_model_in_a_model_gets_its_weights_in_the_old_order(tmp_path: Path) -> None:
    # All of the first and second normalisation's arrays have the same shape.
    names = ("gamma", "beta", "moving_mean", "moving_variance")
    first, second = ({n: 1 + abs(some(1)) for n in names} for _ in range(2))
    inner = {
        "class_name": "Sequential",
        "config": {
            "name": "inner",
            "layers": [
                layer("BatchNormalizationV1", "a", axis=[3], batch_input_shape=SHAPE),
                layer("BatchNormalization", "b", axis=[3]),
            ],
        },
    }
    held = {
        f"{part}/{name}:0": arrays[name]
        for group in (names[:2], names[2:])
        for part, arrays in (("a", first), ("b", second))
        for name in group
    }
    got = answered(tmp_path / "cnn.h5", [inner], {"inner": held})
    wanted = IMAGES
    for arrays in (first, second):
        spread = np.sqrt(arrays["moving_variance"] + 1e-3)
        wanted = (wanted - arrays["moving_mean"]) / spread
        wanted = wanted * arrays["gamma"] + arrays["beta"]
    np.testing.assert_allclose(got, wanted, atol=1e-5)


def sigmoid(x: Any) -> Any:
    """Return Keras 1's and 2's hard one; Keras 3's of that name is steeper."""
    return np.clip(0.2 * x + 0.5, 0, 1)


def test_lstm_of_keras_1(tmp_path: Path) -> None:
    # Kernel, recurrent kernel and bias of the gates i, c, f and o, as in the file.
    gates = {g: (some(28, 5), some(5, 5), some(5)) for g in "icfo"}
    options = {
        "output_dim": 5,
        "activation": "tanh",
        "inner_activation": "hard_sigmoid",
        "forget_bias_init": "one",
        "dropout_W": 0.0,
        "consume_less": "cpu",
        "batch_input_shape": [None, 28, 28],
    }
    held = {
        f"l_{part}_{g}:0": array
        for g, arrays in gates.items()
        for part, array in zip("WUb", arrays, strict=True)
    }
    layers = [layer("LSTM", "l", **options)]
    images = IMAGES[..., 0]
    got = answered(tmp_path / "rnn.h5", layers, {"l": held}, images, version="1.2.2")

    state = memory = np.zeros((3, 5))
    for row in images.transpose(1, 0, 2):
        i, c, f, o = (row @ w + state @ u + b for w, u, b in gates.values())
        memory = sigmoid(f) * memory + sigmoid(i) * np.tanh(c)
        state = sigmoid(o) * np.tanh(memory)
    np.testing.assert_allclose(got, state, atol=1e-5)


def test_gru_before_there_were_two_kinds(tmp_path: Path) -> None:
    kernel, recurrent, bias = some(28, 15), some(5, 15), some(15)
    options = {"units": 5, "recurrent_activation": "hard_sigmoid", "implementation": 0}
    held = {"g/k:0": kernel, "g/r:0": recurrent, "g/b:0": bias}
    layers = [layer("GRU", "g", batch_input_shape=[None, 28, 28], **options)]
    images = IMAGES[..., 0]
    got = answered(tmp_path / "rnn.h5", layers, {"g": held}, images)

    state = np.zeros((3, 5))
    for row in images.transpose(1, 0, 2):
        z, r, h = np.split(row @ kernel + bias, 3, axis=1)
        uz, ur, uh = np.split(recurrent, 3, axis=1)
        update = sigmoid(z + state @ uz)
        new = np.tanh(h + (sigmoid(r + state @ ur) * state) @ uh)
        state = update * state + (1 - update) * new
    np.testing.assert_allclose(got, state, atol=1e-5)


def test_convolution_over_rows_of_keras_1(tmp_path: Path) -> None:
    kernel, bias = some(3, 1, 28, 4), some(4)
    options = {"nb_filter": 4, "filter_length": 3, "border_mode": "valid"}
    got = answered(
        tmp_path / "cnn.h5",
        [layer("Convolution1D", "c", batch_input_shape=[None, 28, 28], **options)],
        {"c": {"c_W:0": kernel, "c_b:0": bias}},
        IMAGES[..., 0],
        version="1.2.2",
    )
    seen = np.lib.stride_tricks.sliding_window_view(IMAGES[..., 0], 3, axis=1)
    wanted = np.einsum("nrci,icf->nrf", seen, kernel[:, 0]) + bias
    np.testing.assert_allclose(got, wanted, atol=1e-5)


def test_kernels_that_theano_mirrored_are_refused(tmp_path: Path) -> None:
    import h5py

    layers = [layer("Conv2D", "c", **SAME, filters=1)]
    held = {"c": {"c/k:0": some(3, 3, 1, 1), "c/b:0": some(1)}}
    answered(tmp_path / "cnn.h5", layers, held)
    with h5py.File(tmp_path / "cnn.h5", "a") as file:
        file.attrs["backend"] = b"theano"
    from digits_widget.training.hdf5_file import read_hdf5

    with pytest.raises(ExportError, match="mirrors every kernel"):
        read_hdf5(tmp_path / "cnn.h5")
