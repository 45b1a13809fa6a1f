"""Versions that come, go, and are broken, while requests go on."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import grpc
import pytest
from tensorflow_serving.apis import get_model_status_pb2, predict_pb2

from digits_widget.model_server.embedded import EmbeddedServer
from tests.waiting import until

pytestmark = pytest.mark.server

FLAGS = ["--file_system_poll_wait_seconds=0.1", "--max_num_load_retries=0"]


class Place:
    """A base path, a server on it, and what is in it."""

    def __init__(self, path: Path, wire: Any, export: Callable[..., None]) -> None:
        self.path = path
        self.wire = wire
        self._export = export

    def publish(self, number: int, add: float) -> None:
        """Write a version beside, and rename it into place."""
        staged = self.path.parent / f"staged-{number}"
        self._export(staged, add=add)
        staged.rename(self.path / str(number))

    def predict(self, version: int | None = None) -> float:
        request = predict_pb2.PredictRequest()
        request.model_spec.name = "half"
        if version is not None:
            request.model_spec.version.value = version
        request.inputs["x"].dtype = 1
        request.inputs["x"].float_val.append(2)
        answer = self.wire.prediction.Predict(request, timeout=20)
        return float(answer.outputs["y"].float_val[0])

    def states(self) -> dict[int, tuple[str, str]]:
        request = get_model_status_pb2.GetModelStatusRequest()
        request.model_spec.name = "half"
        found = self.wire.model.GetModelStatus(request, timeout=20)
        name = get_model_status_pb2.ModelVersionStatus.State.Name
        return {
            each.version: (name(each.state), each.status.error_message)
            for each in found.model_version_status
        }

    def state(self, number: int) -> str:
        return self.states().get(number, ("", ""))[0]

    def is_available(self, number: int) -> bool:
        return self.state(number) == "AVAILABLE"

    def tidy(self) -> None:
        """Leave version 1 alone, loaded."""
        for each in self.path.iterdir():
            if each.name != "1":
                shutil.rmtree(each, ignore_errors=True)
        if not (self.path / "1").exists():
            self.publish(1, 1)
        until(lambda: self.state(1) == "AVAILABLE")
        until(
            lambda: (
                not [
                    n
                    for n, s in self.states().items()
                    if s[0] == "AVAILABLE" and n != 1
                ]
            )
        )


@pytest.fixture(scope="module")
def shared(
    tmp_path_factory: pytest.TempPathFactory,
    half_plus: Callable[..., None],
    connect: Callable[[EmbeddedServer], Any],
) -> Iterator[Place]:
    path = tmp_path_factory.mktemp("place") / "half"
    half_plus(path / "1", add=1)
    with EmbeddedServer(path, model="half", flags=FLAGS) as server:
        yield Place(path, connect(server), half_plus)


@pytest.fixture
def place(shared: Place) -> Place:
    shared.tidy()
    return shared


def test_a_new_version_takes_over_without_one_failed_request(place: Place) -> None:
    stop = threading.Event()
    answers: list[set[float]] = [set() for _ in range(4)]
    failures: list[grpc.RpcError] = []

    def keep_asking(seen: set[float]) -> None:
        while not stop.is_set():
            try:
                seen.add(place.predict())
            except grpc.RpcError as exc:
                failures.append(exc)

    threads = [threading.Thread(target=keep_asking, args=(seen,)) for seen in answers]
    for thread in threads:
        thread.start()
    for number in range(20, 24):
        place.publish(number, add=number)
        until(partial(place.is_available, number))
    until(lambda: place.state(22) == "END")
    stop.set()
    for thread in threads:
        thread.join()
    assert not failures
    assert set.union(*answers) <= {2.0, 21.0, 22.0, 23.0, 24.0}
    assert place.predict() == 24.0
    with pytest.raises(grpc.RpcError) as caught:
        place.predict(version=20)
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND


@pytest.mark.parametrize(
    ("number", "damage", "text"),
    [
        (31, "empty", "saved_model.pb"),
        (32, "garbage", "parse"),
        (33, "no variables", "variables.index"),
        (34, "damaged variables", ""),
        (35, "no tags", "matching supplied tags"),
        (36, "bad warm-up", "TFRecord"),
        (37, "session bundle", "session bundle"),
    ],
)
def test_a_broken_version_is_reported_while_the_old_one_serves(
    place: Place, number: int, damage: str, text: str
) -> None:
    staged = place.path.parent / "damaged"
    shutil.copytree(place.path / "1", staged)
    if damage == "empty":
        shutil.rmtree(staged)
        staged.mkdir()
    elif damage == "session bundle":
        (staged / "saved_model.pb").rename(staged / "export.meta")
    elif damage == "garbage":
        (staged / "saved_model.pb").write_bytes(b"\xff" * 100)
    elif damage == "no variables":
        shutil.rmtree(staged / "variables")
    elif damage == "damaged variables":
        (staged / "variables" / "variables.index").write_bytes(b"not an index")
    elif damage == "no tags":
        (staged / "saved_model.pb").write_bytes(b"")
    else:
        (staged / "assets.extra").mkdir()
        extra = staged / "assets.extra" / "tf_serving_warmup_requests"
        extra.write_bytes(b"not a record")
    staged.rename(place.path / str(number))
    until(lambda: place.state(number) == "END")
    assert text in place.states()[number][1]
    assert place.states()[number][1]
    assert place.predict() == 2.0


def test_a_removed_version_gives_way_to_the_one_before(place: Place) -> None:
    place.publish(41, add=41)
    until(lambda: place.state(41) == "AVAILABLE")
    shutil.rmtree(place.path / "41")
    until(lambda: place.state(41) == "END")
    assert place.predict() == 2.0


def test_names_that_are_no_versions_are_skipped(place: Place) -> None:
    for name in ("v5", "5.0", "tmp-5", "5.tmp", str(2**63), "9" * 200):
        (place.path / name).mkdir()
    (place.path / "00000050").mkdir()
    until(lambda: place.state(50) == "END")
    assert set(place.states()) & {5, 2**63} == set()
    assert place.predict() == 2.0


def test_a_base_path_that_goes_away_unloads_nothing(place: Place) -> None:
    away = place.path.with_name("away")
    place.path.rename(away)
    threading.Event().wait(0.5)
    assert place.predict() == 2.0
    away.rename(place.path)
    place.publish(61, add=61)
    until(lambda: place.state(61) == "AVAILABLE")


def test_a_model_that_lost_all_versions_comes_back(place: Place) -> None:
    shutil.rmtree(place.path / "1")
    until(lambda: place.state(1) == "END")
    with pytest.raises(grpc.RpcError) as caught:
        place.predict()
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND
    place.publish(1, add=1)
    until(lambda: place.state(1) == "AVAILABLE")
    assert place.predict() == 2.0
