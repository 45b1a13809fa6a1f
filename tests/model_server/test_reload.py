"""Another list of models while the server runs; labels; the config file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from tensorflow_serving.apis import (
    get_model_status_pb2,
    model_management_pb2,
    predict_pb2,
)

from digits_widget.errors import ModelServerError
from digits_widget.model_server.embedded import EmbeddedServer
from digits_widget.model_server.flags import parse
from digits_widget.model_server.server import Server
from digits_widget.model_server.shipped import SHIPPED
from tests.waiting import until

pytestmark = pytest.mark.server

CODE = grpc.StatusCode
ALL = "model_version_policy { all {} }"


class Models:
    """Two base paths, a server, and its list of models."""

    def __init__(self, folder: Path, server: EmbeddedServer, wire: Any) -> None:
        self.folder = folder
        self.file = folder / "models.txt"
        self.server = server
        self.wire = wire

    def entry(self, name: str, more: str = "", path: str | None = None) -> str:
        path = str(self.folder / name) if path is None else path
        platform = "" if "model_platform" in more else 'model_platform: "tensorflow"'
        return f'config {{ name: "{name}" base_path: "{path}" {platform} {more} }}'

    def reload(self, *entries: str, metrics: tuple[str, ...] = ()) -> Any:
        from google.protobuf import text_format

        request = model_management_pb2.ReloadConfigRequest(metric_names=metrics)
        text_format.Parse(
            f"model_config_list {{ {' '.join(entries)} }}", request.config
        )
        request.config.model_config_list.SetInParent()
        return self.wire.model.HandleReloadConfigRequest(request, timeout=30)

    def predict(self, name: str, label: str = "", version: int = 0) -> float:
        request = predict_pb2.PredictRequest()
        request.model_spec.name = name
        if label:
            request.model_spec.version_label = label
        if version:
            request.model_spec.version.value = version
        request.inputs["x"].dtype = 1
        request.inputs["x"].float_val.append(2)
        answer = self.wire.prediction.Predict(request, timeout=20)
        return float(answer.outputs["y"].float_val[0])

    def states(self, name: str) -> list[tuple[int, int]]:
        request = get_model_status_pb2.GetModelStatusRequest()
        request.model_spec.name = name
        found = self.wire.model.GetModelStatus(request, timeout=20)
        return [(each.version, each.state) for each in found.model_version_status]


@pytest.fixture(scope="module")
def running(
    tmp_path_factory: pytest.TempPathFactory,
    half_plus: Callable[..., None],
    connect: Callable[[EmbeddedServer], Any],
) -> Iterator[Models]:
    folder = tmp_path_factory.mktemp("reload")
    half_plus(folder / "a" / "1", add=1)
    half_plus(folder / "a" / "2", add=2)
    half_plus(folder / "b" / "1", add=5)
    (folder / "broken" / "1").mkdir(parents=True)
    (folder / "bare").mkdir()
    config = folder / "models.txt"
    config.write_text("")
    flags = [
        f"--model_config_file={config}",
        "--model_config_file_poll_wait_seconds=1",
        "--file_system_poll_wait_seconds=0.1",
        "--max_num_load_retries=0",
    ]
    with EmbeddedServer(folder, flags=flags) as server:
        yield Models(folder, server, connect(server))


@pytest.fixture
def models(running: Models) -> Models:
    running.reload(running.entry("a", ALL))
    until(lambda: {(1, 30), (2, 30)} <= set(running.states("a")))
    return running


def refused(call: Callable[[], Any]) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.RpcError) as caught:
        call()
    return caught.value.code(), caught.value.details() or ""


def test_a_reload_replaces_the_list(models: Models) -> None:
    models.reload(models.entry("b"))
    assert models.predict("b") == 6.0
    until(lambda: all(state == 50 for _, state in models.states("a")))
    assert refused(lambda: models.predict("a"))[0] is CODE.NOT_FOUND


def test_metrics_come_back_by_name(models: Models) -> None:
    name = ":tensorflow:serving:request_count"
    answer = models.reload(models.entry("a", ALL), metrics=(name, "unknown"))
    found = {each.name: each.int64_value_increase for each in answer.metric}
    assert found == {name: 0, "unknown": 0}
    assert answer.status.error_code == 0


def test_labels_are_moved_by_a_reload(models: Models) -> None:
    label = 'version_labels {{ key: "stable" value: {} }}'.format
    models.reload(models.entry("a", ALL + label(1)))
    assert models.predict("a", "stable") == 2.0
    models.reload(models.entry("a", ALL + label(2)))
    assert models.predict("a", "stable") == 3.0
    models.reload(models.entry("a", ALL))
    assert refused(lambda: models.predict("a", "stable"))[0] is CODE.INVALID_ARGUMENT


def test_a_label_of_an_unloaded_version_is_not_found(models: Models) -> None:
    models.reload(models.entry("a", ALL + 'version_labels { key: "old" value: 1 }'))
    policy = "model_version_policy { latest { num_versions: 1 } }"
    models.reload(models.entry("a", policy + 'version_labels { key: "old" value: 1 }'))
    until(lambda: (1, 50) in models.states("a"))
    code, text = refused(lambda: models.predict("a", "old"))
    assert code is CODE.NOT_FOUND
    assert "Specific(a, 1)" in text


def test_a_policy_can_name_versions(models: Models) -> None:
    models.reload(
        models.entry("a", "model_version_policy { specific { versions: 1 } }")
    )
    until(lambda: (2, 50) in models.states("a"))
    assert models.predict("a") == 2.0


@pytest.mark.parametrize(
    ("entries", "code", "text"),
    [
        (("a", "a"), CODE.INVALID_ARGUMENT, "Illegal to list model a multiple times"),
        (("relative",), CODE.INVALID_ARGUMENT, "to have an absolute path or URI"),
        (("unlabelled",), CODE.FAILED_PRECONDITION, "not currently available"),
        (("no platform",), CODE.INVALID_ARGUMENT, "Illegal setting neither"),
        (("both",), CODE.INVALID_ARGUMENT, "Illegal setting both ModelServerConfig::"),
        (("other type",), CODE.INVALID_ARGUMENT, "model_type choice 2 not supported."),
        (
            ("bucket",),
            CODE.INVALID_ARGUMENT,
            "s3:// is not read here, only folders; got base_path()=s3://bucket/m",
        ),
        (("other platform",), CODE.INVALID_ARGUMENT, "unsupported platform other"),
        (("changed platform",), CODE.INVALID_ARGUMENT, "Illegal to change a model's"),
        (("broken",), CODE.UNKNOWN, "1 model(s) did not become available: {broken:"),
    ],
)
def test_a_list_that_cannot_be_is_refused_and_nothing_suffers(
    models: Models, entries: tuple[str, ...], code: grpc.StatusCode, text: str
) -> None:
    odd = {
        "relative": models.entry("r", path="not/absolute"),
        "unlabelled": models.entry("a", ALL + 'version_labels { key: "x" value: 9 }'),
        "no platform": models.entry("c", 'model_platform: ""'),
        "both": models.entry("c", "model_type: TENSORFLOW"),
        "other type": models.entry("c", 'model_type: OTHER model_platform: ""'),
        "bucket": models.entry("c", path="s3://bucket/m"),
        "other platform": models.entry("c", 'model_platform: "other"'),
        "changed platform": models.entry("a", 'model_platform: "other"'),
    }
    whole = [odd.get(each) or models.entry(each, ALL) for each in entries]
    if entries == ("broken",):
        whole.append(models.entry("a", ALL))
    found, details = refused(lambda: models.reload(*whole))
    assert found is code
    assert text in details
    assert models.predict("a") == 3.0


def test_a_request_without_a_list_is_refused(models: Models) -> None:
    request = model_management_pb2.ReloadConfigRequest()
    code, text = refused(
        lambda: models.wire.model.HandleReloadConfigRequest(request, timeout=10)
    )
    assert code is CODE.INVALID_ARGUMENT
    assert "Only ModelConfigList is currently supported" in text


def test_a_model_without_versions_does_not_block_later_reloads(models: Models) -> None:
    from google.protobuf import text_format

    request = model_management_pb2.ReloadConfigRequest()
    text_format.Parse(
        f"model_config_list {{ {models.entry('bare')} {models.entry('a', ALL)} }}",
        request.config,
    )
    code, _ = refused(
        lambda: models.wire.model.HandleReloadConfigRequest(request, timeout=1)
    )
    assert code in {CODE.UNKNOWN, CODE.DEADLINE_EXCEEDED}
    models.reload(models.entry("a", ALL), models.entry("b"))
    assert models.predict("b") == 6.0


def test_the_config_file_is_read_again(models: Models) -> None:
    models.file.write_text(
        f"model_config_list {{ {models.entry('b')} {models.entry('a', ALL)} }}"
    )
    until(lambda: answers(models, "b"))
    models.file.write_text("not a config {")
    models.file.write_text(f"model_config_list {{ {models.entry('a', ALL)} }}")
    until(lambda: not answers(models, "b"))


def answers(models: Models, name: str) -> bool:
    try:
        return models.predict(name) > 0
    except grpc.RpcError:
        return False


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "nonsense {",
            "Error parsing text-format tensorflow.serving.ModelServerConfig",
        ),
        (
            'model_config_list { config { name: "m" base_path: "/nowhere" } }',
            "Illegal setting neither",
        ),
        (
            (
                'model_config_list { config { name: "m" base_path: "gs://bucket/m" '
                'model_platform: "tensorflow" } }'
            ),
            "gs:// is not read here, only folders; got base_path()=gs://bucket/m",
        ),
    ],
)
def test_a_config_file_that_makes_no_sense_stops_the_start(
    tmp_path: Path, text: str, said: str
) -> None:
    config = tmp_path / "models.txt"
    config.write_text(text)
    server = EmbeddedServer(tmp_path, flags=[f"--model_config_file={config}"])
    with pytest.raises(ModelServerError) as caught:
        server.start()
    assert said in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_server_that_others_use_refuses_reloads_but_reads_its_file(
    tmp_path: Path, connect: Callable[[EmbeddedServer], Any]
) -> None:
    config = tmp_path / "models.txt"
    text = f'name: "before" base_path: "{SHIPPED}" model_platform: "tensorflow"'
    config.write_text(f"model_config_list {{ config {{ {text} }} }}")
    flags = [
        f"--model_config_file={config}",
        "--model_config_file_poll_wait_seconds=1",
        "--allow_reload_requests=false",
    ]
    with EmbeddedServer(tmp_path, flags=flags) as server:
        shared = Models(tmp_path, server, connect(server))
        code, said = refused(shared.reload)
        assert code is CODE.PERMISSION_DENIED
        assert "start it with --allow_reload_requests" in said
        assert [state for _, state in shared.states("before")] == [30]
        config.write_text(config.read_text().replace("before", "after"))
        until(lambda: is_there(shared, "after"))


def is_there(models: Models, name: str) -> bool:
    try:
        return any(state == 30 for _, state in models.states(name))
    except grpc.RpcError:
        return False


@pytest.mark.parametrize(
    ("flags", "allowed"),
    [
        ([], True),
        (["--host=::1"], True),
        (["--host=localhost"], True),
        (["--port=0", "--grpc_socket_path=/tmp/socket"], True),
        (["--allow_reload_requests=false"], False),
        (["--host=0.0.0.0"], False),
        (["--host=::"], False),
        (["--host="], False),
        (["--host=192.168.1.10", "--grpc_socket_path=/tmp/socket"], False),
        (["--host=0.0.0.0", "--allow_reload_requests"], True),
    ],
)
def test_requests_may_reload_only_where_no_other_machine_asks(
    flags: list[str],
    allowed: bool,  # noqa: FBT001
) -> None:
    assert Server(parse(flags)[0])._services.reload.is_allowed is allowed


@pytest.mark.parametrize(
    "path", ["/v1/models:reload", "/v1/models/a:reload", "/v1/config"]
)
def test_rest_has_no_reload(models: Models, path: str) -> None:
    assert models.wire.rest(path, {"config": {}})[0] in {400, 404}
