"""``digits-widget train``: a run of seconds on a tiny set, and what it refuses."""

from __future__ import annotations

import gzip
import json
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from digits_widget.cli import main
from digits_widget.samples import samples

pytestmark = [
    pytest.mark.server,
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

pytest.importorskip("keras", reason="the training extra is missing")


@pytest.fixture
def small_data(tmp_path: Path) -> Path:
    """Write a MNIST of twenty pictures, and the bundled drawings as pen digits."""
    (tmp_path / "mnist").mkdir()
    images = np.random.default_rng(0).integers(0, 256, (20, 28, 28), np.uint8)
    for kind, array in (("images-idx3", images), ("labels-idx1", np.arange(20) % 10)):
        head = bytes([0, 0, 8, array.ndim])
        head += struct.pack(f">{array.ndim}I", *array.shape)
        path = tmp_path / "mnist" / f"train-{kind}-ubyte.gz"
        path.write_bytes(gzip.compress(head + array.astype(np.uint8).tobytes()))
    (tmp_path / "pen-digits").mkdir()
    lines = [
        json.dumps(
            {
                "label": digit,
                "writer": f"{'out' if digit > 7 else 'in'}/{digit}",
                "strokes": [stroke.points.tolist() for stroke in drawing],
            }
        )
        for digit, drawing in enumerate(samples())
    ]
    path = tmp_path / "pen-digits" / "pen-digits.jsonl.gz"
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    return tmp_path


def test_robust_network_is_trained_measured_and_exported(
    small_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from digits_widget.protocol.saved_model import read_saved_model

    base = tmp_path / "digits"
    options = ["--network=robust", "--epochs=1", "--pictures=256", "--hold-out", "out/"]
    assert main(["train", str(base), "--data", str(small_data), *options]) == 0
    said = capsys.readouterr().out
    assert "of 2 held-out digits correctly" in said
    assert "temperature" in said
    signature = read_saved_model(base / "2").graph().metadata.choose()
    assert [s.tensor for s in signature.inputs] == ["serving_default_conv2d_1_input:0"]
    assert [s.name for s in signature.outputs] == ["dense_2"]
    assert (tmp_path / "digits-training" / "epoch-001.keras").exists()


def test_folder_that_is_taken_is_refused_before_training(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "1").mkdir()
    assert main(["train", str(tmp_path)]) == 1
    assert "never changes" in capsys.readouterr().err


def test_robust_network_needs_pen_digits(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], small_data: Path
) -> None:
    options = ["--network=robust", "--mnist", str(small_data / "mnist"), "--data="]
    assert main(["train", str(tmp_path / "digits"), *options]) == 1
    assert "pen digits" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--epochs=0"], "Got --epochs 0, expected 1 or more"),
        (["--passes=0"], "Got --epochs 0, expected 1 or more"),
        (["--network=robust", "--pictures=3"], "Got --pictures 3, expected 20 or more"),
    ],
)
def test_number_that_trains_nothing_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], reason: str
) -> None:
    assert main(["train", str(tmp_path / "digits"), *options]) == 1
    assert reason in capsys.readouterr().err


@pytest.mark.parametrize(
    ("network", "said"),
    [("article", "to start over"), ("robust", "to resume after the last one")],
)
def test_stopped_run_says_in_a_line_how_to_go_on(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    network: str,
    said: str,
) -> None:
    from digits_widget.cli import train

    def stop(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(train, f"_{network}", stop)
    assert main(["train", str(tmp_path / "digits"), f"--network={network}"]) == 130
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 1
    assert said in told[0]


def test_state_that_cannot_be_kept_is_named(
    small_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    options = ["--network=robust", "--pictures=100", f"--state={tmp_path}/file/state"]
    assert (
        main(["train", str(tmp_path / "d"), "--data", str(small_data), *options]) == 1
    )
    assert "cannot be written or read" in capsys.readouterr().err


def test_folder_is_checked_without_waking_tensorflow() -> None:
    # It writes notes on standard error unless `import_keras` is what imports it.
    code = (
        "import sys, digits_widget.training.publish\n"
        "sys.exit('tensorflow' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
