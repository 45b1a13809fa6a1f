"""Writes HDF5 files as Keras 1 and Keras 2 did, without either."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

Weights = dict[str, dict[str, NDArray[np.float32]]]


def weights(seed: int = 5) -> dict[str, NDArray[np.float32]]:
    """Return seeded weights of a small network: 4 filters of 3x3, then 10 units."""
    random = np.random.default_rng(seed)
    shapes = {"kernel": (3, 3, 1, 4), "bias": (4,), "dense": (676, 10), "last": (10,)}
    return {
        name: random.normal(0, 0.1, shape).astype(np.float32)
        for name, shape in shapes.items()
    }


def answers(
    images: NDArray[np.float32], held: dict[str, NDArray[np.float32]]
) -> NDArray[np.float64]:
    """Return what the small network says, computed with NumPy alone."""
    windows = np.lib.stride_tricks.sliding_window_view(images[..., 0], (3, 3), (1, 2))
    kernel = held["kernel"].astype(np.float64)[:, :, 0]
    maps = np.einsum("nrcij,ijf->nrcf", windows, kernel) + held["bias"]
    maps = np.maximum(maps, 0).reshape(-1, 13, 2, 13, 2, 4).max(axis=(2, 4))
    logits = maps.reshape(len(images), -1) @ held["dense"] + held["last"]
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    result: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return result


def keras2_layers() -> list[dict[str, Any]]:
    """Return the layers as Keras 2 described them."""
    conv = {
        "name": "conv2d_1",
        "trainable": True,
        "batch_input_shape": [None, 28, 28, 1],
        "dtype": "float32",
        "filters": 4,
        "kernel_size": [3, 3],
        "strides": [1, 1],
        "padding": "valid",
        "data_format": "channels_last",
        "dilation_rate": [1, 1],
        "activation": "relu",
        "use_bias": True,
        "kernel_initializer": {
            "class_name": "VarianceScaling",
            "config": {
                "scale": 1.0,
                "mode": "fan_avg",
                "distribution": "uniform",
                "seed": None,
            },
        },
        "bias_initializer": {"class_name": "Zeros", "config": {}},
        "kernel_regularizer": None,
        "bias_regularizer": None,
        "activity_regularizer": None,
        "kernel_constraint": None,
        "bias_constraint": None,
    }
    pool = {
        "name": "max_pooling2d_1",
        "trainable": True,
        "pool_size": [2, 2],
        "padding": "valid",
        "strides": [2, 2],
        "data_format": "channels_last",
    }
    flatten = {"name": "flatten_1", "trainable": True, "data_format": "channels_last"}
    dense = {
        "name": "dense_2",
        "trainable": True,
        "units": 10,
        "activation": "softmax",
        "use_bias": True,
        "kernel_initializer": {"class_name": "GlorotUniform", "config": {"seed": None}},
        "bias_initializer": {"class_name": "Zeros", "config": {}},
    }
    return [
        {"class_name": "Conv2D", "config": conv},
        {"class_name": "MaxPooling2D", "config": pool},
        {
            "class_name": "Dropout",
            "config": {"name": "dropout_1", "rate": 0.25, "seed": None},
        },
        {"class_name": "Flatten", "config": flatten},
        {"class_name": "Dense", "config": dense},
    ]


def keras1_layers() -> list[dict[str, Any]]:
    """Return the same layers as Keras 1 described them."""
    conv = {
        "name": "convolution2d_1",
        "trainable": True,
        "batch_input_shape": [None, 28, 28, 1],
        "input_dtype": "float32",
        "nb_filter": 4,
        "nb_row": 3,
        "nb_col": 3,
        "init": "glorot_uniform",
        "activation": "relu",
        "border_mode": "valid",
        "subsample": [1, 1],
        "dim_ordering": "tf",
        "W_regularizer": None,
        "b_regularizer": None,
        "activity_regularizer": None,
        "W_constraint": None,
        "b_constraint": None,
        "bias": True,
    }
    pool = {
        "name": "maxpooling2d_1",
        "trainable": True,
        "pool_size": [2, 2],
        "strides": [2, 2],
        "border_mode": "valid",
        "dim_ordering": "tf",
    }
    dense = {
        "name": "dense_2",
        "trainable": True,
        "output_dim": 10,
        "init": "glorot_uniform",
        "activation": "softmax",
        "W_regularizer": None,
        "b_regularizer": None,
        "bias": True,
        "input_dim": None,
    }
    return [
        {"class_name": "Convolution2D", "config": conv},
        {"class_name": "MaxPooling2D", "config": pool},
        {"class_name": "Dropout", "config": {"name": "dropout_1", "p": 0.25}},
        {"class_name": "Flatten", "config": {"name": "flatten_1", "trainable": True}},
        {"class_name": "Dense", "config": dense},
    ]


def write_hdf5(
    path: Path, config: Any, held: Weights, *, version: str, layers: list[str]
) -> Path:
    """Write a model file: attributes for the description, one group a layer."""
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = version.encode()
        file.attrs["backend"] = b"tensorflow"
        if config is not None:
            file.attrs["model_config"] = json.dumps(config).encode()
            group = file.create_group("model_weights")
        else:
            group = file
        group.attrs["layer_names"] = [name.encode() for name in layers]
        for name in layers:
            part = group.create_group(name)
            arrays = held.get(name, {})
            part.attrs["weight_names"] = [key.encode() for key in arrays]
            for key, array in arrays.items():
                part.create_dataset(key, data=array)
    return path


def write_keras2(path: Path, held: dict[str, NDArray[np.float32]]) -> Path:
    """Write the small network as Keras 2.3 with TensorFlow 2.1 did."""
    config = {
        "class_name": "Sequential",
        "config": {"name": "sequential_1", "layers": keras2_layers()},
    }
    names = [layer["config"]["name"] for layer in keras2_layers()]
    return write_hdf5(path, config, _named2(held), version="2.3.1", layers=names)


def write_keras1(path: Path, held: dict[str, NDArray[np.float32]]) -> Path:
    """Write the small network as Keras 1.2 did: a bare list of layers."""
    config = {"class_name": "Sequential", "config": keras1_layers()}
    named = {
        "convolution2d_1": {
            "convolution2d_1_W:0": held["kernel"],
            "convolution2d_1_b:0": held["bias"],
        },
        "dense_2": {"dense_2_W:0": held["dense"], "dense_2_b:0": held["last"]},
    }
    names = [layer["config"]["name"] for layer in keras1_layers()]
    return write_hdf5(path, config, named, version="1.2.2", layers=names)


def write_weights_only(path: Path, held: dict[str, NDArray[np.float32]]) -> Path:
    """Write what ``model.save_weights`` of Keras 2 wrote."""
    names = [layer["config"]["name"] for layer in keras2_layers()]
    return write_hdf5(path, None, _named2(held), version="2.3.1", layers=names)


def _named2(held: dict[str, NDArray[np.float32]]) -> Weights:
    return {
        "conv2d_1": {
            "conv2d_1/kernel:0": held["kernel"],
            "conv2d_1/bias:0": held["bias"],
        },
        "dense_2": {"dense_2/kernel:0": held["dense"], "dense_2/bias:0": held["last"]},
    }
