"""What is in ``deploy/`` cannot run here; its form and its flags can be checked."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from digits_widget.classroom.addresses import ANYWHERE
from digits_widget.cli import parser
from digits_widget.cli.class_ import PORT
from digits_widget.model_server.flags import parse

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
KUBERNETES = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
HUB_VALUES = yaml.safe_load((DEPLOY / "jupyterhub-kubernetes/values.yaml").read_text())
UNIT = DEPLOY / "littlest-jupyterhub/digits-server.service"
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
    on_the_hub = HUB_VALUES["singleuser"]["extraEnv"]["DIGITS_SERVER"]
    assert asked == on_the_hub == "dns:///digits-serving:8500"


def test_every_build_target_is_in_the_dockerfile() -> None:
    targets = set(re.findall(r" AS (\w+)", DOCKERFILE))
    composed = {each["build"]["target"] for each in COMPOSE["services"].values()}
    images = [each["image"] for each in containers()]
    images.append(HUB_VALUES["singleuser"]["image"]["name"])
    assert composed < targets
    used = {image.removeprefix("digits-") for image in images}
    assert used | composed == targets


def test_a_class_is_started_with_options_that_there_are() -> None:
    service = COMPOSE["services"]["class"]
    program, *words = service["command"]
    assert program == "digits-widget"
    args = parser().parse_args([re.sub(r"\$\{\w+:-(.*)\}", r"\1", w) for w in words])
    assert (args.name, args.server) == ("localhost", "serving:8500")
    assert args.host == ANYWHERE
    # From outside, only this machine gets in until the teacher says otherwise.
    (published,) = service["ports"]
    assert published == f"${{CLASS_ADDRESS:-127.0.0.1}}:{PORT}:{PORT}"
    assert f"EXPOSE {PORT}" in DOCKERFILE
    # What is handed in outlives the container.
    (volume,) = service["volumes"]
    assert volume == "class:/home/teacher/class"
    assert "class" in COMPOSE["volumes"]


@pytest.mark.parametrize("path", re.findall(r"COPY (\S+/\S+)", DOCKERFILE))
def test_what_the_dockerfile_copies_is_there(path: str) -> None:
    assert (ROOT / path).exists()


# -- JupyterHub on Kubernetes ----------------------------------------------------------

OPTIONS = {
    *("singleuser.image.name", "singleuser.image.tag", "singleuser.extraEnv"),
    *("singleuser.networkPolicy.egress", "singleuser.defaultUrl"),
    *("singleuser.memory.guarantee", "singleuser.memory.limit"),
    *("singleuser.cpu.guarantee", "singleuser.cpu.limit"),
    *("singleuser.storage.homeMountPath", "singleuser.storage.capacity"),
    *("cull.enabled", "cull.timeout", "cull.every"),
}
"""The options used here, as the values of the chart, version 4.1.0, name them."""


def options(values: dict[str, Any], before: str = "") -> Iterator[str]:
    for name, value in values.items():
        path = before + name
        if path in OPTIONS or not isinstance(value, dict):
            yield path
        else:
            yield from options(value, f"{path}.")


def test_the_chart_has_every_option() -> None:
    assert set(options(HUB_VALUES)) == OPTIONS


def test_learners_pods_may_reach_the_model_servers_and_no_more() -> None:
    import kubernetes_validate

    egress = HUB_VALUES["singleuser"]["networkPolicy"]["egress"]
    policy = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "singleuser"},
        "spec": {"podSelector": {}, "policyTypes": ["Egress"], "egress": egress},
    }
    kubernetes_validate.validate(policy, "1.31", strict=True)
    ((rule,), (serving,)) = (
        egress,
        [each for each in manifests("serving.yaml") if each["kind"] == "Deployment"],
    )
    (to,), (port,) = rule["to"], rule["ports"]
    template = serving["spec"]["template"]
    assert to == {"podSelector": {"matchLabels": template["metadata"]["labels"]}}
    (container,) = template["spec"]["containers"]
    ports = {each["name"]: each["containerPort"] for each in container["ports"]}
    assert port["port"] == ports["grpc"]


def manifests(name: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all((DEPLOY / "kubernetes" / name).read_text()))


def test_the_hubs_image_has_the_home_that_the_chart_mounts() -> None:
    stage = DOCKERFILE.partition("AS hub")[2]
    home = HUB_VALUES["singleuser"]["storage"]["homeMountPath"]
    assert f"WORKDIR {home}\n" in stage
    assert stage.index("USER root") < stage.index("RUN ") < stage.index("USER learner")


# -- The Littlest JupyterHub -----------------------------------------------------------


def command() -> list[str]:
    (found,) = re.findall(r"(?m)^ExecStart=(.*)$", UNIT.read_text())
    return shlex.split(found)


def test_the_unit_starts_the_server_with_flags_that_it_has() -> None:
    program, serve, *flags = command()
    assert (Path(program).name, serve) == ("digits-widget", "serve")
    found, unknown = parse(flags)
    assert unknown == []
    # Every learner is on the loopback, too.
    assert found.host == "127.0.0.1"
    assert found.allow_reload_requests is False


def test_the_kernels_are_told_the_units_address() -> None:
    from traitlets.config import Config

    config = Config()
    code = (DEPLOY / "littlest-jupyterhub/digits.py").read_text()
    exec(code, {"get_config": lambda: config})  # noqa: S102
    told = config.Spawner.environment.get_value({"OTHER": "stays"})
    port = parse(command()[2:])[0].port
    assert told == {"OTHER": "stays", "DIGITS_SERVER": f"127.0.0.1:{port}"}


def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("there is no systemd-analyze")
    # Its program is not installed here; some program has to be.
    text = UNIT.read_text().replace(command()[0], sys.executable)
    unit = tmp_path / UNIT.name
    unit.write_text(text)
    plain = tmp_path / "plain.service"
    plain.write_text(f"[Service]\nExecStart={sys.executable}\n")
    if verified(analyze, plain).returncode:
        pytest.skip("systemd-analyze does not work here")
    found = verified(analyze, unit)
    assert found.returncode == 0, found.stderr
    assert UNIT.name not in found.stderr


def verified(analyze: str, unit: Path) -> subprocess.CompletedProcess[str]:
    words = [analyze, "verify", "--man=no", str(unit)]
    return subprocess.run(words, capture_output=True, text=True, check=False)
