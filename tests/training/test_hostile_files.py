"""Files that are made to do harm, or are no models: refused, with nothing run."""

from __future__ import annotations

import base64
import json
import marshal
import os
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digits_widget.errors import ExportError

pytestmark = [
    pytest.mark.server,
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

pytest.importorskip("keras", reason="the training extra is missing")

from tests.training.old_keras import (  # noqa: E402
    keras1_layers,
    keras2_layers,
    weights,
    write_hdf5,
    write_keras2,
    write_weights_only,
)

HELD = weights()
NAMES = [layer["config"]["name"] for layer in keras2_layers()]


def sequential(layers: list[dict[str, Any]]) -> dict[str, Any]:
    return {"class_name": "Sequential", "config": {"name": "s", "layers": layers}}


def hdf5(path: Path, layers: list[dict[str, Any]]) -> Path:
    return write_hdf5(path, sequential(layers), {}, version="2.3.1", layers=NAMES)


def pickled_lambda(path: Path) -> Path:
    code = marshal.dumps(compile("open('/tmp/owned', 'w')", "x", "exec"))
    text = base64.b64encode(code).decode()
    config = {"name": "l", "function": [text, None, None], "function_type": "lambda"}
    layers = [*keras2_layers(), {"class_name": "Lambda", "config": config}]
    return hdf5(path, layers)


def call_of_a_module(path: Path) -> Path:
    evil = {"module": "os", "class_name": "system", "config": {"command": "true"}}
    layers = keras2_layers()
    layers[0]["config"]["kernel_initializer"] = evil
    return hdf5(path, layers)


def unknown_layer(path: Path) -> Path:
    return hdf5(path, [*keras2_layers(), {"class_name": "MyLayer", "config": {}}])


def unknown_activation(path: Path) -> Path:
    layers = keras2_layers()
    layers[0]["config"]["activation"] = "os.system"
    return hdf5(path, layers)


def enormous_layer(path: Path) -> Path:
    layers = keras2_layers()
    layers[-1]["config"]["units"] = 1 << 40
    return hdf5(path, layers)


def nested_too_deeply(path: Path) -> Path:
    deep: Any = []
    for _ in range(300):
        deep = [deep]
    return hdf5(
        path, [*keras2_layers(), {"class_name": "Dense", "config": {"x": deep}}]
    )


def function_of_a_module(path: Path) -> Path:
    # To look up the name in it, Keras would import it, which runs it.
    evil = {"module": "antigravity", "class_name": "function", "config": "relu"}
    layers = keras2_layers()
    layers[0]["config"]["activation"] = evil
    return hdf5(path, layers)


def function_that_is_an_object(path: Path) -> Path:
    layers = keras2_layers()
    layers[0]["config"]["activation"] = {"class_name": "function", "config": {"a": 1}}
    return hdf5(path, layers)


def weights_beyond_the_memory(path: Path) -> Path:
    first = {"name": "a", "units": 65536, "batch_input_shape": [None, 65536]}
    return hdf5(path, [{"class_name": "Dense", "config": first}])


def answers_beyond_the_memory(path: Path) -> Path:
    padding = {"padding": [[60000, 60000]] * 2, "batch_input_shape": [None, 28, 28, 1]}
    mean = {"class_name": "GlobalAveragePooling2D", "config": {"name": "mean"}}
    first = {"class_name": "ZeroPadding2D", "config": {"name": "pad", **padding}}
    return hdf5(path, [first, mean])


def no_layers(path: Path) -> Path:
    return hdf5(path, [])


def layer_in_place_of_a_model(path: Path) -> Path:
    return write_hdf5(path, keras2_layers()[-1], {}, version="2.3.1", layers=[])


def layer_that_is_text(path: Path) -> Path:
    return hdf5(path, [{"class_name": "Dense", "config": "units"}])


def layer_left_to_chance(path: Path) -> Path:
    import h5py

    write_keras2(path, HELD)
    with h5py.File(path, "a") as file:
        # Listed, so it seems to be there, with no weights of its own.
        file["model_weights/dense_2"].attrs["weight_names"] = np.array([], "S1")
    return path


def weights_of_nobody(path: Path) -> Path:
    import h5py

    write_keras2(path, HELD)
    with h5py.File(path, "a") as file:
        file["model_weights"].attrs["layer_names"] = [b"/", b""]
    return path


def weights_that_are_text(path: Path) -> Path:
    import h5py

    write_keras2(path, HELD)
    with h5py.File(path, "a") as file:
        del file["model_weights/dense_2/dense_2/bias:0"]
        file["model_weights/dense_2/dense_2/bias:0"] = [b"x"] * 10
    return path


def weights_that_went_astray(path: Path) -> Path:
    return write_keras2(path, {**HELD, "last": np.full(10, np.nan, np.float32)})


def description_is_a_number(path: Path) -> Path:
    import h5py

    write_keras2(path, HELD)
    with h5py.File(path, "a") as file:
        file.attrs["model_config"] = 5
    return path


def maze_of_groups(path: Path) -> Path:
    import h5py

    write_keras2(path, HELD)
    with h5py.File(path, "a") as file:
        for depth in range(19):
            file.create_group(f"g{depth}")
        for depth in range(18):
            for name in "abcdefgh":
                file[f"g{depth}"][name] = file[f"g{depth + 1}"]
    return path


def theano_axes(path: Path) -> Path:
    layers = keras1_layers()
    layers[0]["config"]["dim_ordering"] = "th"
    return hdf5(path, layers)


def layer_without_weights(path: Path) -> Path:
    return write_hdf5(
        path, sequential(keras2_layers()), {}, version="2.3.1", layers=NAMES[:1]
    )


def weights_of_another_shape(path: Path) -> Path:
    wrong = {**HELD, "dense": HELD["dense"][:9]}
    return write_keras2(path, wrong)


def weights_only(path: Path) -> Path:
    return write_weights_only(path, HELD)


def link_out_of_the_file(path: Path) -> Path:
    import h5py

    write_keras2(path, HELD)
    with h5py.File(path, "a") as file:
        file["model_weights"]["more"] = h5py.ExternalLink("/etc/passwd", "/")
    return path


def data_in_another_file(path: Path) -> Path:
    import h5py

    write_keras2(path, HELD)
    with h5py.File(path, "a") as file:
        file.create_dataset("out", (4,), "uint8", external=[("/etc/passwd", 0, 4)])
    return path


def bomb_of_zeros(path: Path) -> Path:
    import h5py

    write_keras2(path, HELD)
    with h5py.File(path, "a") as file:
        # Two terabytes that take no room: no chunk of them was ever written.
        file.create_dataset("zeros", (1 << 39,), "f4", chunks=(1 << 20,))
    return path


def cut_short(path: Path) -> Path:
    whole = write_keras2(path, HELD).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    return path


def no_model(path: Path) -> Path:
    import h5py

    with h5py.File(path, "w") as file:
        file["numbers"] = np.arange(3)
    return path


def description_is_no_json(path: Path) -> Path:
    import h5py

    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = b"{'class_name':"
    return path


def picture(path: Path) -> Path:
    path.write_bytes(b"\x89PNG\r\n\x1a\n")
    return path


def nothing(path: Path) -> Path:
    path.write_bytes(b"")
    return path


def absent(path: Path) -> Path:
    return path


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def zip_out_of_its_place(path: Path) -> Path:
    return zipped(path, {"config.json": b"{}", "../../evil.py": b"x"})


def zip_without_a_model(path: Path) -> Path:
    return zipped(path, {"config.json": b"{}"})


def zip_bomb(path: Path) -> Path:
    zipped(path, {"config.json": b"{}", "model.weights.h5": b""})
    # A megabyte on disk, a gigabyte unpacked.
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        chunk = bytes(1 << 24)
        with archive.open("assets/zeros", "w", force_zip64=True) as file:
            for _ in range(65):
                file.write(chunk)
    return path


def zip_with_a_lambda(path: Path) -> Path:
    evil = {
        "module": "keras.layers",
        "class_name": "Lambda",
        "config": {"function": {"class_name": "__lambda__", "config": {}}},
    }
    config = json.dumps({"module": "keras", **sequential([evil])}).encode()
    return zipped(path, {"config.json": config, "model.weights.h5": b""})


def zip_with_a_long_description(path: Path) -> Path:
    return zipped(path, {"config.json": b" " * (1 << 25), "model.weights.h5": b""})


def zip_of_a_layer(path: Path) -> Path:
    config = {"module": "keras.layers", "class_name": "Dense", "config": {"units": 3}}
    text = json.dumps(config).encode()
    return zipped(path, {"config.json": text, "model.weights.h5": b""})


def zip_that_imports(path: Path) -> Path:
    evil = {"module": "antigravity", "class_name": "function", "config": "relu"}
    layer = {**keras2_layers()[-1], "build_config": evil}
    config = json.dumps({"module": "keras", **sequential([layer])}).encode()
    return zipped(path, {"config.json": config, "model.weights.h5": b""})


def zip_cut_short(path: Path) -> Path:
    whole = zipped(path, {"config.json": b"{}" * 999}).read_bytes()
    path.write_bytes(whole[:40])
    return path


FILES: list[tuple[Callable[[Path], Path], str]] = [
    (pickled_lambda, "Lambda layer: it holds Python code"),
    (call_of_a_module, "'system' of os"),
    (unknown_layer, "'MyLayer'"),
    (unknown_activation, "activation 'os.system'"),
    (enormous_layer, "units = 1,099,511,627,776"),
    (function_of_a_module, "'relu' of antigravity"),
    (function_that_is_an_object, "{'a': 1}"),
    (weights_beyond_the_memory, "weights would take 17,"),
    (answers_beyond_the_memory, "fill the memory"),
    (no_layers, "no list of layers"),
    (layer_in_place_of_a_model, "model of the class 'Dense'"),
    (layer_that_is_text, "no list of layers"),
    (layer_left_to_chance, "do not fit its layers: Layer count mismatch"),
    (weights_of_nobody, "do not fit its layers"),
    (weights_that_are_text, "are not numbers"),
    (weights_that_went_astray, "not all finite"),
    (description_is_a_number, "is no text"),
    (maze_of_groups, "more than 20,000 parts"),
    (nested_too_deeply, "nested too deeply"),
    (theano_axes, "Keras 1 wrote"),
    (layer_without_weights, "do not fit its layers: Layer count mismatch"),
    (weights_of_another_shape, "do not fit"),
    (weights_only, "weights only"),
    (link_out_of_the_file, "not followed"),
    (data_in_another_file, "not followed"),
    (bomb_of_zeros, "fill the memory"),
    (cut_short, "not a whole HDF5 file"),
    (no_model, "without a Keras model"),
    (description_is_no_json, "damaged"),
    (picture, r"a picture \(PNG\)"),
    (nothing, "empty: 0 bytes"),
    (absent, "cannot be read: No such file or directory"),
    (zip_out_of_its_place, "not part of a model"),
    (zip_without_a_model, "not a .keras file"),
    (zip_bomb, "fill the disk"),
    (zip_with_a_lambda, "Lambda layer"),
    (zip_with_a_long_description, "description of 33,554,432 bytes"),
    (zip_of_a_layer, "model of the class 'Dense'"),
    (zip_that_imports, "'relu' of antigravity"),
    (zip_cut_short, "not a whole .keras file"),
]


@pytest.mark.parametrize(
    ("make", "reason"), FILES, ids=lambda x: getattr(x, "__name__", "")
)
def test_file_is_refused_with_a_reason(
    tmp_path: Path, make: Callable[[Path], Path], reason: str
) -> None:
    from digits_widget.training.export import export_file

    path = make(tmp_path / "model")
    with pytest.raises(ExportError, match=reason) as caught:
        export_file(path, tmp_path / "digits")
    assert len(str(caught.value).splitlines()) == 1
    assert not (tmp_path / "digits").exists()
    assert "antigravity" not in sys.modules


def saved(folder: Path, module: Any, run: Callable[..., Any], kind: Any) -> Path:
    """Write a SavedModel whose one signature runs this on one tensor."""
    import tensorflow as tf

    spec = [tf.TensorSpec([], kind)]
    function = tf.function(run, input_signature=spec, autograph=False)
    tf.saved_model.save(module, str(folder), signatures={"serving_default": function})
    return folder


def graph_that_reads_files(folder: Path) -> Path:
    import tensorflow as tf

    def read(name: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"content": tf.io.read_file(name)}

    return saved(folder, tf.Module(), read, tf.string)


def graph_that_prints_to_a_file(folder: Path) -> Path:
    import tensorflow as tf

    def say(number: tf.Tensor) -> dict[str, tf.Tensor]:
        tf.print(number, output_stream="file:///tmp/owned")
        return {"number": number}

    return saved(folder, tf.Module(), say, tf.float32)


def graph_with_variables(folder: Path) -> Path:
    import tensorflow as tf

    module = tf.Module()
    module.weight = tf.Variable(2.0)

    def double(number: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"number": number * module.weight}

    return saved(folder, module, double, tf.float32)


def folder_without_its_variables(folder: Path) -> Path:
    (graph_with_variables(folder) / "variables" / "variables.index").unlink()
    return folder


def folder_with_an_asset_outside(folder: Path) -> Path:
    from tensorflow.core.protobuf import saved_model_pb2

    file = graph_with_variables(folder) / "saved_model.pb"
    message = saved_model_pb2.SavedModel.FromString(file.read_bytes())
    message.meta_graphs[0].asset_file_def.add(filename="../../../etc/passwd")
    file.write_bytes(message.SerializeToString())
    return folder


def folder_with_a_pipe(folder: Path) -> Path:
    graph_with_variables(folder)
    (folder / "assets").mkdir(exist_ok=True)
    os.mkfifo(folder / "assets" / "pipe")
    return folder


def folder_of_versions(folder: Path) -> Path:
    graph_with_variables(folder / "3")
    return folder


def folder_with_a_link(folder: Path) -> Path:
    (folder / "assets").mkdir(parents=True)
    (folder / "saved_model.pb").write_bytes(b"")
    (folder / "assets" / "out").symlink_to("/etc/passwd")
    return folder


def folder_with_a_stranger(folder: Path) -> Path:
    folder.mkdir()
    (folder / "saved_model.pb").write_bytes(b"")
    (folder / "setup.py").write_text("raise SystemExit")
    return folder


def folder_with_a_cut_graph(folder: Path) -> Path:
    folder.mkdir()
    (folder / "saved_model.pb").write_bytes(b"\x08\x01\x12\xff\xff\xff")
    return folder


def folder_without_a_graph(folder: Path) -> Path:
    folder.mkdir()
    return folder


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (graph_that_reads_files, "runs ReadFile"),
        (graph_that_prints_to_a_file, "runs PrintV2"),
        (folder_without_its_variables, "without its variables"),
        (folder_with_an_asset_outside, "a file outside its folder assets"),
        (folder_with_a_pipe, "not part of a SavedModel"),
        (folder_of_versions, "Give one of its versions: .*/3"),
        (folder_with_a_link, "not part of a SavedModel"),
        (folder_with_a_stranger, "not part of a SavedModel"),
        (folder_with_a_cut_graph, "damaged"),
        (folder_without_a_graph, "holds no saved_model.pb"),
    ],
    ids=lambda x: getattr(x, "__name__", ""),
)
def test_saved_model_is_refused_with_a_reason(
    tmp_path: Path, make: Callable[[Path], Path], reason: str
) -> None:
    from digits_widget.training.saved_model_copy import export_saved_model

    with pytest.raises(ExportError, match=reason):
        export_saved_model(make(tmp_path / "given"), tmp_path / "digits")
    assert not (tmp_path / "digits").exists()
