"""What is in ``deploy/`` cannot run here; its form and its flags can be checked."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from digits_widget.model_server.flags import parse

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
KUBERNETES = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()


def containers() -> Iterator[dict[str, Any]]:
    for path in KUBERNETES:
        for document in yaml.safe_load_all(path.read_text()):
            if document["kind"] == "Deployment":
                yield from document["spec"]["template"]["spec"]["containers"]


def test_compose_file_is_one() -> None:
    command = [sys.executable, "-m", "check_jsonschema"]
    schema = ["--builtin-schema", "vendor.compose-spec"]
    subprocess.run([*command, *schema, str(DEPLOY / "compose.yaml")], check=True)


@pytest.mark.parametrize("path", KUBERNETES, ids=lambda path: path.name)
def test_kubernetes_takes_the_manifest(path: Path) -> None:
    import kubernetes_validate

    for document in yaml.safe_load_all(path.read_text()):
        kubernetes_validate.validate(document, "1.31", strict=True)


@pytest.mark.parametrize(
    "flags",
    [
        COMPOSE["services"]["serving"]["command"],
        *(each["args"] for each in containers() if "args" in each),
    ],
)
def test_the_embedded_server_takes_the_same_flags(flags: list[str]) -> None:
    _, unknown = parse(flags)
    assert unknown == []


def test_the_models_config_is_one_that_the_embedded_server_reads() -> None:
    from google.protobuf import text_format
    from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig

    text = (DEPLOY / "models.config").read_text()
    (model,) = text_format.Parse(text, ModelServerConfig()).model_config_list.config
    shipped = {int(p.name) for p in (ROOT / "digits_widget/models/digits").iterdir()}
    assert model.name == "digits"
    assert set(model.version_labels.values()) <= shipped


def test_the_client_is_pointed_at_the_servers() -> None:
    assert COMPOSE["services"]["lab"]["environment"]["DIGITS_SERVER"] == "serving:8500"
    (asked,) = [
        variable["value"]
        for container in containers()
        for variable in container.get("env", ())
        if variable["name"] == "DIGITS_SERVER"
    ]
    assert asked == "dns:///digits-serving:8500"


def test_every_build_target_is_in_the_dockerfile() -> None:
    targets = set(re.findall(r" AS (\w+)", DOCKERFILE))
    assert {each["build"]["target"] for each in COMPOSE["services"].values()} == targets
    assert {each["image"].removeprefix("digits-") for each in containers()} == targets


@pytest.mark.parametrize("path", re.findall(r"COPY (\S+/\S+)", DOCKERFILE))
def test_what_the_dockerfile_copies_is_there(path: str) -> None:
    assert (ROOT / path).exists()
