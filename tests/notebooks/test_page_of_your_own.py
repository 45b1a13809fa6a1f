"""The backend and the Compose file of lesson 8, outside the lesson."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import urllib3
import yaml

from digits_widget import rasterize, sample
from digits_widget.course import check
from digits_widget.tile import tile_png
from tools.lessons import COURSE, Lesson

if TYPE_CHECKING:
    from digits_widget.model_server.embedded import EmbeddedServer

LESSON = Lesson(COURSE[8])
WRITES = re.compile(r'^%%writefile "{folder}/(.+)"\n')
FILES = {
    found[1]: cell.source[found.end() :]
    for cell in LESSON.notebook.cells
    if (found := WRITES.match(cell.source))
}

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def address(
    model_server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Start the backend as the lesson does, and return its address."""
    folder = tmp_path_factory.mktemp("page")
    for name, text in FILES.items():
        (folder / name).write_text(text)
    with subprocess.Popen(
        [sys.executable, str(folder / "app.py")],
        env=os.environ
        | {"DIGITS_SERVER": model_server.target, "PYTHONPATH": str(Path.cwd())},
        stdout=subprocess.PIPE,
        text=True,
    ) as backend:
        assert backend.stdout
        yield backend.stdout.readline().strip()
        backend.terminate()


def post(address: str, body: bytes) -> tuple[int, Any]:
    reply = urllib3.request("POST", f"{address}/predict", body=body, retries=False)
    return reply.status, reply.json()


def body_of(picture: bytes) -> bytes:
    return json.dumps({"picture": base64.b64encode(picture).decode()}).encode()


@pytest.mark.parametrize("digit", range(10))
def test_each_digit_is_read(address: str, digit: int) -> None:
    picture = tile_png(rasterize(sample(digit)), side=280)
    status, reply = post(address, body_of(picture))
    assert (status, reply["digit"]) == (200, digit)
    assert 0.5 < reply["confidence"] <= 1


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"picture": 1}', b'{"picture": "!"}', b"\xff", b"{}"]
)
def test_a_request_that_makes_no_sense_is_refused_in_words(
    address: str, body: bytes
) -> None:
    status, reply = post(address, body)
    assert status == 400
    assert reply["problem"] == "Send JSON with a picture in Base64."


@pytest.mark.parametrize("picture", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n"])
def test_what_is_not_a_picture_is_explained(address: str, picture: bytes) -> None:
    status, reply = post(address, body_of(picture))
    assert status == 200
    assert "picture" in reply["problem"]
    assert "Traceback" not in reply["problem"]


def test_a_body_that_is_far_too_large_is_refused(address: str) -> None:
    large = body_of(bytes(10_000_000))
    with suppress(urllib3.exceptions.HTTPError):  # or the connection ends meanwhile
        reply = urllib3.request("POST", address + "/predict", body=large, retries=False)
        assert reply.status == 400
    assert post(address, body_of(b""))[0] == 200


def test_the_page_is_served_and_nothing_beside_it(address: str) -> None:
    assert "<canvas" in urllib3.request("GET", address + "/").data.decode()
    for path in ("/app.py", "/..%2fapp.py", "/%2e%2e/app.py"):
        assert urllib3.request("GET", address + path).status == 404


def test_the_compose_file_is_one(tmp_path: Path) -> None:
    prose = (c.source for c in LESSON.notebook.cells if c.cell_type == "markdown")
    (text,) = re.findall(
        r"^```yaml\n(.*?)^```$", "\n".join(prose), re.DOTALL | re.MULTILINE
    )
    file = tmp_path / "compose.yaml"
    file.write_text(text)
    command = [sys.executable, "-m", "check_jsonschema"]
    schema = ["--builtin-schema", "vendor.compose-spec"]
    subprocess.run([*command, *schema, str(file)], check=True, capture_output=True)
    services = yaml.safe_load(text)["services"]
    assert services["page"]["environment"]["DIGITS_SERVER"] == "serving:8500"


@pytest.mark.parametrize(
    ("body", "hint"),
    [
        ("text", "add .encode()"),
        (4, "must be bytes"),
        (b"{", "must be JSON"),
        (b'{"picture": "!"}', "not Base64"),
        (body_of(b"nothing"), "picture"),
        (body_of(tile_png(rasterize(sample(5)), side=280)), "reads it as 5"),
    ],
)
def test_a_wrong_body_gets_a_hint(
    body: object, hint: str, model_server: EmbeddedServer
) -> None:
    verdict = check(8, 1, {"body": body, "target": model_server.target})
    assert hint in verdict.hint


@pytest.mark.parametrize(
    ("reply", "hint"),
    [
        (None, "must be a function"),
        (lambda _: None, "a dictionary"),
        (lambda _: {"confidence": 1}, "a dictionary"),
        (lambda answer: {"confidences": answer.confidences}, "tolist"),
        (lambda answer: {"confidences": answer.confidences.tolist()[::-1]}, "order"),
        (lambda answer: {"confidences": answer.label}, "a list of ten"),
        (lambda answer: {"confidences": sorted(answer.confidences)}, "order"),
        (lambda answer: {"confidences": [answer.confidences.tolist()]}, "ten numbers"),
        (lambda _: {"confidences": list("0123456789")}, "ten numbers"),
        (lambda answer: {"confidences": (answer.confidences * 100).tolist()}, "cents"),
    ],
)
def test_a_wrong_reply_gets_a_hint(reply: object, hint: str) -> None:
    assert hint in check(8, 2, {"reply": reply}).hint
