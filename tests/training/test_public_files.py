"""Model files as people have them: of Keras 2 and 3, with every kind of part."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from digits_widget.errors import ExportError

pytestmark = [
    pytest.mark.server,
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5"),
]

pytest.importorskip("keras", reason="the training extra is missing")
pytest.importorskip("tf_keras", reason="the training extra is missing")

from tests.training.old_keras import (  # noqa: E402
    weights,
    write_hdf5,
    write_keras1,
    write_keras2,
)

SIDE = 28


def served(path: Path, images: NDArray[Any]) -> NDArray[Any]:
    import tensorflow as tf

    signature = tf.saved_model.load(str(path)).signatures["serving_default"]
    (name,) = signature.structured_input_signature[1]
    (answer,) = signature(**{name: tf.constant(images)}).values()
    result: NDArray[Any] = answer.numpy()
    return result


def divided(keras: Any) -> Any:
    image = keras.Input((SIDE, SIDE, 1))
    flat = keras.layers.Flatten()(1.0 / (1.0 + image / 255.0))
    return keras.Model(image, keras.layers.Dense(10, activation="softmax")(flat))


def sliced(keras: Any) -> Any:
    image = keras.Input((SIDE, SIDE, 1))
    flat = keras.layers.Flatten()(image[:, 2:-2, ::2, :])
    return keras.Model(image, keras.layers.Dense(12)(flat)[:, :10])


def normalised(keras: Any) -> Any:
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((SIDE, SIDE, 1)),
            layers.Normalization(axis=None, mean=0.13, variance=0.1),
            layers.RandomRotation(0.1),
            layers.RandomCrop(SIDE, SIDE),
            layers.Reshape((SIDE, SIDE)),
            layers.SeparableConv1D(4, 3),
            layers.BatchNormalization(),
            layers.SpatialDropout1D(0.2),
            layers.UnitNormalization(),
            layers.GlobalAveragePooling1D(),
            layers.Dense(10, kernel_regularizer="l2", kernel_constraint="max_norm"),
        ]
    )


def recurrent(keras: Any) -> Any:
    layers = keras.layers
    image = keras.Input((SIDE, SIDE), batch_size=3)
    first = layers.Bidirectional(layers.LSTM(4, return_sequences=True))(image)
    return keras.Model(image, layers.GRU(10, stateful=True)(first))


def active(keras: Any) -> Any:
    import tensorflow as tf

    image = keras.Input((SIDE, SIDE, 1))
    value = keras.layers.Flatten()(image)
    for activation in (tf.nn.relu, tf.nn.relu6, "mish", keras.layers.LeakyReLU()):
        value = keras.layers.Dense(6, activation=activation)(value)
    return keras.Model(image, keras.layers.Dense(10, activation=tf.nn.softmax)(value))


def nested(keras: Any) -> Any:
    layers = keras.layers
    inner = keras.Sequential(
        [keras.Input((SIDE, SIDE, 1)), layers.Conv2D(3, 3), layers.BatchNormalization()]
    )
    image = keras.Input((SIDE, SIDE, 1))
    both = layers.Add()([inner(image), inner(layers.Rescaling(0.5)(image))])
    return keras.Model(image, layers.Dense(10)(layers.GlobalMaxPooling2D()(both)))


def with_long_names(keras: Any) -> Any:
    # Their names do not fit one attribute of HDF5, and are written in chunks.
    long = [keras.layers.Dense(4, name=f"{'n' * 3500}{i}") for i in range(20)]
    return keras.Sequential([keras.Input((4,)), *long])


@pytest.mark.parametrize("library", ["keras", "tf_keras"])
@pytest.mark.parametrize("ending", ["h5", "keras"])
@pytest.mark.parametrize(
    "make", [divided, sliced, normalised, recurrent, active, nested, with_long_names]
)
def test_model_is_exported_with_its_own_answers(
    tmp_path: Path, library: str, ending: str, make: Callable[[Any], Any]
) -> None:
    from digits_widget.training.export import export_file

    keras = pytest.importorskip(library)
    model = make(keras)
    shape = [size or 3 for size in model.inputs[0].shape]
    images = np.random.default_rng(5).random(shape).astype(np.float32)
    path = tmp_path / f"model.{ending}"
    model.save(path)
    wanted = np.asarray(model(images, training=False))

    done = export_file(path, tmp_path / "digits")
    np.testing.assert_allclose(served(done.path, images), wanted, atol=1e-5)


@pytest.mark.parametrize("name", ["celu", "hard_silu", "sparsemax", "log_sigmoid"])
def test_every_activation_of_keras_3_is_known(tmp_path: Path, name: str) -> None:
    import keras

    from digits_widget.training.export import export_file

    layers = [keras.Input((4,)), keras.layers.Dense(10, activation=name)]
    keras.Sequential(layers).save(tmp_path / "model.keras")
    assert export_file(tmp_path / "model.keras", tmp_path / "digits").difference < 1e-5


def old(path: Path, kind: str, **options: Any) -> Path:
    """Write a dense layer and one of this kind as an old Keras 2 did."""
    dense = {
        "name": "dense",
        "units": 10,
        "batch_input_shape": [None, 4],
        "dtype": "float32",
        "kernel_initializer": {
            "class_name": "GlorotUniform",
            "config": {"seed": None, "dtype": "float32"},
        },
        "bias_initializer": {"class_name": "Zeros", "config": {"dtype": "float32"}},
    }
    layers = [
        {"class_name": "Dense", "config": dense},
        {"class_name": kind, "config": {"name": "last", **options}},
    ]
    held = {"dense": {"k": -np.ones((4, 10), "f4"), "b": np.zeros(10, "f4")}}
    config = {"class_name": "Sequential", "config": layers}
    return write_hdf5(path, config, held, version="2.2.4-tf", layers=["dense", "last"])


def test_number_of_numpy_is_read_as_a_number(tmp_path: Path) -> None:
    from digits_widget.training.export import export_file

    alpha = {"type": "ndarray", "value": 0.3}
    done = export_file(old(tmp_path / "m.h5", "LeakyReLU", alpha=alpha), tmp_path / "m")
    got = served(done.path, np.ones((1, 4), "f4"))
    np.testing.assert_allclose(got, np.full((1, 10), -1.2), atol=1e-6)


def test_layer_for_graphics_cards_runs_anywhere(tmp_path: Path) -> None:
    import h5py

    from digits_widget.training.export import export_file

    random = np.random.default_rng(1)
    held = {
        "rnn": {
            "k": random.normal(size=(SIDE, 40)).astype("f4"),
            "r": random.normal(size=(10, 40)).astype("f4"),
            "b": random.normal(size=80).astype("f4"),
        }
    }
    config = {"name": "rnn", "units": 10, "batch_input_shape": [None, SIDE, SIDE]}
    layers = [{"class_name": "CuDNNLSTM", "config": config}]
    told = {"class_name": "Sequential", "config": {"name": "s", "layers": layers}}
    path = write_hdf5(tmp_path / "m.h5", told, held, version="2.2.4", layers=["rnn"])
    with h5py.File(path) as file:
        assert "rnn" in file["model_weights"]
    assert export_file(path, tmp_path / "digits").difference < 1e-5


def test_logits_of_any_size_are_compared_by_their_share(tmp_path: Path) -> None:
    import keras

    from digits_widget.training.export import export_file

    wide = {"kernel_initializer": keras.initializers.RandomNormal(stddev=300, seed=1)}
    layers = [keras.layers.Dense(size, **wide) for size in (64, 64, 10)]
    model = keras.Sequential([keras.Input((784,)), *layers])
    model.save(tmp_path / "m.keras")
    assert export_file(tmp_path / "m.keras", tmp_path / "digits").difference < 1e-5


def test_backslashes_of_windows_are_taken_for_slashes(tmp_path: Path) -> None:
    import h5py
    import tf_keras

    from digits_widget.training.export import export_file

    model = tf_keras.Sequential([tf_keras.Input((4,)), tf_keras.layers.Dense(10)])
    model.save(tmp_path / "m.keras")
    with zipfile.ZipFile(tmp_path / "m.keras") as archive:
        archive.extractall(tmp_path)
    with h5py.File(tmp_path / "model.weights.h5", "a") as file:
        (key,) = [key for key in file if file[key].get("dense") is not None]
        file.move(f"{key}/dense", f"{key}\\dense")
    with zipfile.ZipFile(tmp_path / "w.keras", "w") as archive:
        for name in ("metadata.json", "config.json", "model.weights.h5"):
            archive.write(tmp_path / name, name)
    done = export_file(tmp_path / "w.keras", tmp_path / "digits")
    images = np.ones((2, 4), "f4")
    np.testing.assert_allclose(served(done.path, images), model(images), atol=1e-6)


def test_keras_1_is_refused_in_one_sentence(tmp_path: Path) -> None:
    from digits_widget.training.export import export_file

    with pytest.raises(ExportError, match=r"Keras 1 wrote.*Keras 2\.2"):
        export_file(write_keras1(tmp_path / "m.h5", weights()), tmp_path / "digits")


def frozen_graph(path: Path) -> None:
    from tensorflow.core.framework import graph_pb2

    graph = graph_pb2.GraphDef()
    graph.node.add(name="x", op="Placeholder")
    path.write_bytes(graph.SerializeToString())


FILES: list[tuple[bytes | Callable[[Path], None], str]] = [
    (b"", "empty: 0 bytes"),
    (frozen_graph, "a frozen graph of TensorFlow 1"),
    (json.dumps({"cells": [], "nbformat": 4}).encode(), "a notebook"),
    (b"<!DOCTYPE html><html></html>", "a web page"),
    (b"version https://git-lfs.github.com/spec/v1\n", "a pointer of Git LFS"),
    (b"\x1c\0\0\0TFL3" + bytes(40), "a TensorFlow Lite model"),
    (b'\x40\0\0\0\0\0\0\0{"w":{"dtype":"F32"}}', "safetensors"),
    (b"\x80\x04\x95\x0c\0\0\0\0\0\0\0\x8c\x08", "a pickle"),
    (b"\x1f\x8b\x08\0", "compressed by gzip"),
    (b"\x08\x08\x12\x07pytorch\x1a\x031.9", "an ONNX model"),
    (b'model_checkpoint_path: "x"', "a TensorFlow checkpoint"),
    (b"import keras\n", "a text"),
]


@pytest.mark.parametrize(("content", "what"), FILES, ids=[what for _, what in FILES])
def test_file_that_is_no_model_is_called_by_its_name(
    tmp_path: Path, content: bytes | Callable[[Path], None], what: str
) -> None:
    from digits_widget.training.export import export_file

    path = tmp_path / "model.h5"
    if callable(content):
        content(path)
    else:
        path.write_bytes(content)
    with pytest.raises(ExportError, match=f"which is .*{what}"):
        export_file(path, tmp_path / "digits")


def test_folder_that_a_dead_export_left_is_cleaned(tmp_path: Path) -> None:
    from digits_widget.training.publish import publish

    (tmp_path / "writing-dead" / "model").mkdir(parents=True)

    def write(staged: Path) -> None:
        staged.mkdir()
        inner = publish(tmp_path, 2, lambda other: other.mkdir())
        assert inner.name == "2"
        assert staged.exists(), "another export removed what this one writes"

    publish(tmp_path, 1, write)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1", "2"]


def test_full_disk_is_told_in_words(tmp_path: Path) -> None:
    import tensorflow as tf

    from digits_widget.training.publish import publish

    def write(_: Path) -> None:
        raise tf.errors.ResourceExhaustedError(None, None, "x; No space left on device")

    with pytest.raises(ExportError, match="on a disk that is full"):
        publish(tmp_path, 1, write)


def test_long_version_is_not_repeated(tmp_path: Path) -> None:
    from digits_widget.training.publish import check_free

    with pytest.raises(ExportError, match="of more than 24 digits"):
        check_free(tmp_path, 10**400)


def test_keras_2_file_may_have_any_name(tmp_path: Path) -> None:
    from digits_widget.training.export import export_file

    path = write_keras2(tmp_path / "model.bin", weights())
    assert export_file(path, tmp_path / "digits").difference < 1e-5
