"""A version that does not load: how often it is tried, and what is said meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tensorflow_serving.apis import get_model_status_pb2

from digits_widget.model_server.calls.status import Status
from digits_widget.model_server.lifecycle.library import Library
from digits_widget.model_server.lifecycle.lifecycle import Lifecycle
from digits_widget.model_server.lifecycle.model_config import ModelConfig
from digits_widget.model_server.status_error import StatusError

pytestmark = pytest.mark.server

RETRIES = 2
BROKEN = "it is broken"


class Version:
    """As much of a loaded version as a library needs."""

    def __init__(self, name: str, version: int) -> None:
        self.name = name
        self.version = version

    def close(self) -> None:
        """Free nothing."""


class Disk:
    """A base path, and a loader that takes a folder's word for what happens."""

    def __init__(self, path: Path, retry_seconds: float) -> None:
        self.path = path
        self.tried: list[int] = []
        self.lifecycle = Lifecycle(
            Library(),
            self._load,
            poll_seconds=0.02,
            retries=RETRIES,
            retry_seconds=retry_seconds,
        )
        self.lifecycle.configure([ModelConfig("m", str(path))])
        self.lifecycle.start()

    def _load(self, name: str, version: int, folder: Path) -> Any:
        self.tried.append(version)
        if (folder / "broken").exists():
            raise StatusError(code="DATA_LOSS", message=BROKEN)
        return Version(name, version)

    def publish(self, number: int, *, broken: bool = False) -> None:
        staged = self.path / "staged"
        staged.mkdir()
        if broken:
            (staged / "broken").touch()
        staged.rename(self.path / str(number))

    def remove(self, number: int) -> None:
        (self.path / str(number)).rename(self.path / f"gone-{len(self.tried)}")

    def status(self, number: int) -> tuple[str, int, str]:
        request = get_model_status_pb2.GetModelStatusRequest()
        request.model_spec.name = "m"
        if not self.lifecycle.versions("m"):
            return "", 0, ""
        for each in Status(self.lifecycle)(request).model_version_status:
            if each.version == number:
                state = get_model_status_pb2.ModelVersionStatus.State.Name(each.state)
                return state, each.status.error_code, each.status.error_message
        return "", 0, ""

    def until(self, number: int, state: str) -> None:
        end = time.monotonic() + 20
        while self.status(number)[0] != state:
            assert time.monotonic() < end, self.status(number)
            threading.Event().wait(0.01)

    def until_tried(self, number: int) -> None:
        """Wait until loading it has succeeded or failed once."""
        end = time.monotonic() + 20
        while not any(
            each.number == number and each.tried
            for each in self.lifecycle.versions("m")
        ):
            assert time.monotonic() < end, self.status(number)
            threading.Event().wait(0.01)


@pytest.fixture
def disk_with(tmp_path: Path) -> Iterator[Callable[[float], Disk]]:
    """Return a function that makes the disk, with version 1 loaded."""
    made: list[Disk] = []

    def make(retry_seconds: float) -> Disk:
        disk = Disk(tmp_path, retry_seconds)
        made.append(disk)
        disk.publish(1)
        disk.until(1, "AVAILABLE")
        return disk

    yield make
    for disk in made:
        disk.lifecycle.stop()


def test_it_is_loading_while_there_is_hope_and_then_ends_in_its_error(
    disk_with: Callable[[float], Disk],
) -> None:
    disk = disk_with(0.3)
    disk.publish(2, broken=True)
    disk.until(2, "LOADING")
    seen = set()
    while disk.status(2)[0] == "LOADING":
        seen.add(disk.status(2))
    assert ("LOADING", 0, "") in seen
    assert disk.status(2) == ("END", 15, BROKEN)
    assert disk.tried.count(2) == 1 + RETRIES
    assert disk.status(1)[0] == "AVAILABLE"


def test_what_is_repaired_between_two_tries_loads(
    disk_with: Callable[[float], Disk],
) -> None:
    disk = disk_with(0.3)
    disk.publish(2, broken=True)
    disk.until_tried(2)
    (disk.path / "2" / "broken").unlink()
    disk.until(2, "AVAILABLE")
    disk.until(1, "END")


def test_what_is_taken_away_between_two_tries_has_ended(
    disk_with: Callable[[float], Disk],
) -> None:
    disk = disk_with(60)
    disk.publish(2, broken=True)
    disk.until_tried(2)
    assert disk.status(2)[0] == "LOADING"
    assert disk.status(1)[0] == "AVAILABLE"
    disk.remove(2)
    disk.until(2, "END")
    assert disk.status(2)[1:] == (15, BROKEN)
    assert disk.status(1)[0] == "AVAILABLE"


def test_what_ended_is_tried_again_only_when_it_went_away_and_came_back(
    disk_with: Callable[[float], Disk],
) -> None:
    disk = disk_with(0)
    disk.publish(2, broken=True)
    disk.until(2, "END")
    (disk.path / "2" / "broken").unlink()
    disk.publish(3)
    disk.until(3, "AVAILABLE")
    assert disk.status(2)[0] == "END"
    disk.remove(2)
    disk.remove(3)
    disk.until(3, "END")
    disk.publish(2)
    disk.until(2, "AVAILABLE")
