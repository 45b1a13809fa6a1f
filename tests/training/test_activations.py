"""The signature ``activations``: what each layer gives, in both engines' files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from digits_widget.errors import ExportError
from digits_widget.insight.layers import FIELDS, KERNEL, Network, read_layers

pytestmark = [
    pytest.mark.server,
    # Keras 3 and NumPy 2.4 disagree about a keyword; what comes out is right.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

keras = pytest.importorskip("keras", reason="the training extra is missing")
tf_keras = pytest.importorskip("tf_keras", reason="the training extra is missing")

from digits_widget.training.export import export_model  # noqa: E402
from digits_widget.training.framing import Framing  # noqa: E402
from digits_widget.training.network import article_network  # noqa: E402

Arrays = dict[str, NDArray[Any]]
IMAGES = np.random.default_rng(16).random((2, 28, 28, 1)).astype(np.float32)


def article() -> Any:
    keras.utils.set_random_seed(1)
    return article_network()


def framed() -> Any:
    """Return a network with a layer that moves the ink, and one of each padding."""
    keras.utils.set_random_seed(2)
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((28, 28, 1), name="picture"),
            Framing(name="framing"),
            layers.Conv2D(4, 5, strides=2, padding="same", use_bias=False, name="a"),
            layers.BatchNormalization(name="b"),
            layers.ReLU(name="c"),
            layers.Conv2D(3, (3, 2), dilation_rate=2, name="d"),
            layers.AveragePooling2D(2, padding="same", name="e"),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(10, name="f"),
            layers.Softmax(name="g"),
        ]
    )


def branched() -> Any:
    keras.utils.set_random_seed(3)
    picture = keras.Input((28, 28, 1), name="picture")
    left = keras.layers.Conv2D(2, 3, padding="same", activation="tanh", name="l")(
        picture
    )
    right = keras.layers.DepthwiseConv2D(5, padding="same", name="r")(picture)
    both = keras.layers.Concatenate(name="both")([left, right])
    flat = keras.layers.GlobalAveragePooling2D(name="mean")(both)
    last = keras.layers.Dense(10, activation="softmax", use_bias=False, name="last")
    return keras.Model(picture, last(flat))


def keras_2() -> Any:
    tf_keras.utils.set_random_seed(4)
    layers = tf_keras.layers
    return tf_keras.Sequential(
        [
            tf_keras.Input((28, 28, 1), name="picture"),
            layers.Conv2D(3, 3, activation="relu", name="first"),
            layers.MaxPooling2D(name="pool"),
            layers.Flatten(),
            layers.Dense(10, activation="softmax", name="last"),
        ]
    )


NETWORKS = [article, framed, branched, keras_2]


def saved_model(folder: Path) -> Callable[[NDArray[Any]], Arrays]:
    import tensorflow as tf

    signature = tf.saved_model.load(str(folder)).signatures["activations"]
    ((name, _spec),) = signature.structured_input_signature[1].items()
    return lambda images: {
        key: value.numpy()
        for key, value in signature(**{name: tf.constant(images)}).items()
    }


def litert(folder: Path) -> Callable[[NDArray[Any]], Arrays]:
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(str(folder / "model.tflite"), num_threads=1)
    runner = interpreter.get_signature_runner("activations")
    (name,) = runner.get_input_details()
    return lambda images: dict(runner(**{name: images}))


ENGINES = {"SavedModel": saved_model, "LiteRT": litert}


@pytest.fixture(scope="module", params=NETWORKS, ids=lambda make: make.__name__)
def exported(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Any, Path]:
    """Return a model, and the version that was exported with its layers."""
    model = request.param()
    folder = tmp_path_factory.mktemp("exported")
    done = export_model(model, folder, 1, activations=True)
    assert not done.without_tflite
    assert done.difference <= 1e-5
    return model, done.path


def layer_by_layer(model: Any) -> Iterator[tuple[str, NDArray[Any]]]:
    """Yield what Keras itself gives for each layer that computes something."""
    library = keras if isinstance(model, keras.Model) else tf_keras
    for layer in model.layers:
        kind = type(layer).__name__
        if kind in {"InputLayer", "Flatten", "Dropout"}:
            continue
        alone = library.Model(model.inputs[0], layer.output)
        yield layer.name, np.asarray(alone(IMAGES, training=False))


@pytest.mark.parametrize("engine", ENGINES)
def test_every_layer_gives_what_keras_gives(
    exported: tuple[Any, Path], engine: str
) -> None:
    model, folder = exported
    found = ENGINES[engine](folder)(IMAGES)
    names = [name for name in sorted(found) if name[:2].isdigit()]
    outputs = {name[3:]: found[name] for name in names}
    sums = {name: outputs.pop(name) for name in list(outputs) if "_sums" in name}
    wanted = dict(layer_by_layer(model))
    assert list(outputs) == list(wanted)
    for name, output in outputs.items():
        np.testing.assert_allclose(output, wanted[name], atol=1e-5)
    for name, output in sums.items():
        shares = np.exp(output) / np.exp(output).sum(axis=1, keepdims=True)
        np.testing.assert_allclose(
            shares, wanted[name.removesuffix("_sums")], atol=1e-5
        )
    is_with_softmax = type(model.layers[-1]).__name__ == "Dense"
    assert len(sums) == is_with_softmax


def network(outputs: Arrays) -> Network:
    return read_layers({name: outputs[name] for name in outputs})


def test_a_number_changes_with_the_pixels_it_looks_at_and_no_others(
    exported: tuple[Any, Path],
) -> None:
    model, folder = exported
    ask = saved_model(folder)
    layers = {
        layer.name: layer for layer in network(ask(IMAGES[:1])).layers if layer.field
    }
    assert layers
    library = keras if isinstance(model, keras.Model) else tf_keras
    for layer in layers.values():
        assert layer.field
        picture = model.inputs[0]
        if layer.field.picture:
            base = next(
                each for each in layers.values() if each.number == layer.field.picture
            )
            picture = model.get_layer(base.name).output
            if layer is base:
                continue
        part = library.Model(picture, model.get_layer(layer.name).output)
        row, column = 4, 3
        seen = _changing(part, row, column)
        rows, columns = layer.field.rows, layer.field.columns
        top, left = (
            rows.start + row * rows.stride,
            columns.start + column * columns.stride,
        )
        inside = {
            (r, c)
            for r in range(max(0, top), min(28, top + rows.size))
            for c in range(max(0, left), min(28, left + columns.size))
        }
        assert seen <= inside
        # It is no wider than needed: the corners that are on the picture count.
        assert {min(seen), max(seen)} == {min(inside), max(inside)}


def _changing(part: Any, row: int, column: int) -> set[tuple[int, int]]:
    """Return the pixels that change the number at a place, in any of the maps."""
    random = np.random.default_rng(7)
    plain = random.random((1, 28, 28, 1)).astype(np.float32)
    places = [(r, c) for r in range(28) for c in range(28)]
    many = np.repeat(plain, len(places), axis=0)
    for number, (r, c) in enumerate(places):
        many[number, r, c] += 9
    with_one_changed = np.asarray(part(many, training=False))[:, row, column]
    same = np.asarray(part(plain, training=False))[0, row, column]
    changed = np.abs(with_one_changed - same).max(axis=-1) > 1e-6
    return {place for place, is_other in zip(places, changed, strict=True) if is_other}


def test_the_patterns_are_the_first_convolution() -> None:
    folder = Path(str(files("digits_widget"))) / "models" / "digits" / "2"
    outputs = saved_model(folder)(IMAGES[:1])
    assert outputs[KERNEL].shape == (5, 5, 32)
    field = network(outputs).layers[1].field
    assert field
    # By hand: the sum over a window in the middle, without the bias, is the same for
    # two windows with the same ink.
    framed_ink = outputs["01_framing"][0, :, :, 0]
    windows = [
        framed_ink[field.rows.start + 2 * row :, field.columns.start + 2 * column :][
            :5, :5
        ]
        for row, column in ((5, 6), (7, 6))
    ]
    sums = [np.tensordot(window, outputs[KERNEL], 2) for window in windows]
    maps = outputs["02_conv2d_1"][0]
    is_lit = (maps[5, 6] > 0) & (maps[7, 6] > 0)
    assert is_lit.sum() > 3
    np.testing.assert_allclose(
        (maps[5, 6] - maps[7, 6])[is_lit], (sums[0] - sums[1])[is_lit], atol=1e-4
    )


def test_layers_that_are_not_followed_have_no_field(tmp_path: Path) -> None:
    done = export_model(branched(), tmp_path, 1, activations=True)
    fields = saved_model(done.path)(IMAGES[:1])[FIELDS]
    assert fields[:2, 0].tolist() == [0, 0]
    # Two branches meet; from there on it is not known.
    assert (fields[2:, 0] == -1).all()


def test_a_layer_that_is_used_twice_is_refused(tmp_path: Path) -> None:
    picture = keras.Input((28, 28, 1))
    twice = keras.layers.Conv2D(1, 3, padding="same", name="twice")
    flat = keras.layers.Flatten()(twice(twice(picture)))
    model = keras.Model(picture, keras.layers.Dense(10)(flat))
    with pytest.raises(ExportError, match="layer twice is used more than once"):
        export_model(model, tmp_path / "digits", activations=True)
    assert not (tmp_path / "digits" / "1").exists()
    export_model(model, tmp_path / "digits")


@pytest.mark.parametrize("batch", [None, 4])
def test_a_model_built_by_a_call_is_exported_too(
    tmp_path: Path, batch: int | None
) -> None:
    layers = keras.layers
    model = keras.Sequential([layers.Flatten(), layers.Dense(10, name="last")])
    model(IMAGES) if batch is None else model.build((batch, 28, 28, 1))
    done = export_model(model, tmp_path, 1, activations=True)
    outputs = saved_model(done.path)(np.zeros((batch or 3, 28, 28, 1), np.float32))
    assert {name: output.shape[-1] for name, output in outputs.items()} == {
        "01_last": 10,
        FIELDS: 7,
    }


def test_only_who_asks_gets_the_second_signature(tmp_path: Path) -> None:
    import tensorflow as tf

    done = export_model(keras_2(), tmp_path, 1)
    assert list(tf.saved_model.load(str(done.path)).signatures) == ["serving_default"]
