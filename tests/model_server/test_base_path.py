"""Base paths: what they may be, and what is said about those that are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from digits_widget.errors import ModelServerError
from digits_widget.model_server.embedded import EmbeddedServer
from digits_widget.model_server.lifecycle.disk import no_versions
from digits_widget.model_server.lifecycle.model_config import (
    ModelConfig,
    absolute,
    read_config_file,
)

pytestmark = pytest.mark.server

HINT = "Did you forget to name your leaf directory as a number"


@pytest.mark.parametrize(
    ("path", "cure"),
    [
        ("model/1", "This is a version's own folder: give {}/model instead"),
        ("plain", "This folder holds a model itself: move that into {}/plain/1"),
        ("model/1/saved_model.pb", "This is a file: give the folder that holds"),
        ("empty", HINT),
        ("nowhere", HINT),
    ],
)
def test_a_base_path_without_versions_is_told_with_a_hint(
    tmp_path: Path, path: str, cure: str
) -> None:
    for folder in ("model/1", "plain", "empty"):
        (tmp_path / folder).mkdir(parents=True)
    for folder in ("model/1", "plain"):
        (tmp_path / folder / "saved_model.pb").touch()
    said = no_versions(ModelConfig("m", str(tmp_path / path)))
    assert said.startswith(
        f"No versions of servable m found under base path {tmp_path}"
    )
    assert HINT in said
    assert cure.format(tmp_path) in said


def test_a_relative_base_path_means_the_same_everywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    config = tmp_path / "models.txt"
    config.write_text(
        'model_config_list { config { name: "m" base_path: "models/m" '
        'model_platform: "tensorflow" } }'
    )
    (read,) = read_config_file(config)
    assert read.base_path == absolute("models/m") == str(tmp_path / "models" / "m")


@pytest.mark.parametrize(
    "path", ["s3://bucket/m", "gs://bucket/m", "hdfs://h:1/m", "http://x/m"]
)
def test_uris_stay_as_they_are_written(path: str) -> None:
    assert absolute(path) == path


def test_a_bucket_as_base_path_stops_the_start(tmp_path: Path) -> None:
    flags = ["--model_base_path=s3://bucket/m"]
    with pytest.raises(ModelServerError) as caught:
        EmbeddedServer(tmp_path, flags=flags).start()
    assert "s3:// is not read here, only folders" in str(caught.value)
    assert "s3://bucket/m" in str(caught.value)
