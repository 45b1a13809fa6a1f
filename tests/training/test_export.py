"""Exports of every kind of file: names, answers, versions, warm-up."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.typing import NDArray

from digits_widget.errors import ExportError

if TYPE_CHECKING:
    import keras

pytestmark = [
    pytest.mark.server,
    # Keras 3 and NumPy 2.4 disagree about a keyword; what comes out is right.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

keras_module = pytest.importorskip("keras", reason="the training extra is missing")

from tests.training.old_keras import answers, weights, write_keras2  # noqa: E402

HELD = weights()
IMAGES = np.random.default_rng(3).random((5, 28, 28, 1)).astype(np.float32)


def small_model() -> keras.Model:
    layers = keras_module.layers
    model = keras_module.Sequential(
        [
            layers.Input((28, 28, 1), name="picture"),
            layers.Conv2D(4, 3, activation="relu", name="first"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(10, activation="softmax", name="scores"),
        ]
    )
    model.set_weights([HELD[name] for name in ("kernel", "bias", "dense", "last")])
    return model


def served(path: Path, **inputs: NDArray[Any]) -> dict[str, NDArray[Any]]:
    import tensorflow as tf

    signature = tf.saved_model.load(str(path)).signatures["serving_default"]
    given = {name: tf.constant(array) for name, array in inputs.items()}
    return {name: value.numpy() for name, value in signature(**given).items()}


def test_old_hdf5_keeps_its_names_and_answers(tmp_path: Path) -> None:
    from digits_widget.training.export import export_file

    done = export_file(write_keras2(tmp_path / "cnn.h5", HELD), tmp_path / "digits")

    assert done.path == tmp_path / "digits" / "1"
    assert done.difference <= 1e-5
    got = served(done.path, conv2d_1_input=IMAGES)["dense_2"]
    np.testing.assert_allclose(got, answers(IMAGES, HELD), atol=1e-5)


@pytest.mark.parametrize("ending", ["h5", "keras"])
@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5")
def test_keras_3_file_keeps_its_names_and_answers(tmp_path: Path, ending: str) -> None:
    from digits_widget.training.export import export_file

    path = tmp_path / f"cnn.{ending}"
    small_model().save(path)
    done = export_file(path, tmp_path / "digits")

    got = served(done.path, picture=IMAGES)["scores"]
    np.testing.assert_allclose(got, answers(IMAGES, HELD), atol=1e-5)


@pytest.mark.parametrize("ending", ["h5", "keras"])
@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5")
def test_branches_and_normalisation_survive(tmp_path: Path, ending: str) -> None:
    from digits_widget.training.export import export_file

    layers = keras_module.layers
    image = layers.Input((28, 28, 1), name="picture")
    left = layers.Conv2D(3, 3, padding="same", activation="relu")(image)
    right = layers.BatchNormalization(name="norm")(layers.Conv2D(3, 1)(image))
    joined = layers.Concatenate()([left, layers.ReLU()(right)])
    pooled = layers.GlobalAveragePooling2D()(joined)
    scores = layers.Dense(10, activation="softmax", name="scores")(pooled)
    model = keras_module.Model(image, scores)
    random = np.random.default_rng(8)
    norm = model.get_layer("norm")
    norm.set_weights([random.uniform(0.5, 2, w.shape) for w in norm.get_weights()])
    model.save(tmp_path / f"cnn.{ending}")

    done = export_file(tmp_path / f"cnn.{ending}", tmp_path / "digits")
    got = served(done.path, picture=IMAGES)["scores"]
    np.testing.assert_allclose(got, np.asarray(model(IMAGES)), atol=1e-5)


def test_tensor_names_are_those_of_version_1(tmp_path: Path) -> None:
    from digits_widget.protocol.saved_model import read_saved_model
    from digits_widget.training.export import export_file

    done = export_file(write_keras2(tmp_path / "cnn.h5", HELD), tmp_path / "digits")
    signature = read_saved_model(done.path).graph().metadata.choose("serving_default")

    assert [s.tensor for s in signature.inputs] == ["serving_default_conv2d_1_input:0"]
    assert [s.tensor for s in signature.outputs] == ["StatefulPartitionedCall:0"]


def test_names_dtype_and_tags_can_be_chosen(tmp_path: Path) -> None:
    from digits_widget.protocol.saved_model import read_saved_model
    from digits_widget.training.export import export_model

    done = export_model(
        small_model(),
        tmp_path,
        7,
        input_name="image",
        output_name="confidences",
        dtype="uint8",
        tags=("serve", "gpu"),
    )
    signature = read_saved_model(done.path).graph("serve,gpu").metadata.choose()

    assert done.path.name == "7"
    assert [(s.name, s.dtype) for s in signature.inputs] == [("image", "DT_UINT8")]
    assert [s.name for s in signature.outputs] == ["confidences"]


def test_next_version_is_one_above_the_highest(tmp_path: Path) -> None:
    from digits_widget.training.export import export_model

    for name in ("3", "12", "notes", "5.old"):
        (tmp_path / name).mkdir()
    assert export_model(small_model(), tmp_path).path.name == "13"


def test_published_version_is_never_overwritten(tmp_path: Path) -> None:
    from digits_widget.training.export import export_model

    kept = tmp_path / "1" / "saved_model.pb"
    kept.parent.mkdir()
    kept.write_bytes(b"here before")
    with pytest.raises(ExportError, match="never changes"):
        export_model(small_model(), tmp_path, 1)
    assert kept.read_bytes() == b"here before"


def test_watcher_never_sees_half_a_version(tmp_path: Path) -> None:
    from digits_widget.training.export import export_model

    seen: list[set[str]] = []
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            seen.extend(
                {path.name for path in version.iterdir()}
                for version in tmp_path.glob("[0-9]*")
            )

    watcher = threading.Thread(target=watch)
    watcher.start()
    export_model(small_model(), tmp_path)
    done.set()
    watcher.join()
    whole = {"saved_model.pb", "variables", "assets.extra"}
    assert all(whole <= names for names in seen)
    assert [path.name for path in tmp_path.iterdir()] == ["1"]


def test_model_whose_answers_would_change_is_not_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from digits_widget.training import export

    monkeypatch.setattr(export, "TOLERANCE", -1.0)
    with pytest.raises(ExportError, match="differ"):
        export.export_model(small_model(), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_warm_up_file_is_what_tensorflow_serving_reads(tmp_path: Path) -> None:
    import tensorflow as tf
    from tensorflow_serving.apis import prediction_log_pb2

    from digits_widget.training.export import export_model

    done = export_model(small_model(), tmp_path)
    path = done.path / "assets.extra" / "tf_serving_warmup_requests"
    logs = [
        prediction_log_pb2.PredictionLog.FromString(record.numpy())
        for record in tf.data.TFRecordDataset(str(path))
    ]
    requests = [log.predict_log.request for log in logs]

    assert [r.model_spec.signature_name for r in requests] == ["serving_default"] * 2
    shapes = [tf.make_ndarray(r.inputs["picture"]).shape for r in requests]
    assert shapes == [(1, 28, 28, 1), (16, 28, 28, 1)]


def test_saved_model_is_copied_as_another_version(tmp_path: Path) -> None:
    from digits_widget.training.export import export_model
    from digits_widget.training.saved_model_copy import export_saved_model

    first = export_model(small_model(), tmp_path).path
    second = export_saved_model(first, tmp_path).path

    assert second.name == "2"
    for path in first.rglob("*"):
        twin = second / path.relative_to(first)
        assert path.is_dir() or twin.read_bytes() == path.read_bytes()


@pytest.mark.parametrize("name", ["", "a b", "é", "_x", "a/b"])
def test_name_that_tensorflow_would_change_is_refused(
    tmp_path: Path, name: str
) -> None:
    from digits_widget.training.export import export_model

    with pytest.raises(ExportError, match="name"):
        export_model(small_model(), tmp_path, input_name=name or " ")


@pytest.mark.parametrize("dtype", ["float33", "string", "qint8"])
def test_dtype_that_holds_no_picture_is_refused(tmp_path: Path, dtype: str) -> None:
    from digits_widget.training.export import export_model

    with pytest.raises(ExportError, match="dtype"):
        export_model(small_model(), tmp_path, dtype=dtype)


def test_number_with_leading_zeros_is_the_same_version(tmp_path: Path) -> None:
    from digits_widget.training.export import export_model

    (tmp_path / "0007").mkdir()
    with pytest.raises(ExportError, match="already, as 0007"):
        export_model(small_model(), tmp_path, 7)
    assert export_model(small_model(), tmp_path).path.name == "8"


@pytest.mark.parametrize("version", [-1, 1 << 63])
def test_number_that_is_no_version_is_refused(tmp_path: Path, version: int) -> None:
    from digits_widget.training.export import export_model

    with pytest.raises(ExportError, match="expected 0 to 9223372036854775807"):
        export_model(small_model(), tmp_path / "digits", version)


def test_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    from digits_widget.training.export import export_model

    (tmp_path / "file").write_text("")
    with pytest.raises(ExportError, match="cannot be written"):
        export_model(small_model(), tmp_path / "file" / "digits")


def test_model_built_by_a_call_takes_any_batch_and_has_the_old_name(
    tmp_path: Path,
) -> None:
    from digits_widget.training.export import export_model

    layers = keras_module.layers
    model = keras_module.Sequential(
        [layers.Flatten(name="flatten_1"), layers.Dense(10, name="dense_2")]
    )
    model(IMAGES[:1])
    done = export_model(model, tmp_path)
    assert served(done.path, flatten_1_input=IMAGES)["dense_2"].shape == (5, 10)


def test_model_of_dictionaries_gives_its_tensor(tmp_path: Path) -> None:
    from digits_widget.training.export import export_model

    layers = keras_module.layers
    image = layers.Input((28, 28, 1), name="picture")
    scores = layers.Dense(10, name="scores")(layers.Flatten()(image))
    done = export_model(keras_module.Model({"picture": image}, {"b": scores}), tmp_path)
    assert served(done.path, picture=IMAGES)["scores"].shape == (5, 10)


def test_model_of_python_code_is_told_how_to_be_wrapped(tmp_path: Path) -> None:
    from digits_widget.training.export import export_model

    class Mine(keras_module.Model):  # type: ignore[name-defined,misc]
        pass

    with pytest.raises(ExportError, match=r"Wrap it: keras\.Model"):
        export_model(Mine(), tmp_path)
    with pytest.raises(ExportError, match="expected a Keras model"):
        export_model(3, tmp_path)


def test_one_name_for_both_tensors_is_refused(tmp_path: Path) -> None:
    from digits_widget.training.export import export_model

    with pytest.raises(ExportError, match="two names"):
        export_model(small_model(), tmp_path, input_name="x", output_name="x")


def test_model_of_one_batch_size_is_warmed_up_and_served(tmp_path: Path) -> None:
    from digits_widget import EmbeddedServer
    from digits_widget.serving import Client
    from digits_widget.training.export import export_model

    layers = keras_module.layers
    image = layers.Input(batch_shape=(4, 28, 28, 1), name="picture")
    scores = layers.Dense(10, activation="softmax", name="scores")
    model = keras_module.Model(image, scores(layers.Reshape((784,))(image)))
    done = export_model(model, tmp_path / "digits")

    assert done.samples == 4
    with (
        EmbeddedServer(tmp_path / "digits", model="digits") as server,
        Client(server.target, model="digits") as client,
    ):
        assert len(client.predict(IMAGES[:4, ..., 0])) == 4


def test_tags_of_a_model_of_two_graphs_are_left_alone(tmp_path: Path) -> None:
    from tensorflow.core.protobuf import saved_model_pb2

    from digits_widget.training.export import export_model
    from digits_widget.training.saved_model_copy import export_saved_model

    file = export_model(small_model(), tmp_path / "one").path / "saved_model.pb"
    message = saved_model_pb2.SavedModel.FromString(file.read_bytes())
    message.meta_graphs.add().meta_info_def.tags.append("train")
    file.write_bytes(message.SerializeToString())
    with pytest.raises(ExportError, match="2 graphs"):
        export_saved_model(file.parent, tmp_path / "two", tags=["serve"])
    assert export_saved_model(file.parent, tmp_path / "two").path.name == "1"
