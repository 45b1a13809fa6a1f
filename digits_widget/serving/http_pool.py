"""HTTP/1.1 connections to one server, kept open and shared by threads."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections import deque

from digits_widget.serving.connection import Connection
from digits_widget.serving.deadline import Deadline
from digits_widget.serving.target import Target

_ATTEMPTS = 4
_FIRST_PAUSE = 0.08
"""Seconds before the second attempt; doubled for each further one, as over gRPC."""

_CHUNK = 1 << 16


class ResponseTooLargeError(Exception):
    """The answer is larger than allowed."""


class HttpPool:
    """Makes requests; keeps connections that are still good for the next ones."""

    def __init__(self, target: Target, connection: Connection) -> None:
        ((self._host, self._port),) = target.addresses
        self._connection = connection
        self._context = _context(target, connection)
        self._lock = threading.Lock()
        self._idle: deque[http.client.HTTPConnection] = deque()
        self._closed = False

    def request(
        self, method: str, path: str, body: bytes | None, deadline: Deadline
    ) -> tuple[int, bytes]:
        """Return the status and the body of the answer.

        Asks up to four times while nobody accepts the connection or the server says
        that it is not available (503): all that is asked here may be asked twice.

        Raises
        ------
        OSError, http.client.HTTPException
            No connection, no answer in time, or none of HTTP.
        ResponseTooLargeError
            An answer over the limit.
        """
        pause, attempt = _FIRST_PAUSE, 1
        while True:
            last = attempt == _ATTEMPTS or deadline.left <= pause
            try:
                status, answer = self._once(method, path, body, deadline)
            except ConnectionError:
                if last and not self._connection.wait_for_ready:
                    raise
                if deadline.is_over:
                    raise
            else:
                if status != http.HTTPStatus.SERVICE_UNAVAILABLE or last:
                    return status, answer
            time.sleep(min(pause, deadline.left))
            pause, attempt = min(2 * pause, 1.0), attempt + 1

    def close(self) -> None:
        """Close idle connections; those in use close after their answer."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, deque()
        for each in idle:
            each.close()

    def _once(
        self, method: str, path: str, body: bytes | None, deadline: Deadline
    ) -> tuple[int, bytes]:
        with self._lock:
            kept = self._idle.pop() if self._idle else None
        if kept is not None:
            try:
                return self._talk(kept, method, path, body, deadline)
            except (ConnectionError, http.client.BadStatusLine):
                pass  # the server has closed what was kept: dial anew
        return self._talk(self._dial(deadline), method, path, body, deadline)

    def _dial(self, deadline: Deadline) -> http.client.HTTPConnection:
        plain = socket.create_connection((self._host, self._port), deadline.left)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        dialled = http.client.HTTPConnection(self._host, self._port)
        dialled.sock = plain
        if self._context is not None:
            tls = self._connection.tls
            name = (tls.server_name if tls else None) or self._host
            dialled.sock = self._context.wrap_socket(plain, server_hostname=name)
        return dialled

    def _talk(
        self,
        dialled: http.client.HTTPConnection,
        method: str,
        path: str,
        body: bytes | None,
        deadline: Deadline,
    ) -> tuple[int, bytes]:
        good = False
        try:
            dialled.sock.settimeout(deadline.left)
            dialled.request(method, path, body, self._headers())
            response = dialled.getresponse()
            answer = self._read(dialled, response, deadline)
            good = not response.will_close
        finally:
            with self._lock:
                keep = good and not self._closed
                if keep:
                    self._idle.append(dialled)
            if not keep:
                dialled.close()
        return response.status, answer

    def _read(
        self,
        dialled: http.client.HTTPConnection,
        response: http.client.HTTPResponse,
        deadline: Deadline,
    ) -> bytes:
        parts, size = [], 0
        while part := response.read1(_CHUNK):
            parts.append(part)
            size += len(part)
            if size > self._connection.max_response_bytes:
                raise ResponseTooLargeError
            if deadline.is_over:
                raise TimeoutError
            if dialled.sock is not None:
                dialled.sock.settimeout(deadline.left)
        response.close()  # read1 leaves it open, and the connection in use
        return b"".join(parts)

    def _headers(self) -> dict[str, str]:
        headers = {"Content-Type": "application/json"}
        token = self._connection.bearer()
        return headers | ({"Authorization": f"Bearer {token}"} if token else {})


def _context(target: Target, connection: Connection) -> ssl.SSLContext | None:
    if target.scheme != "https":
        return None
    tls = connection.tls
    if tls is None:
        return ssl.create_default_context()
    tls.read()  # says which file is missing, which ssl does not
    context = ssl.create_default_context(cafile=tls.ca)
    if tls.certificate is not None:
        context.load_cert_chain(tls.certificate, tls.key)
    return context
