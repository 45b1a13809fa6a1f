"""A class over real WebSockets and a real model server."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

from digits_widget.classroom.answers import Predict
from digits_widget.classroom.messages import MOST_BYTES
from digits_widget.classroom.server import GUESSES, ClassServer
from digits_widget.classroom.tasks import TASKS
from digits_widget.datasets.digits import read_pen_digits
from digits_widget.drawing import Drawing
from digits_widget.errors import ServerAbsentError
from digits_widget.model_server.embedded import EmbeddedServer
from digits_widget.prediction import Prediction
from digits_widget.samples import sample
from digits_widget.serving import Client
from tests.classroom.a_class import Learner, Wall, a_class, always_seven

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def predict(model_server: EmbeddedServer) -> Iterator[Predict]:
    with Client(model_server.target, version=2) as client:
        yield client.predict


@pytest.mark.parametrize("digit", range(10))
def test_a_drawing_comes_back_as_steps_and_confidences(
    digit: int, predict: Predict, tmp_path: Path
) -> None:
    async def lesson() -> None:
        async with a_class(tmp_path, predict) as server:
            anna = await Learner.joined(server)
            anna.draw(sample(digit), 5)
            answer = await anna.told("answer")
            assert answer["number"] == 5
            assert int(np.argmax(answer["confidences"])) == digit
            assert answer["headline"] == f"{digit}, sure"
            assert [step["title"] for step in answer["steps"]][-1] == "Tensor"
            # The tensor has the pixels of the centred picture, which are there already.
            sent = [bool(step["picture"]) for step in answer["steps"]]
            assert sent[0]
            assert sent[-2:] == [True, False]

    asyncio.run(lesson())


def test_a_blank_sheet_asks_nobody(predict: Predict, tmp_path: Path) -> None:
    async def lesson() -> None:
        async with a_class(tmp_path, predict) as server:
            anna = await Learner.joined(server)
            anna.draw(Drawing())
            assert (await anna.told("answer"))["blank"] is True

    asyncio.run(lesson())


def test_what_is_handed_in_is_on_the_disk_and_on_the_wall(
    predict: Predict, tmp_path: Path
) -> None:
    async def lesson() -> None:
        async with a_class(tmp_path / "class", predict) as server:
            wall = await Wall.shown(server)
            anna, ben = await Learner.joined(server), await Learner.joined(server)
            for digit in range(10):
                anna.hand_in(sample(digit), digit)
                await anna.told("kept")
            # Meant as a 4, and read as a 7.
            ben.hand_in(sample(7), 4, hand="other", task="then-and-now")
            await ben.told("kept")
            shown = await wall.until(handedIn=11, marked=11)
            assert shown["right"] == 10
            assert shown["confusion"][4][7] == 1
            assert sum(map(sum, shown["confusion"])) == 11
            assert sum(shown["histogram"]["wrong"]) == 1
            first = shown["gallery"][0]
            assert (first["writer"], first["label"], first["answer"]) == (
                "Anna 2",
                4,
                7,
            )
            shares = {each["name"]: each for each in shown["shares"]}
            assert shares["usual hand"] == {"name": "usual hand", "right": 10, "of": 10}
            assert shares["other hand"] == {"name": "other hand", "right": 0, "of": 1}
            assert shares["2020"]["of"] == shares["Today"]["of"] == 1
            assert [(one["name"], one["count"]) for one in shown["learners"]] == [
                ("Anna", 10),
                ("Anna 2", 1),
            ]
        assert len(list((tmp_path / "class").glob("*.json"))) == 11

    asyncio.run(lesson())


def test_a_hand_in_that_comes_twice_is_kept_once(tmp_path: Path) -> None:
    async def lesson() -> None:
        async with a_class(tmp_path, always_seven) as server:
            anna = await Learner.joined(server)
            key = anna.hand_in(sample(7), 7)
            anna.hand_in(sample(7), 7, key)
            for _ in range(2):
                assert (await anna.told("kept"))["key"] == key

    asyncio.run(lesson())
    assert len(list(tmp_path.glob("*.json"))) == 1


def test_a_learner_comes_back_after_a_restart_and_is_the_same(tmp_path: Path) -> None:
    async def lesson() -> None:
        async with a_class(tmp_path, always_seven) as server:
            anna = await Learner.joined(server)
            anna.hand_in(sample(7), 7)
            await anna.told("kept")
            code = server.classroom.code
            server.classroom.give("fool-it")
        async with a_class(tmp_path, always_seven) as server:
            assert server.classroom.code == code
            other = await Learner.open(server)
            other.join(code)
            assert (await other.told("joined"))["nickname"] == "Anna 2"
            again = await Learner.open(server, anna.secret)
            again.join(code)
            joined = await again.told("joined")
            assert joined["nickname"] == "Anna"
            assert joined["task"]["name"] == "fool-it"
            assert [each["label"] for each in joined["handedIn"]] == [7]
            shown = await (await Wall.shown(server)).until(handedIn=1)
            assert shown["learners"][0]["name"] in {"Anna", "Anna 2"}

    asyncio.run(lesson())


def test_two_tabs_are_one_learner(tmp_path: Path) -> None:
    async def lesson() -> None:
        async with a_class(tmp_path, always_seven) as server:
            first = await Learner.joined(server)
            second = await Learner.joined(server, secret=first.secret)
            for number, tab in enumerate((first, second)):
                tab.draw(sample(7), number)
            for number, tab in enumerate((first, second)):
                assert (await tab.told("answer"))["number"] == number
            assert len(server.classroom.learners) == 1

    asyncio.run(lesson())


def test_only_the_learner_can_take_a_drawing_back(tmp_path: Path) -> None:
    async def lesson() -> None:
        async with a_class(tmp_path, always_seven) as server:
            anna, eve = await Learner.joined(server), await Learner.joined(server)
            key = anna.hand_in(sample(7), 7)
            await anna.told("kept")
            eve.send({"type": "take-back", "key": key})
            await eve.told("taken-back")
            assert len(server.classroom.hand_ins) == 1
            anna.send({"type": "take-back", "key": key})
            await anna.told("taken-back")

    asyncio.run(lesson())
    assert not list(tmp_path.glob("*.json"))


@pytest.mark.parametrize("task", TASKS)
def test_the_teacher_gives_a_task(task: str, tmp_path: Path) -> None:
    async def lesson() -> None:
        async with a_class(tmp_path, always_seven) as server:
            anna, wall = await Learner.joined(server), await Wall.shown(server)
            wall.send({"type": "give", "task": task})
            assert (await anna.told("task"))["task"]["name"] == task
            anna.draw(sample(7))
            answer = await anna.told("answer")
            assert bool(answer["earlier"]) == (len(TASKS[task].ways) == 2)

    asyncio.run(lesson())


def test_the_teacher_erases_one_and_then_all(tmp_path: Path) -> None:
    async def lesson() -> None:
        async with a_class(tmp_path, always_seven) as server:
            anna, wall = await Learner.joined(server), await Wall.shown(server)
            keys = [anna.hand_in(sample(digit), digit) for digit in (1, 2, 3)]
            await wall.until(handedIn=3, marked=3)
            wall.send({"type": "erase", "key": keys[0][:12]})
            await wall.until(handedIn=2, marked=2)
            wall.send({"type": "erase-all"})
            await anna.told("erased")
            await wall.until(handedIn=0, marked=0)

    asyncio.run(lesson())
    assert not list(tmp_path.glob("*.json"))


def test_a_nickname_is_removed_with_its_drawings(tmp_path: Path) -> None:
    async def lesson() -> None:
        async with a_class(tmp_path, always_seven) as server:
            rude = await Learner.joined(server, "Rude")
            anna = await Learner.joined(server, "Anna")
            wall = await Wall.shown(server)
            for learner in (rude, anna):
                learner.hand_in(sample(7), 7)
                await learner.told("kept")
            wall.send({"type": "remove", "nickname": "Rude"})
            assert await rude.told("removed")
            # The page may go on as if nothing had been said.
            rude.hand_in(sample(7), 7)
            assert "removed" in (await rude.told("refused"))["words"]
            shown = await wall.until(handedIn=1)
            assert [each["name"] for each in shown["learners"]] == ["Anna"]

    asyncio.run(lesson())
    assert [path.name[:4] for path in tmp_path.glob("*.json")] == ["anna"]


def test_one_learner_cannot_fill_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digits_widget.classroom.classroom.MOST_EACH", 3)

    async def lesson() -> None:
        async with a_class(tmp_path, always_seven) as server:
            anna = await Learner.joined(server)
            for _ in range(4):
                anna.hand_in(sample(7), 7)
            told = await anna.told("not-kept")
            assert "3 drawings" in told["words"]
            assert not told["again"]
            # Another one may, and the first one may take something back.
            ben = await Learner.joined(server)
            ben.hand_in(sample(7), 7)
            await ben.told("kept")

    asyncio.run(lesson())
    assert len(list(tmp_path.glob("*.json"))) == 4


def test_a_full_disk_is_told_and_the_page_keeps_the_drawing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    async def lesson() -> None:
        async with a_class(tmp_path, always_seven) as server:
            anna = await Learner.joined(server)
            with monkeypatch.context() as patch:
                patch.setattr("os.fsync", full)
                key = anna.hand_in(sample(7), 7)
                assert (await anna.told("not-kept"))["again"]
            anna.hand_in(sample(7), 7, key)
            await anna.told("kept")

    asyncio.run(lesson())


def test_a_folder_that_goes_away_is_made_again(tmp_path: Path) -> None:
    folder = tmp_path / "class"

    async def lesson() -> None:
        async with a_class(folder, always_seven) as server:
            anna, wall = await Learner.joined(server), await Wall.shown(server)
            anna.hand_in(sample(7), 7)
            await anna.told("kept")
            shutil.rmtree(folder)
            wall.send({"type": "give", "task": "fool-it"})
            assert (await anna.told("task"))["task"]["name"] == "fool-it"
            anna.hand_in(sample(3), 3)
            await anna.told("kept")
            wall.send({"type": "erase-all"})
            await anna.told("erased")

    asyncio.run(lesson())
    assert [path.name for path in folder.iterdir()] == ["session.txt"]


def test_a_folder_that_cannot_be_written_is_told_on_the_wall_and_the_class_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    async def lesson() -> None:
        async with a_class(tmp_path, always_seven) as server:
            anna, wall = await Learner.joined(server), await Wall.shown(server)
            key = anna.hand_in(sample(7), 7)
            await wall.until(handedIn=1, marked=1, problem="")
            with monkeypatch.context() as patch:
                patch.setattr(Path, "unlink", locked)
                patch.setattr(Path, "write_text", locked)
                wall.send({"type": "give", "task": "fool-it"})
                assert (await anna.told("task"))["task"]["name"] == "fool-it"
                anna.send({"type": "take-back", "key": key})
                assert "cannot erase" in (await anna.told("problem"))["words"]
                for message in (
                    {"type": "erase", "key": key[:12]},
                    {"type": "remove", "nickname": "Anna"},
                    {"type": "erase-all"},
                ):
                    wall.send(message)
                    # What is still on the disk is still on the wall.
                    shown = await wall.until(handedIn=1, marked=1)
                    assert "Permission denied" in shown["problem"]
            wall.send({"type": "erase-all"})
            await wall.until(handedIn=0, marked=0, problem="")

    asyncio.run(lesson())


def test_the_labelled_set_is_what_was_handed_in(tmp_path: Path) -> None:
    async def lesson() -> None:
        async with a_class(tmp_path / "class", always_seven) as server:
            anna = await Learner.joined(server, "Zoë <b>")
            for digit in (3, 7):
                anna.hand_in(sample(digit), digit)
                await anna.told("kept")
            found = await fetch(server, "/wall/class.jsonl", key=server.key)
            (tmp_path / "class.jsonl").write_bytes(found)

    asyncio.run(lesson())
    known = read_pen_digits(tmp_path / "class.jsonl")
    assert known.drawings == (sample(3), sample(7))
    assert known.writers == ("Zoë <b>",) * 2


def test_without_a_model_drawings_are_kept_and_marked_later(tmp_path: Path) -> None:
    is_up = False

    def predict(images: NDArray[np.float32]) -> list[Prediction]:
        if not is_up:
            msg = "The model server is not running."
            raise ServerAbsentError(msg)
        return list(always_seven(images))

    async def lesson() -> None:
        nonlocal is_up
        async with a_class(tmp_path, predict) as server:
            anna, wall = await Learner.joined(server), await Wall.shown(server)
            anna.draw(sample(7))
            assert "Tell your teacher" in (await anna.told("answer"))["problem"]
            anna.hand_in(sample(7), 7)
            await anna.told("kept")
            await wall.until(handedIn=1, marked=0)
            is_up = True
            await wall.until(handedIn=1, marked=1)

    asyncio.run(lesson())


@pytest.mark.parametrize("name", ["класс", 'our "class"', "7 b; x=y"])
def test_the_labelled_set_of_a_folder_of_any_name_is_saved(
    name: str, tmp_path: Path
) -> None:
    async def lesson() -> None:
        async with a_class(tmp_path / name, always_seven) as server:
            assert await fetch(server, "/wall/class.jsonl", key=server.key) == b""

    asyncio.run(lesson())


# -- What a peer must not do -----------------------------------------------------------


async def fetch(server: ClassServer, path: str, key: str = "", **headers: str) -> bytes:
    """Return a page's body; `key` is the teacher's."""
    if key:
        port = server.address.rpartition(":")[2]
        headers["Cookie"] = f"wall-{port}={key}"
    client = AsyncHTTPClient(force_instance=True)
    try:
        answer = await client.fetch(
            HTTPRequest(server.address + path, headers=headers, follow_redirects=False)
        )
    finally:
        client.close()
    return bytes(answer.body)


@pytest.mark.parametrize(
    "path",
    [
        *("/wall", "/wall?key=x", "/wall/wall.js", "/wall/join.svg", "/wall/live"),
        *("/wall/class.jsonl", "/wall/pictures/000000000000.png"),
    ],
)
@pytest.mark.parametrize("key", ["", "x", "é"])
def test_the_wall_needs_the_teachers_key(path: str, key: str, tmp_path: Path) -> None:
    async def lesson() -> None:
        async with a_class(tmp_path, always_seven) as server:
            with pytest.raises(HTTPClientError, match="403"):
                await fetch(server, path, key)

    asyncio.run(lesson())


@pytest.mark.parametrize(
    "path",
    [
        *("/../server.py", "/%2e%2e/server.py", "/wall.html", "/session.txt"),
        *("/wall/../../server.py", "/learner.html/", "/class/anna"),
    ],
)
def test_no_other_file_is_served(path: str, tmp_path: Path) -> None:
    async def lesson() -> None:
        async with a_class(tmp_path, always_seven) as server:
            with pytest.raises(HTTPClientError, match=r"40[34]"):
                await fetch(server, path, server.key)

    asyncio.run(lesson())


@pytest.mark.parametrize(
    ("host", "code"),
    [
        ("evil.example", "421"),
        ("evil.example:8080", "421"),
        ("", "400|421"),
        ("[", "400|421"),
        ("127.0.0.1:99999", "400|421"),
    ],
)
def test_another_name_for_this_machine_is_refused(
    host: str, code: str, tmp_path: Path
) -> None:
    async def lesson() -> None:
        async with a_class(tmp_path, always_seven) as server:
            with pytest.raises(HTTPClientError, match=code):
                await fetch(server, "/", Host=host)
            assert b"<html" in await fetch(server, "/", Host="class.school.example")

    asyncio.run(lesson())


def test_a_page_of_another_site_cannot_speak_for_a_learner(tmp_path: Path) -> None:
    async def lesson() -> None:
        async with a_class(tmp_path, always_seven) as server:
            with pytest.raises(HTTPClientError, match="403"):
                await Learner.open(server, Origin="http://evil.example")
            with pytest.raises(HTTPClientError, match="403"):
                await Learner.open(server, Origin="http://[")
            await Learner.open(server, Origin=server.address)

    asyncio.run(lesson())


def test_nothing_works_before_joining(tmp_path: Path) -> None:
    async def lesson() -> None:
        async with a_class(tmp_path, always_seven) as server:
            eve = await Learner.open(server)
            eve.draw(sample(7))
            assert "Join" in (await eve.told("refused"))["words"]
            eve.hand_in(sample(7), 7)
            assert "Join" in (await eve.told("refused"))["words"]

    asyncio.run(lesson())
    assert not list(tmp_path.glob("*.json"))


def test_join_codes_cannot_be_tried_for_long(tmp_path: Path) -> None:
    async def lesson() -> None:
        async with a_class(tmp_path, always_seven) as server:
            eve = await Learner.open(server)
            # On a slow machine a guess comes back meanwhile.
            for _ in range(int(3 * GUESSES)):
                eve.join("1")
                words = (await eve.told("refused"))["words"]
                if "Too many" in words:
                    break
                assert "not the join code" in words
            eve.join(server.classroom.code)
            assert "Too many" in (await eve.told("refused"))["words"]

    asyncio.run(lesson())


def test_a_message_of_ten_megabytes_ends_its_own_page_alone(tmp_path: Path) -> None:
    async def lesson() -> None:
        async with a_class(tmp_path, always_seven) as server:
            anna, eve = await Learner.joined(server), await Learner.joined(server)
            eve.page.write_message("x" * 10_000_000)
            assert await eve.is_closed()
            anna.draw(sample(7))
            assert (await anna.told("answer"))["headline"]
            just_right = json.dumps({"type": "join"}).ljust(MOST_BYTES)
            anna.page.write_message(just_right)
            assert await anna.told("problem")

    asyncio.run(lesson())


def test_ten_thousand_messages_from_one_peer_keep_no_other_waiting(
    tmp_path: Path,
) -> None:
    async def lesson() -> None:
        async with a_class(tmp_path, always_seven) as server:
            anna, eve = await Learner.joined(server), await Learner.joined(server)
            for number in range(10_000):
                eve.draw(sample(7), number)
            anna.draw(sample(7), 1)
            assert (await anna.told("answer"))["number"] == 1
            # Most of the flood still waits in the sender's own connection.
            served = 0
            while not served:
                served = (await eve.told("answer"))["number"] + 1
            assert served < 9_000

    asyncio.run(lesson())


def test_a_full_class_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digits_widget.classroom.server.MOST_PAGES", 1)

    async def lesson() -> None:
        async with a_class(tmp_path, always_seven) as server:
            anna, late = await Learner.joined(server), await Learner.open(server)
            assert await late.is_closed()
            assert "full" in (late.page.close_reason or "")
            anna.draw(sample(7))
            assert await anna.told("answer")

    asyncio.run(lesson())


def test_a_nickname_is_only_ever_text(tmp_path: Path) -> None:
    async def lesson() -> None:
        async with a_class(tmp_path, always_seven) as server:
            name = "<img src=x onerror=1>"
            eve, wall = await Learner.joined(server, name), await Wall.shown(server)
            eve.hand_in(sample(7), 7)
            shown = await wall.until(handedIn=1)
            assert shown["learners"][0]["name"] == name

    asyncio.run(lesson())
    (path,) = tmp_path.glob("*.json")
    assert path.name.startswith("img_src_x_onerror_1-7-")


def test_pages_may_not_be_framed_and_run_only_their_own_scripts(
    tmp_path: Path,
) -> None:
    async def lesson() -> None:
        async with a_class(tmp_path, always_seven) as server:
            client = AsyncHTTPClient(force_instance=True)
            answer = await client.fetch(server.address)
            client.close()
            policy = answer.headers["Content-Security-Policy"]
            assert "frame-ancestors 'none'" in policy
            assert "script-src 'self'" in policy
            assert "unsafe" not in policy
            assert answer.headers["X-Content-Type-Options"] == "nosniff"

    asyncio.run(lesson())


def test_a_wall_of_another_site_is_refused(tmp_path: Path) -> None:
    async def lesson() -> None:
        async with a_class(tmp_path, always_seven) as server:
            port = server.address.rpartition(":")[2]
            request = HTTPRequest(
                f"ws://127.0.0.1:{port}/wall/live",
                headers={
                    "Cookie": f"wall-{port}={server.key}",
                    "Origin": "http://evil.example",
                },
            )
            with pytest.raises(HTTPClientError, match="403"):
                await websocket_connect(request)

    asyncio.run(lesson())
