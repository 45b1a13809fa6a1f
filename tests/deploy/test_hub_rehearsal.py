"""``digits-widget rehearse --hub`` on a real JupyterHub."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from digits_widget import cli
from digits_widget.classroom.hub import USER
from digits_widget.model_server.embedded import EmbeddedServer
from tests.deploy.hub import TOKEN, Hub, missing

pytestmark = [pytest.mark.server, pytest.mark.timeout(300)]

LEARNERS = 2


@pytest.fixture(scope="module")
def hub(model_server: EmbeddedServer) -> Iterator[Hub]:
    if why := missing():
        pytest.skip(why)
    users = [USER.format(number + 1) for number in range(LEARNERS)]
    with Hub(users, {"DIGITS_SERVER": model_server.target}) as hub:
        for user in users:
            hub.home(user)
        yield hub


def test_learners_on_a_hub_draw_and_are_removed(
    hub: Hub, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--learners", str(LEARNERS), "--digits=2", f"--token={TOKEN}"]
    cli.main(["rehearse", "--hub", hub.url, *options])
    said = capsys.readouterr().out
    assert re.search(r"^answered within +half \d+ ms, ", said, re.MULTILINE)
    assert re.search(r"^lost +0$", said, re.MULTILINE)
    for user in hub.users:
        assert hub.ask(f"users/{user}")["servers"] == {}


def test_a_wrong_token_is_told(hub: Hub, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["rehearse", "--hub", hub.url, "--token=wrong"]) == 1
    assert "admin:servers" in capsys.readouterr().err
