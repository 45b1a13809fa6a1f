"""Version 2's network: framing, folding, resuming; small runs, not good ones."""

from __future__ import annotations

import math
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

if TYPE_CHECKING:
    from digits_widget.training.epochs import Sources

pytestmark = [
    pytest.mark.server,
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

pytest.importorskip("keras", reason="the training extra is missing")


def blob(row: int, col: int, side: int) -> np.ndarray:
    image = np.zeros((1, 28, 28, 1), np.float32)
    image[0, row : row + side, col : col + side, 0] = 1
    return image


def framed(image: np.ndarray) -> np.ndarray:
    from digits_widget.training.framing import Framing

    return np.asarray(Framing()(image))[0, ..., 0]


def test_framing_moves_the_ink_to_the_middle() -> None:
    places = np.arange(28)
    for row, col in ((0, 0), (3, 15), (16, 4)):
        seen = framed(blob(row, col, 12))
        x = (seen.sum(axis=0) * places).sum() / seen.sum()
        y = (seen.sum(axis=1) * places).sum() / seen.sum()
        assert (x, y) == pytest.approx((13.5, 13.5), abs=0.3)


def test_framing_makes_small_and_large_ink_alike() -> None:
    small, large = framed(blob(2, 2, 10)), framed(blob(4, 4, 18))
    assert small.sum() == pytest.approx(large.sum(), rel=0.1)
    assert abs(small - large).mean() < 0.05


def test_framing_leaves_a_blank_field_blank() -> None:
    assert framed(np.zeros((1, 28, 28, 1), np.float32)).max() == 0


def test_served_network_answers_as_the_trained_one() -> None:
    import keras

    from digits_widget.training.robust_network import serving_network, training_network

    keras.utils.set_random_seed(1)
    trained = training_network()
    random = np.random.default_rng(1)
    for layer in trained.layers:
        if layer.name.startswith("batch_normalization"):
            shapes = [w.shape for w in layer.get_weights()]
            layer.set_weights([random.uniform(0.5, 1.5, shape) for shape in shapes])
    images = random.random((7, 28, 28, 1)).astype(np.float32)
    logits = np.asarray(trained(images, training=False)) / 1.7
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    served = np.asarray(serving_network(trained, temperature=1.7)(images))
    wanted = powers / powers.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(served, wanted, atol=1e-5)


def test_network_is_small() -> None:
    from digits_widget.training.robust_network import training_network

    assert training_network().count_params() <= 400_000


def test_temperature_undoes_boasting() -> None:
    from digits_widget.training.temperature import temperature

    random = np.random.default_rng(2)
    logits = random.normal(0, 2, (4000, 10))
    powers = np.exp(logits)
    shares = powers / powers.sum(axis=1, keepdims=True)
    labels = np.array([random.choice(10, p=row) for row in shares])
    assert temperature(logits * 3, labels) == pytest.approx(3, rel=0.1)
    assert math.isfinite(temperature(logits[:1], labels[:1]))


def small_sources() -> Sources:
    from digits_widget.samples import samples
    from digits_widget.training.epochs import Sources
    from digits_widget.training.stroke_augmentation import normalise

    images = np.random.default_rng(3).integers(0, 256, (9, 28, 28), np.uint8)
    strokes = tuple(normalise(drawing) for drawing in samples())
    return Sources(images, np.arange(9), strokes, np.arange(10))


def test_run_that_was_stopped_goes_on_as_if_it_had_not_been(tmp_path: Path) -> None:
    from digits_widget.training.train_robust import train_robust_network

    class Stopped(Exception):  # noqa: N818 - not an error
        pass

    told: list[int] = []

    def stop(done: int, total: int, loss: float) -> None:
        told.append(done)
        assert total == 4
        assert math.isfinite(loss)
        if done == 3 and len(told) == 3:
            raise Stopped

    train = partial(train_robust_network, epochs=2, pictures=300, progress=stop)
    with pytest.raises(Stopped):
        train(small_sources(), tmp_path)
    resumed = train(small_sources(), tmp_path)

    assert told == [1, 2, 3, 3, 4]
    assert [path.name for path in tmp_path.glob("epoch-*")] == ["epoch-002.keras"]
    straight = train(small_sources(), tmp_path / "straight")
    for ours, theirs in zip(resumed.get_weights(), straight.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_state_of_another_run_is_not_continued(tmp_path: Path) -> None:
    from digits_widget.errors import OptionError
    from digits_widget.training.train_robust import train_robust_network

    (tmp_path / "settings.txt").write_text("something else")
    with pytest.raises(OptionError, match="another run"):
        train_robust_network(small_sources(), tmp_path, epochs=1, pictures=60)
