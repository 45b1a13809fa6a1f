"""Inside: the layers between tensor and bars, of a real model through a real server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bs4 import Tag

from digits_widget.model_server.embedded import EmbeddedServer
from digits_widget.pipeline import PRESETS
from digits_widget.prediction import Prediction
from digits_widget.samples import sample
from digits_widget.serving import Client
from digits_widget.widget import DigitsWidget
from tests.widget.conftest import Look
from tests.widget.panel_driver import PanelDriver

pytestmark = pytest.mark.server


@pytest.fixture
def widget(model_server: EmbeddedServer) -> Iterator[DigitsWidget]:
    widget = DigitsWidget(server=model_server.target)
    yield widget
    widget.close()


def layers(panel: PanelDriver) -> dict[str, Tag]:
    """Return each layer on the screen, by its name."""
    return {
        str(layer.select_one("h4").get_text().split()[0]): layer  # type: ignore[union-attr]
        for layer in panel.page.select(".digits-layer")
    }


def about(layer: Tag) -> dict[str, Any]:
    """Return what the page knows of a layer's maps."""
    found: dict[str, Any] = json.loads(
        str(layer.select("[data-layer]")[0]["data-layer"])
    )
    return found


def outputs(server: EmbeddedServer, digit: int) -> dict[str, np.ndarray]:
    """Ask for the layers without the widget."""
    image = PRESETS["mnist"](sample(digit)).tensor.reshape(1, 28, 28, 1)
    with Client(server.target, version=2, signature="activations") as client:
        return dict(client.predict_raw({"conv2d_1_input": image}))


def test_every_layer_is_shown_with_all_of_its_maps(
    widget: DigitsWidget, look: Look, model_server: EmbeddedServer
) -> None:
    panel = look(widget.inside)
    widget.draw(sample(5))
    panel.wait_for("784 numbers in")
    shown = layers(panel)
    wanted = outputs(model_server, 5)
    assert list(shown) == [
        *("framing", "conv2d_1", "conv2d_2", "conv2d_3", "conv2d_4"),
        "dense_2_sums",
    ]
    for number, name in enumerate(list(shown)[:-1], 1):
        maps = wanted[f"{number:02}_{name}"][0]
        told = about(shown[name])
        assert told["count"] == maps.shape[-1]
        assert [told["rows"], told["cols"]] == list(maps.shape[:2])
        row, column, value = told["peaks"][-1]
        assert value == pytest.approx(maps[..., -1].max(), rel=0.01)
        assert maps[row, column, -1] == maps[..., -1].max()


def test_the_picture_of_a_layer_has_its_numbers(
    widget: DigitsWidget, look: Look, model_server: EmbeddedServer
) -> None:
    panel = look(widget.inside)
    widget.draw(sample(5))
    panel.wait_for("784 numbers in")
    maps = outputs(model_server, 5)["02_conv2d_1"][0]
    told = about(layers(panel)["conv2d_1"])
    # The input, the framed picture, framing again, then the first convolution.
    sheet = panel.pictures()[3]
    step = told["rows"] * told["zoom"] + told["gap"]
    for number in (0, 7, 31):
        top, left = (step * place for place in divmod(number, told["columns"]))
        part = sheet[top : top + 28 : 2, left : left + 28 : 2]
        np.testing.assert_allclose(
            1 - part / 255, maps[..., number] / maps.max(), atol=0.01
        )


def test_sums_become_confidences(
    widget: DigitsWidget, look: Look, model_server: EmbeddedServer
) -> None:
    panel = look(widget.inside)
    widget.draw(sample(5))
    panel.wait_for("784 numbers in")
    rows = layers(panel)["dense_2_sums"].select("tr")
    sums = outputs(model_server, 5)["06_dense_2_sums"][0]
    assert [row.select_one(".digits-sum").get_text() for row in rows] == [  # type: ignore[union-attr]
        f"{number:.1f}" for number in sums
    ]
    (best,) = (row for row in rows if "digits-best" in str(row.get("class")))
    assert best.get_text(" ").startswith("5 ")


def test_it_asks_only_while_it_is_seen_and_about_the_newest(
    widget: DigitsWidget, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    raw = Client.predict_raw

    def count(client: Client, *arguments: Any, **more: Any) -> Any:
        asked.append(arguments)
        return raw(client, *arguments, **more)

    monkeypatch.setattr(Client, "predict_raw", count)
    widget.draw(sample(3))
    widget.wait()
    assert not asked
    panel = look(widget.inside)
    panel.wait_for("784 numbers in")
    assert len(asked) == 1
    widget.draw(sample(4))
    panel.wait_until(lambda: "The 4 leads" in panel.shown_text())
    assert len(asked) == 2
    panel.leave()
    widget.draw(sample(5))
    widget.wait()
    assert len(asked) == 2


def test_a_blank_sheet_has_no_layers(widget: DigitsWidget, look: Look) -> None:
    panel = look(widget.inside)
    assert "Draw a digit" in panel.sentence()
    widget.draw(sample(3))
    panel.wait_until(lambda: layers(panel))
    widget.clear()
    panel.wait_for("Draw a digit")
    assert not layers(panel)


def test_version_1_stays_the_articles_and_says_where_to_look(
    model_server: EmbeddedServer, look: Look
) -> None:
    widget = DigitsWidget(server=model_server.target, version=1)
    panel = look(widget.inside)
    widget.draw(sample(3))
    panel.wait_for("Version 1 is exactly the article's model")
    assert not layers(panel)
    assert not panel.problem()
    widget.close()


def test_a_function_shows_no_layers(look: Look) -> None:
    widget = DigitsWidget(predict=lambda _image: Prediction(np.eye(10)[3]))
    panel = look(widget.inside)
    widget.draw(sample(3))
    panel.wait_for("A function answers here")
    assert not layers(panel)
    widget.close()


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory, tensorflow: Any) -> Path:
    """Export a model of a reader's own, once without and once with its layers."""
    assert tensorflow
    import keras

    from digits_widget.training.export import export_model

    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Flatten(),
            keras.layers.Dense(70, activation="tanh", name="hidden"),
            keras.layers.Dense(10, activation="softmax", name="answer"),
        ]
    )
    folder = tmp_path_factory.mktemp("own")
    export_model(model, folder / "closed")
    export_model(model, folder / "open", activations=True)
    return folder


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_a_readers_own_model_shows_its_layers_or_says_how_it_would(
    own: Path, look: Look
) -> None:
    for model, words in (("open", "784 numbers in"), ("closed", "--activations")):
        with EmbeddedServer(own / model, model=model) as server:
            widget = DigitsWidget(server=server.target, model=model)
            panel = look(widget.inside)
            widget.draw(sample(3))
            panel.wait_for(words)
            if model == "open":
                assert list(layers(panel)) == ["hidden", "answer_sums"]
                assert about(layers(panel)["hidden"])["count"] == 70
            else:
                assert not layers(panel)
            widget.close()


def test_what_the_server_says_is_folded_below(widget: DigitsWidget, look: Look) -> None:
    panel = look(widget.inside)
    assert not panel.has("Refresh")
    panel.click("What the server says")
    panel.wait_for("2 versions, 2 ready")
    assert panel.has("Refresh")
    panel.click("What the server says")
    assert not panel.has("Refresh")


def test_an_absent_server_is_said_once(look: Look) -> None:
    widget = DigitsWidget(server="127.0.0.1:1")
    panel = look(widget.inside)
    widget.draw(sample(3))
    panel.wait_until(lambda: panel.sentence() == "No answer about this drawing.")
    assert not panel.problem()
    widget.close()
