"""``digits-widget export``: what it says, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from digits_widget.cli import main

pytestmark = [
    pytest.mark.server,
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

pytest.importorskip("keras", reason="the training extra is missing")

import tensorflow as tf  # noqa: E402

from digits_widget.training.tags import set_tags  # noqa: E402
from tests.training.old_keras import weights, write_keras2, write_weights_only  # noqa: E402


def test_export_says_how_near_the_answers_are_and_shows_the_signature(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write_keras2(tmp_path / "cnn.h5", weights())
    assert main(["export", str(source), str(tmp_path / "digits")]) == 0
    said = capsys.readouterr().out
    assert "agree to" in said
    assert "16 seeded inputs" in said
    assert "inputs['conv2d_1_input'] tensor_info:" in said
    assert "name: serving_default_conv2d_1_input:0" in said
    assert "name: StatefulPartitionedCall:0" in said


def test_saved_model_becomes_the_next_version(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write_keras2(tmp_path / "cnn.h5", weights())
    base = tmp_path / "digits"
    main(["export", str(source), str(base), "--input-name", "image"])
    assert main(["export", str(base / "1"), str(base)]) == 0
    assert "byte for byte" in capsys.readouterr().out
    assert sorted(path.name for path in base.iterdir()) == ["1", "2"]

    assert main(["export", str(base / "1"), str(base), "--input-name", "x"]) == 1
    assert "copied unchanged" in capsys.readouterr().err


@pytest.mark.parametrize("tags", ["serve", "serve,gpu"])
def test_a_copy_that_litert_cannot_run_says_why_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], tags: str
) -> None:
    spec = tf.TensorSpec([None], tf.float32, "x")
    call = tf.function(lambda x: {"y": tf.math.digamma(x)}, input_signature=[spec])
    source = tmp_path / "digamma"
    tf.saved_model.save(tf.Module(), str(source), signatures={"serving_default": call})
    set_tags(source, tags.split(","))
    assert main(["export", str(source), str(tmp_path / "served")]) == 0
    said = capsys.readouterr().out.splitlines()
    why = "Without model.tflite: LiteRT does not have the operation Digamma."
    assert said[1:3] == [
        why,
        "The version is complete; a model server needs TensorFlow to serve it.",
    ]
    assert not (tmp_path / "served" / "1" / "model.tflite").exists()


def test_refusal_is_one_sentence_and_code_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write_weights_only(tmp_path / "w.h5", weights())
    assert main(["export", str(source), str(tmp_path / "digits")]) == 1
    said = capsys.readouterr().err
    assert said.startswith("digits-widget export: Got w.h5, which holds weights only")
    assert "Traceback" not in said
