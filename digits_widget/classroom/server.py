"""The web server of a class: a page for learners, a wall, and their WebSockets.

A learner's browser may send anything, so that

- a message is at most `MOST_BYTES`, and comes no faster than `RATE`: the server then
  reads more slowly, and the sender waits;
- a page has `JOIN_SECONDS` to show the join code, and few guesses at it;
- a page from another site cannot open a WebSocket, nor show these pages in a frame;
- the wall needs the teacher's key.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import json
import secrets
import socket
from asyncio import Future
from collections import Counter
from collections.abc import Awaitable, Mapping
from importlib.resources import files
from typing import Any
from urllib.parse import quote, urlsplit

from tornado.httpserver import HTTPServer
from tornado.web import Application, HTTPError, RequestHandler
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from digits_widget.classroom.addresses import qr_code
from digits_widget.classroom.allowance import Allowance
from digits_widget.classroom.classroom import Classroom
from digits_widget.classroom.learners import Learner
from digits_widget.classroom.messages import (
    MOST_BYTES,
    Draw,
    HandIn,
    Join,
    TakeBack,
    read_message,
)
from digits_widget.errors import MessageError

RATE = 30.0
"""Messages per second of one page, in the long run."""

BYTES_RATE = 500_000.0
"""Bytes per second of one page, in the long run."""

GUESSES = 30.0
"""Wrong join codes from one address at once; each comes back after `GUESS_SECONDS`."""

GUESS_SECONDS = 4.0

JOIN_SECONDS = 120.0
"""Seconds that a page may stay open without having joined."""

MOST_PAGES = 1000
"""Most open pages of all learners."""

MOST_PAGES_EACH = 250
"""Most open pages from one address: a whole school may share one."""

MOST_WAITING = 100
"""Messages that may wait for a slow page; more are not sent to it."""

PING_SECONDS = 20.0
"""Seconds between two questions whether a page is still there."""

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
        " connect-src 'self'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

_TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
}

_PAGE = files("digits_widget.classroom") / "page"


class ClassServer:
    """Serves one class.

    Parameters
    ----------
    classroom : Classroom
        The session.
    address : str
        What learners type, such as ``http://192.168.1.20:8080``.
    names : frozenset of str
        Host names by which browsers may ask, beside numeric addresses.

    Attributes
    ----------
    classroom, address, names
        As given.
    key : str
        Opens the wall.
    """

    def __init__(
        self, classroom: Classroom, address: str, names: frozenset[str]
    ) -> None:
        self.classroom = classroom
        self.address = address
        self.names = names | {"localhost"}
        self.key = secrets.token_urlsafe(24)
        self.pages: Counter[str] = Counter()
        self._guesses: dict[str, Allowance] = {}
        self._http = HTTPServer(
            self._application(),
            idle_connection_timeout=60,
            max_body_size=MOST_BYTES,
        )

    @property
    def join_link(self) -> str:
        """The address with the join code, for the QR code."""
        return f"{self.address}/#{self.classroom.code}"

    def listen(self, bound: socket.socket) -> None:
        """Accept pages on a socket that listens already."""
        self._http.add_socket(bound)

    async def stop(self) -> None:
        """Accept no more pages, and close those that are open."""
        self._http.stop()
        self.classroom.close()
        await self._http.close_all_connections()

    def guesses(self, address: str) -> Allowance:
        """Return how many join codes this address may still get wrong."""
        if len(self._guesses) > MOST_PAGES:
            self._guesses.clear()
        return self._guesses.setdefault(address, Allowance(1 / GUESS_SECONDS, GUESSES))

    def is_known(self, host: str) -> bool:
        """Return whether a browser may ask by this host name.

        A page of another site can point its own name at this machine, but not a number.
        """
        try:
            address = urlsplit(f"//{host}")
            # Reading the port checks it, too.
            name, _ = address.hostname or "", address.port
            if name not in self.names:
                ipaddress.ip_address(name)
        except ValueError:
            return False
        return True

    def _application(self) -> Application:
        server = {"server": self}
        return Application(
            [
                (r"/()", _File, {**server, "name": "learner.html"}),
                (r"/(page\.(?:css|js)|learner\.(?:css|js)|pad\.js)", _File, server),
                (r"/class", LearnerSocket, server),
                (r"/wall", _Wall, server),
                (r"/wall/(wall\.css|wall\.js)", _WallFile, server),
                (r"/wall/live", WallSocket, server),
                (r"/wall/join\.svg", _JoinPicture, server),
                (r"/wall/pictures/([0-9a-f]{12})\.png", _Picture, server),
                (r"/wall/class\.jsonl", _LabelledSet, server),
            ],
            default_handler_class=_NotFound,
            default_handler_args=server,
            log_function=lambda _handler: None,
            websocket_max_message_size=MOST_BYTES,
            websocket_ping_interval=PING_SECONDS,
            websocket_ping_timeout=PING_SECONDS,
        )


class _Handler(RequestHandler):
    def initialize(self, server: ClassServer, name: str = "") -> None:
        self.server, self.name = server, name

    def prepare(self) -> None:
        if not self.server.is_known(self.request.host):
            raise HTTPError(421)

    def set_default_headers(self) -> None:
        for name, value in _HEADERS.items():
            self.set_header(name, value)
        self.clear_header("Server")

    def write_error(self, status_code: int, **_more: object) -> None:
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(_ERRORS.get(status_code, "This did not work. Reload the page."))

    def log_exception(self, *error: Any) -> None:  # noqa: ANN401
        if not isinstance(error[1], HTTPError):
            super().log_exception(*error)


_ERRORS = {
    403: "This is the teacher's wall. Open it with the link that `digits-widget class` "
    "printed on the teacher's computer.",
    404: "There is no such page. Learners join at the address on the wall.",
    421: "This class does not know the name in the address. Type the address that "
    "stands on the wall.",
}


class _NotFound(_Handler):
    def get(self) -> None:
        raise HTTPError(404)


class _File(_Handler):
    def get(self, name: str) -> None:
        name = self.name or name
        self.set_header("Content-Type", _TYPES[name.rpartition(".")[2]])
        self.finish((_PAGE / name).read_bytes())


class _WallHandler(_Handler):
    def prepare(self) -> None:
        super().prepare()
        _check_key(self.server, self.get_cookie(_cookie_of(self)) or "")


def _cookie_of(page: RequestHandler) -> str:
    """Return the name of the key's cookie.

    Cookies do not tell ports apart, and a teacher may have two classes.
    """
    return f"wall-{urlsplit(f'//{page.request.host}').port or 80}"


def _check_key(server: ClassServer, given: str) -> None:
    if not hmac.compare_digest(given.encode(), server.key.encode()):
        raise HTTPError(403)


class _Wall(_WallHandler):
    def prepare(self) -> None:
        if key := self.get_query_argument("key", ""):
            _Handler.prepare(self)
            _check_key(self.server, key)
            # The key leaves the address: a projector shows it, and so does a history.
            self.set_cookie(_cookie_of(self), key, httponly=True, samesite="Strict")
            self.redirect("/wall")
            return
        super().prepare()

    def get(self) -> None:
        self.set_header("Content-Type", _TYPES["html"])
        self.finish((_PAGE / "wall.html").read_bytes())


class _WallFile(_WallHandler):
    def get(self, name: str) -> None:
        self.set_header("Content-Type", _TYPES[name.rpartition(".")[2]])
        self.finish((_PAGE / name).read_bytes())


class _JoinPicture(_WallHandler):
    def get(self) -> None:
        self.set_header("Content-Type", "image/svg+xml")
        self.finish(qr_code(self.server.join_link))


class _Picture(_WallHandler):
    def get(self, key: str) -> None:
        picture = self.server.classroom.picture_of(key)
        if picture is None:
            raise HTTPError(404)
        self.set_header("Content-Type", "image/png")
        # A key has one picture.
        self.set_header("Cache-Control", "private, max-age=86400, immutable")
        self.finish(picture)


class _LabelledSet(_WallHandler):
    def get(self) -> None:
        folder = self.server.classroom.hand_ins.folder.resolve()
        # A header has Latin letters alone; RFC 6266 says how others are written.
        name = quote(f"{folder.name or 'class'}.jsonl", safe="")
        self.set_header("Content-Type", "application/x-ndjson")
        self.set_header("Content-Disposition", f"attachment; filename*=UTF-8''{name}")
        self.finish(self.server.classroom.labelled_set())


class _Socket(WebSocketHandler):
    def initialize(self, server: ClassServer) -> None:
        self.server = server
        self._unsent = 0
        self._messages = Allowance(RATE, 2 * RATE)
        self._bytes = Allowance(BYTES_RATE, 2 * BYTES_RATE)

    def prepare(self) -> None:
        if not self.server.is_known(self.request.host):
            raise HTTPError(421)
        try:
            # Tornado compares it with this class's address, but fails if it is none.
            urlsplit(self.request.headers.get("Origin", ""))
        except ValueError as exc:
            raise HTTPError(403) from exc

    def tell(self, message: Mapping[str, object]) -> None:
        """Send a message; does nothing if the page is gone, or reads too slowly."""
        if self._unsent > MOST_WAITING:
            return
        try:
            sent = self.write_message(json.dumps(message, ensure_ascii=False))
        except WebSocketClosedError:
            return
        self._unsent += 1
        sent.add_done_callback(self._note_sent)

    def _note_sent(self, sent: Future[None]) -> None:
        self._unsent -= 1
        # The page may have gone meanwhile; asking for the error says that it is known.
        sent.cancelled() or sent.exception()

    async def on_message(self, message: str | bytes) -> None:
        # The next message is read only after this one: so a flood waits in its own
        # browser.
        wait = max(self._messages.take(), self._bytes.take(len(message)))
        if wait:
            await asyncio.sleep(wait)
        try:
            self.take(message)
        except MessageError as exc:
            self.refuse(exc)

    def refuse(self, error: MessageError) -> None:
        """Say on the page why nothing was done."""
        self.tell({"type": "problem", "words": str(error)})

    def take(self, message: str | bytes) -> None:
        """Do what the message says."""
        raise NotImplementedError


class LearnerSocket(_Socket):
    """A learner's page."""

    _learner: Learner | None = None

    def open(self, *_arguments: str) -> None:
        """Count the page, and wait for its join code."""
        pages, address = self.server.pages, self._address
        pages[address] += 1
        if pages.total() > MOST_PAGES or pages[address] > MOST_PAGES_EACH:
            self.close(1013, "This class is full. Try again in a minute.")
        asyncio.get_running_loop().call_later(JOIN_SECONDS, self._expire)

    def on_close(self) -> None:
        """Note that the learner is gone; another page may come back."""
        self.server.pages[self._address] -= 1
        self.server.pages += Counter()
        if self._learner is not None:
            self.server.classroom.leave(self, self._learner)

    def take(self, message: str | bytes) -> None:
        """Do what a learner's page says.

        Raises
        ------
        MessageError
            The page has not joined, or may not do this.
        """
        read = read_message(message)
        if isinstance(read, Join):
            self._join(read)
            return
        if self._learner is None:
            msg = "Join the class first."
            raise MessageError(msg)
        classroom = self.server.classroom
        if self._learner not in classroom.learners:
            msg = "Your teacher has removed this nickname. Choose another one."
            self._learner = None
            raise MessageError(msg)
        match read:
            case Draw():
                classroom.draw(self, self._learner, read)
            case HandIn():
                classroom.hand_in(self, self._learner, read)
            case TakeBack():
                classroom.take_back(self, self._learner, read)

    def _join(self, wanted: Join) -> None:
        guesses = self.server.guesses(self._address)
        if guesses.is_empty:
            msg = "Too many wrong join codes. Wait a minute, then try again."
            raise MessageError(msg)
        if self._learner is not None:
            self.server.classroom.leave(self, self._learner)
            self._learner = None
        try:
            self._learner = self.server.classroom.join(self, wanted)
        except MessageError:
            guesses.take()
            raise

    def refuse(self, error: MessageError) -> None:
        """Say why; a page that has not joined shows it beside the join code."""
        kind = "problem" if self._learner else "refused"
        self.tell({"type": kind, "words": str(error)})

    def _expire(self) -> None:
        if self._learner is None:
            self.close(1008, "The page did not join in time.")

    @property
    def _address(self) -> str:
        return self.request.remote_ip or ""


class WallSocket(_Socket):
    """The teacher's wall."""

    def prepare(self) -> None:
        """Ask for the key.

        Raises
        ------
        HTTPError
            The browser does not have it.
        """
        super().prepare()
        _check_key(self.server, self.get_cookie(_cookie_of(self)) or "")

    def open(self, *_arguments: str) -> Awaitable[None] | None:
        """Show the wall."""
        self.tell(
            {
                "type": "class",
                "address": self.server.address,
                "code": self.server.classroom.code,
                "folder": self.server.classroom.hand_ins.folder.as_posix(),
            }
        )
        self.server.classroom.open_wall(self)
        return None

    def on_close(self) -> None:
        """Stop showing it."""
        self.server.classroom.close_wall(self)

    def take(self, message: str | bytes) -> None:
        """Do what the teacher says.

        Raises
        ------
        MessageError
            It is none of the wall's messages.
        """
        try:
            data = json.loads(message)
            kind = data["type"]
        except (ValueError, KeyError, TypeError, RecursionError) as exc:
            msg = "Got a message that is not one of the wall's. Reload the page."
            raise MessageError(msg) from exc
        classroom = self.server.classroom
        if kind == "give":
            classroom.give(data.get("task"))
        elif kind == "erase" and isinstance(data.get("key"), str):
            classroom.erase(data["key"])
        elif kind == "remove" and isinstance(data.get("nickname"), str):
            classroom.remove(data["nickname"])
        elif kind == "erase-all":
            classroom.erase_all()
