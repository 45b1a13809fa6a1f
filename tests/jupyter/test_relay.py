from __future__ import annotations

import os
import time
from collections.abc import Iterator

import pytest

from digits_widget.jupyter.relay import Relay

WAIT = 20.0


@pytest.fixture
def relay() -> Iterator[Relay]:
    relay = Relay()
    yield relay
    os.close(relay.descriptor)


def until_said(capfd: pytest.CaptureFixture[str], words: str) -> str:
    """Wait until a sentence is on stderr; return all that was there."""
    said, deadline = "", time.monotonic() + WAIT
    while words not in said and time.monotonic() < deadline:
        time.sleep(0.005)
        said += capfd.readouterr().err
    return said


def test_words_are_passed_on(relay: Relay, capfd: pytest.CaptureFixture[str]) -> None:
    os.write(relay.descriptor, b"a module is missing")
    assert until_said(capfd, "missing") == "a module is missing"


def test_nothing_is_passed_on_at_the_end(
    relay: Relay, capfd: pytest.CaptureFixture[str]
) -> None:
    os.write(relay.descriptor, b"before")
    assert until_said(capfd, "before")
    relay.close()
    # More than a pipe holds: whoever writes it does not wait for ever.
    os.write(relay.descriptor, bytes(1 << 18))
    assert capfd.readouterr().err == ""
