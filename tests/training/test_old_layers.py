"""Layers whose options, weights or meaning changed since Keras 2.

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
) -> NDArray[np.float32]:
    """Write the layers to a file, and return what the model that is read gives."""
    from digits_widget.training.hdf5_file import read_hdf5

    config = {"class_name": "Sequential", "config": {"name": "s", "layers": layers}}
    names = [each["config"]["name"] for each in layers]
    model = read_hdf5(write_hdf5(path, config, held, version="2.3.1", layers=names))
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


def test_separable_convolution(tmp_path: Path) -> None:
    depth, point, bias = some(3, 3, 1, 2), some(1, 1, 2, 4), some(4)
    options = {"filters": 4, "groups": 1, "kernel_initializer": INITIALIZER}
    more = {**SAME, **options, "kernel_constraint": None}
    got = answered(
        tmp_path / "cnn.h5",
        [layer("SeparableConv2D", "s", depth_multiplier=2, **more)],
        {"s": {"s_d:0": depth, "s_p:0": point, "s_b:0": bias}},
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
    """Return Keras 2's hard one; Keras 3's of that name is steeper."""
    return np.clip(0.2 * x + 0.5, 0, 1)


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
