"""`rehearse`: recorded hands play a class, and how long they wait is measured.

Each learner plays the bundled drawings in a hand of its own, at the speed at which they
were drawn, sends what a page or a widget sends, and hands every digit in.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from tornado.httpclient import HTTPClientError
from tornado.websocket import (
    WebSocketClientConnection,
    WebSocketClosedError,
    websocket_connect,
)

from digits_widget.classroom.tasks import FIRST
from digits_widget.drawing import Drawing, Stroke
from digits_widget.errors import DataError, ServingError
from digits_widget.pipeline import PRESETS
from digits_widget.prediction import Prediction
from digits_widget.samples import sample

SEND = 0.12
"""Seconds between two drawings of a page while the pen is down."""

PAUSE = (0.5, 2.5)
"""Seconds between two digits of a learner, from and to. Real ones need longer."""

GATHER = 2.0
"""Seconds in which all learners join."""

CARE = (0.08, 0.16, 0.32)
"""How much a hand turns and shears a digit, as a share of its size: one is drawn."""

PATIENCE = 15.0
"""Seconds after which an answer counts as lost."""


@dataclass
class Played:
    """What a rehearsal measured."""

    learners: int
    """Learners who joined."""

    digits: int
    """Digits that each of them drew and handed in."""

    hands_in: bool = True
    """Whether they hand digits in; a model server keeps nothing."""

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


class Partner(Protocol):
    """What one learner plays against."""

    async def open(self) -> None:
        """Connect, and join."""

    def send(self, drawing: Drawing) -> None:
        """Show what is drawn so far."""

    async def ask(self, drawing: Drawing) -> bool:
        """Show the drawing when the pen is up; return whether an answer came."""

    async def hand_in(self, drawing: Drawing, digit: int) -> bool:
        """Hand the drawing in; return whether it is kept.

        Parameters
        ----------
        drawing : Drawing
            Whole.
        digit : int
            What was meant.
        """

    async def close(self) -> None:
        """Disconnect."""


async def rehearse(
    address: str,
    code: str,
    *,
    learners: int,
    digits: int,
    progress: Callable[[int], None] = lambda _done: None,
) -> Played:
    """Let learners join a running class, draw and hand in.

    Parameters
    ----------
    address : str
        The class, such as ``http://127.0.0.1:8080``.
    code : str
        Its join code.
    learners : int
        How many.
    digits : int
        Digits of each learner.
    progress : callable
        Called with the number of digits that are done.

    Raises
    ------
    DataError
        There is no class at the address, or the code is another.
    """
    played = Played(learners, digits)
    partners = [_ClassPage(address, code, number, played) for number in range(learners)]
    return await play(played, partners, progress)


async def rehearse_server(
    predict: Callable[[NDArray[np.float32]], Prediction],
    *,
    learners: int,
    digits: int,
    progress: Callable[[int], None] = lambda _done: None,
) -> Played:
    """Let learners ask a model server, as their widgets do.

    Parameters
    ----------
    predict : callable
        Asks the server about one image, in any thread.
    learners : int
        How many.
    digits : int
        Digits of each learner.
    progress : callable
        Called with the number of digits that are done.
    """
    played = Played(learners, digits, hands_in=False)
    # A thread for each learner: the server, and not this side, shall be the limit.
    with ThreadPoolExecutor(learners) as threads:
        partners = [_ModelServer(predict, threads, played) for _ in range(learners)]
        return await play(played, partners, progress)


async def play(
    played: Played, partners: Sequence[Partner], progress: Callable[[int], None]
) -> Played:
    """Play all learners at the same time; return what was measured.

    Parameters
    ----------
    played : Played
        Takes the measurements.
    partners : sequence of Partner
        What each learner plays against.
    progress : callable
        Called with the number of digits that are done.
    """
    began = time.monotonic()
    hands = np.random.default_rng(0).spawn(played.learners)
    async with asyncio.TaskGroup() as group:
        for partner, hand in zip(partners, hands, strict=True):
            group.create_task(_learn(partner, hand, played, progress))
    played.seconds = time.monotonic() - began
    return played


async def _learn(
    partner: Partner,
    hand: np.random.Generator,
    played: Played,
    progress: Callable[[int], None],
) -> None:
    """Play one learner from joining to leaving."""
    await asyncio.sleep(hand.uniform(0, GATHER))
    await partner.open()
    try:
        for digit in range(played.digits):
            await _draw(partner, digit % 10, hand, played)
            played.done += 1
            progress(played.done)
            await asyncio.sleep(hand.uniform(*PAUSE))
    finally:
        await partner.close()


async def _draw(
    partner: Partner, digit: int, hand: np.random.Generator, played: Played
) -> None:
    """Draw a digit at its own speed, wait for the answer, and hand it in."""
    drawing = _varied(sample(digit), hand)
    last = max(float(stroke.times[-1]) for stroke in drawing)
    begun = time.monotonic()
    for moment in np.arange(SEND, last, SEND):
        await asyncio.sleep(max(0.0, begun + moment - time.monotonic()))
        partner.send(_until(drawing, float(moment)))
    await asyncio.sleep(max(0.0, begun + last - time.monotonic()))
    released = time.monotonic()
    if await partner.ask(drawing):
        played.waits.append(time.monotonic() - released)
    is_kept = await partner.hand_in(drawing, digit)
    played.kept += is_kept


class _ClassPage:
    """A learner's page of a class."""

    _page: WebSocketClientConnection

    def __init__(self, address: str, code: str, number: int, played: Played) -> None:
        self._address = address.replace("http", "ws", 1) + "/class"
        self._code, self._nickname = code, f"learner {number + 1}"
        self._played = played
        self._sent = 0
        self._is_gone = False

    async def open(self) -> None:
        try:
            self._page = await websocket_connect(self._address)
        except (OSError, HTTPClientError) as exc:
            msg = (
                f"There is no class at {self._address} ({exc}). Start one with "
                "digits-widget class."
            )
            raise DataError(msg) from exc
        self._send(
            {
                "type": "join",
                "code": self._code,
                "nickname": self._nickname,
                "learner": secrets.token_hex(16),
            }
        )
        told = await self._wait_for("joined", "refused")
        if told != "joined":
            await self.close()
            msg = "The class is full, or does not answer."
            if told == "refused":
                msg = "The class has another join code. It stands on its wall."
            raise DataError(msg)

    def send(self, drawing: Drawing) -> None:
        self._send_drawing(drawing, done=False)

    async def ask(self, drawing: Drawing) -> bool:
        self._send_drawing(drawing, done=True)
        return await self._wait_for("answer", number=self._sent) == "answer"

    async def hand_in(self, drawing: Drawing, digit: int) -> bool:
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
        return await self._wait_for("kept", "not-kept") == "kept"

    async def close(self) -> None:
        self._page.close()
        # The class closes the connection, too.
        while await self._read() is not None:
            pass

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

    def _send(self, message: dict[str, object]) -> None:
        if self._is_gone:
            return
        text = json.dumps(message)
        self._played.size += len(text)
        try:
            sent = asyncio.ensure_future(self._page.write_message(text))
        except WebSocketClosedError:
            self._is_gone = True
            return
        # That it failed shows in the answer that does not come.
        sent.add_done_callback(lambda done: done.exception())

    async def _wait_for(self, *kinds: str, number: int | None = None) -> str:
        """Read until a message of one of the kinds comes; return its kind, or ""."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while text := await self._read():
                    self._played.size += len(text)
                    message = json.loads(text)
                    is_it = number in {None, message.get("number")}
                    if message["type"] in kinds and is_it:
                        return str(message["type"])
        self._played.lost += 1
        return ""

    async def _read(self) -> str | bytes | None:
        """Return the next message, or None if the connection is gone."""
        if self._is_gone:
            return None
        text = await self._page.read_message()
        self._is_gone = text is None
        return text


class _ModelServer:
    """A widget that asks a model server about one drawing at a time, the newest."""

    def __init__(
        self,
        predict: Callable[[NDArray[np.float32]], Prediction],
        threads: ThreadPoolExecutor,
        played: Played,
    ) -> None:
        self._predict, self._threads, self._played = predict, threads, played
        self._asking: asyncio.Future[bool] | None = None

    async def open(self) -> None:
        """Do nothing: each request stands alone."""

    def send(self, drawing: Drawing) -> None:
        if self._asking is None or self._asking.done():
            loop = asyncio.get_running_loop()
            self._asking = loop.run_in_executor(self._threads, self._ask, drawing)

    async def ask(self, drawing: Drawing) -> bool:
        if self._asking is not None:
            await self._asking
        self.send(drawing)
        assert self._asking is not None  # noqa: S101 - `send` has just set it
        return await self._asking

    async def hand_in(self, _drawing: Drawing, _digit: int) -> bool:
        """Return False: a model server keeps nothing."""
        return False

    async def close(self) -> None:
        """Wait for the last answer."""
        if self._asking is not None:
            await self._asking

    def _ask(self, drawing: Drawing) -> bool:
        try:
            answer = self._predict(PRESETS["mnist"](drawing).tensor)
        except ServingError:
            self._played.lost += 1
            return False
        self._played.size += answer.request_bytes + answer.response_bytes
        return True


def _varied(drawing: Drawing, random: np.random.Generator) -> Drawing:
    """Return the drawing as another hand would draw it: size, place, slant, tremble.

    Now and then it is so careless that a model takes it for another digit.
    """
    size = random.uniform(0.5, 0.95)
    turn = np.eye(2) + random.normal(0, random.choice(CARE), (2, 2))
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
