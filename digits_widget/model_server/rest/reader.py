"""Reads HTTP/1.1 requests off a stream, with a bound on everything.

A slow or hostile client costs one small coroutine: the head must arrive whole within a
deadline, the body at some least speed, and neither may be larger than its limit.
"""

from __future__ import annotations

import asyncio
import re
import zlib

from digits_widget.model_server.rest.message import Request

MAX_HEAD_BYTES = 32 * 2**10
MAX_HEADERS = 100
MAX_BODY_BYTES = 100 * 2**20
HEAD_SECONDS = 15.0
IDLE_SECONDS = 120.0
LEAST_BYTES_A_SECOND = 16 * 2**10

_REQUEST_LINE = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([^ \t]+) HTTP/1\.([01])")
_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\x00\r\n]*?)[ \t]*")
_CHUNK = re.compile(rb"([0-9a-fA-F]{1,15})[ \t]*(?:;[^\r\n]*)?\r?\n")


class BadHttpError(Exception):
    """Not HTTP as it should be. The connection is closed after the answer.

    Parameters
    ----------
    status : int
        What the answer says.
    message : str
        Why, for the answer's body.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


async def read_request(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> tuple[Request, bool] | None:
    """Read one request.

    Returns
    -------
    tuple of Request and bool, or None
        The request, and whether the connection may be kept; ``None`` if the client
        had nothing more to say.

    Raises
    ------
    BadHttpError
        Broken framing, a limit passed, or too slow.
    """
    head = await _read_head(reader)
    if head is None:
        return None
    method, target, minor, headers = parse_head(head)
    if headers.get("expect", "").lower() == "100-continue" and minor:
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = await _read_body(reader, headers)
    connection = headers.get("connection", "").lower()
    keep = "close" not in connection if minor else "keep-alive" in connection
    return Request(method, target, headers, body), keep


async def _read_head(reader: asyncio.StreamReader) -> bytes | None:
    try:
        async with asyncio.timeout(IDLE_SECONDS):
            first = await reader.read(1)
    except TimeoutError:
        return None
    if not first:
        return None
    try:
        async with asyncio.timeout(HEAD_SECONDS):
            head = first + await _until_blank_line(reader, first)
    except TimeoutError as exc:
        raise BadHttpError(408, "The head of the request took too long") from exc
    except asyncio.IncompleteReadError:
        return None
    except asyncio.LimitOverrunError as exc:
        raise BadHttpError(431, "The head of the request is too large") from exc
    return head


async def _until_blank_line(reader: asyncio.StreamReader, first: bytes) -> bytes:
    lines: list[bytes] = []
    size = len(first)
    while True:
        line = await reader.readuntil(b"\n")
        size += len(line)
        if size > MAX_HEAD_BYTES or len(lines) > MAX_HEADERS + 1:
            msg = "head"
            raise asyncio.LimitOverrunError(msg, size)
        lines.append(line)
        # Blank lines before the request line are old browsers' leftovers.
        started = len(lines) > 1 or (first + line).strip()
        if line in {b"\r\n", b"\n"} and started:
            return b"".join(lines)


def parse_head(head: bytes) -> tuple[str, str, int, dict[str, str]]:
    """Split a head into method, target, minor version and headers.

    Raises
    ------
    BadHttpError
        400 for what is not HTTP/1, or could be read in two ways.
    """
    lines = head.decode("latin-1").lstrip("\r\n").split("\n")
    found = _REQUEST_LINE.fullmatch(lines[0].rstrip("\r"))
    if found is None:
        raise BadHttpError(400, "Malformed request line")
    headers: dict[str, str] = {}
    for line in lines[1:]:
        text = line.rstrip("\r")
        if not text:
            break
        pair = _HEADER.fullmatch(text)
        if pair is None:
            raise BadHttpError(400, "Malformed header")
        name, value = pair[1].lower(), pair[2]
        if name in {"content-length", "transfer-encoding"} and name in headers:
            raise BadHttpError(400, f"Repeated header {name}")
        headers[name] = value
    return found[1], found[2], int(found[3]), headers


async def _read_body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    coding = headers.get("transfer-encoding", "").lower()
    length = headers.get("content-length")
    if coding and length is not None:
        raise BadHttpError(400, "Both Content-Length and Transfer-Encoding")
    try:
        if coding == "chunked":
            return await _read_chunks(reader)
        if coding:
            raise BadHttpError(501, f"Transfer-Encoding {coding} is not supported")
        if length is None:
            return b""
        if not re.fullmatch("[0-9]{1,18}", length):
            raise BadHttpError(400, "Malformed Content-Length")
        _check_size(int(length))
        return await _read_exactly(reader, int(length))
    except asyncio.IncompleteReadError as exc:
        raise BadHttpError(400, "The body is shorter than announced") from exc
    except TimeoutError as exc:
        raise BadHttpError(408, "The body of the request took too long") from exc


async def _read_exactly(reader: asyncio.StreamReader, length: int) -> bytes:
    async with asyncio.timeout(HEAD_SECONDS + length / LEAST_BYTES_A_SECOND):
        return await reader.readexactly(length)


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    chunks: list[bytes] = []
    total = 0
    loop = asyncio.get_running_loop()
    started = loop.time()
    while True:
        patience = HEAD_SECONDS + total / LEAST_BYTES_A_SECOND
        async with asyncio.timeout_at(started + patience):
            size = await _chunk_size(reader)
            if size == 0:
                await _skip_trailers(reader)
                return b"".join(chunks)
        total += size
        _check_size(total)
        chunk = await _read_exactly(reader, size + 2)
        if chunk[-2:] != b"\r\n":
            raise BadHttpError(400, "Malformed chunk")
        chunks.append(chunk[:-2])


async def _chunk_size(reader: asyncio.StreamReader) -> int:
    try:
        line = await reader.readuntil(b"\n")
    except asyncio.LimitOverrunError as exc:
        raise BadHttpError(400, "Malformed chunk") from exc
    found = _CHUNK.fullmatch(line)
    if found is None:
        raise BadHttpError(400, "Malformed chunk")
    return int(found[1], 16)


async def _skip_trailers(reader: asyncio.StreamReader) -> None:
    for _ in range(MAX_HEADERS):
        if (await reader.readuntil(b"\n")).strip() == b"":
            return
    raise BadHttpError(400, "Too many trailers")


def _check_size(length: int) -> None:
    if length > MAX_BODY_BYTES:
        msg = f"The body has {length} bytes; at most {MAX_BODY_BYTES} are taken"
        raise BadHttpError(413, msg)


def inflate(body: bytes) -> bytes:
    """Inflate a gzip body; nothing at all if that fails or grows too large."""
    try:
        inflater = zlib.decompressobj(wbits=31)
        out = inflater.decompress(body, MAX_BODY_BYTES)
    except zlib.error:
        return b""
    return out if inflater.eof else b""
