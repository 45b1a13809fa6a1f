"""`rehearse`: learners who are not there play a class, and their waits are measured.

Each plays the bundled drawings with a hand of its own, at the speed at which they were
drawn, sends what a page sends, and hands every digit in.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from tornado.httpclient import HTTPClientError
from tornado.websocket import WebSocketClientConnection, websocket_connect

from digits_widget.classroom.tasks import FIRST
from digits_widget.drawing import Drawing, Stroke
from digits_widget.errors import DataError
from digits_widget.samples import sample

SEND = 0.12
"""Seconds between two drawings of a page while the pen is down."""

PAUSE = (0.5, 2.5)
"""Seconds between two digits of a learner, from and to. Real ones need longer."""

GATHER = 2.0
"""Seconds in which all learners join."""

PATIENCE = 15.0
"""Seconds after which an answer counts as lost."""


@dataclass
class Played:
    """What a rehearsal measured."""

    learners: int
    """Learners who joined."""

    digits: int
    """Digits that each of them drew and handed in."""

    waits: list[float] = field(default_factory=list)
    """Seconds from the end of a digit to its answer, one for each that came."""

    lost: int = 0
    """Answers and receipts that did not come."""

    kept: int = 0
    """Hand-ins that the class said it kept."""

    done: int = 0
    """Digits that are done, lost ones included."""

    size: int = 0
    """Bytes of all messages, both ways."""

    seconds: float = 0.0
    """Duration."""

    def wait(self, share: float) -> float:
        """Return the wait in seconds that a share of the answers did not exceed."""
        return float(np.quantile(self.waits, share)) if self.waits else float("inf")

    @property
    def rate(self) -> float:
        """Bytes per second of one learner."""
        return self.size / self.seconds / self.learners


async def rehearse(
    address: str,
    code: str,
    *,
    learners: int,
    digits: int,
    seed: int = 0,
    progress: Callable[[int], None] = lambda _done: None,
) -> Played:
    """Let learners join a running class, draw and hand in.

    Parameters
    ----------
    address : str
        Of the class, such as ``http://127.0.0.1:8080``.
    code : str
        Its join code.
    learners : int
        How many.
    digits : int
        Digits of each learner.
    seed : int
        Seed of the hands.
    progress : callable
        Called with the number of digits that are done.

    Raises
    ------
    DataError
        There is no class at the address, or the code is another.
    """
    played = Played(learners, digits)
    began = time.monotonic()
    hands = np.random.default_rng(seed).spawn(learners)
    players = [
        _Player(address, code, number, hand, played, progress=progress)
        for number, hand in enumerate(hands)
    ]
    await asyncio.gather(*(player.play() for player in players))
    played.seconds = time.monotonic() - began
    return played


class _Player:
    def __init__(
        self,
        address: str,
        code: str,
        number: int,
        random: np.random.Generator,
        played: Played,
        *,
        progress: Callable[[int], None],
    ) -> None:
        self._address = address.replace("http", "ws", 1) + "/class"
        self._code, self._nickname = code, f"learner {number + 1}"
        self._random, self._played, self._progress = random, played, progress
        self._sent = 0
        self._is_gone = False

    async def play(self) -> None:
        await asyncio.sleep(self._random.uniform(0, GATHER))
        self._page = await self._opened()
        try:
            await self._join()
            for digit in range(self._played.digits):
                await self._draw(digit % 10)
                self._played.done += 1
                self._progress(self._played.done)
                await asyncio.sleep(self._random.uniform(*PAUSE))
        finally:
            self._page.close()
            # The class closes the connection, too.
            while await self._read() is not None:
                pass

    async def _opened(self) -> WebSocketClientConnection:
        try:
            return await websocket_connect(self._address)
        except (OSError, HTTPClientError) as exc:
            msg = (
                f"There is no class at {self._address} ({exc}). Start one with "
                "digits-widget class."
            )
            raise DataError(msg) from exc

    async def _join(self) -> None:
        self._send(
            {
                "type": "join",
                "code": self._code,
                "nickname": self._nickname,
                "learner": secrets.token_hex(16),
            }
        )
        if await self._wait_for("joined", "refused") != "joined":
            msg = "The class has another join code. It stands on its wall."
            raise DataError(msg)

    async def _draw(self, digit: int) -> None:
        """Draw a digit at its own speed, wait for the answer, and hand it in."""
        drawing = _varied(sample(digit), self._random)
        last = max(float(stroke.times[-1]) for stroke in drawing)
        begun = time.monotonic()
        for moment in np.arange(SEND, last, SEND):
            await asyncio.sleep(max(0.0, begun + moment - time.monotonic()))
            self._send_drawing(_until(drawing, float(moment)), done=False)
        await asyncio.sleep(max(0.0, begun + last - time.monotonic()))
        released = time.monotonic()
        self._send_drawing(drawing, done=True)
        if await self._answered():
            self._played.waits.append(time.monotonic() - released)
        await self._hand_in(drawing, digit)

    def _send_drawing(self, drawing: Drawing, *, done: bool) -> None:
        self._sent += 1
        self._send(
            {
                "type": "draw",
                "number": self._sent,
                "done": done,
                "drawing": json.loads(drawing.to_json()),
            }
        )

    async def _answered(self) -> bool:
        """Wait for the answer about the newest drawing."""
        return await self._wait_for("answer", number=self._sent) == "answer"

    async def _hand_in(self, drawing: Drawing, digit: int) -> None:
        self._send(
            {
                "type": "hand-in",
                "key": secrets.token_hex(16),
                "label": digit,
                "hand": "usual",
                "task": FIRST.name,
                "drawing": json.loads(drawing.to_json()),
            }
        )
        is_kept = await self._wait_for("kept") == "kept"
        self._played.kept += is_kept

    def _send(self, message: dict[str, object]) -> None:
        text = json.dumps(message)
        self._played.size += len(text)
        self._page.write_message(text)

    async def _wait_for(self, *kinds: str, number: int | None = None) -> str:
        """Read until a message of one of the kinds comes; return its kind, or ""."""
        try:
            async with asyncio.timeout(PATIENCE):
                while text := await self._read():
                    self._played.size += len(text)
                    message = json.loads(text)
                    if message["type"] in kinds and number in {
                        None,
                        message.get("number"),
                    }:
                        return str(message["type"])
        except TimeoutError:
            pass
        self._played.lost += 1
        return ""

    async def _read(self) -> str | bytes | None:
        """Return the next message, or None if the connection is gone."""
        if self._is_gone:
            return None
        text = await self._page.read_message()
        self._is_gone = text is None
        return text


def _varied(drawing: Drawing, random: np.random.Generator) -> Drawing:
    """Return the drawing as another hand would draw it: size, place, slant, tremble."""
    size = random.uniform(0.5, 0.95)
    turn = np.eye(2) + random.normal(0, 0.08, (2, 2))
    place = 0.5 + random.uniform(-1, 1, 2) * (1 - size) / 2
    return Drawing(
        Stroke(
            np.clip(
                (stroke.points - 0.5) @ turn * size
                + place
                + random.normal(0, 0.003, stroke.points.shape),
                0,
                1,
            ).round(4),
            stroke.times.round(3),
        )
        for stroke in drawing
    )


def _until(drawing: Drawing, moment: float) -> Drawing:
    """Return what had been drawn at a moment, in seconds."""
    begun = [stroke for stroke in drawing if stroke.times[0] <= moment]
    drawn = [
        Stroke(s.points[s.times <= moment], s.times[s.times <= moment]) for s in begun
    ]
    return Drawing(drawn)
