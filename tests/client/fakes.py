"""Servers for what cannot be started: gateways that misbehave, and the hosted product, on real sockets.

Each one answers with bytes that the test wrote and keeps what it heard.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote

NOT_FOUND = {"code": -32004, "data": {"code": "NOT_FOUND", "httpStatus": 404}}
STREAM_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"


@dataclass(frozen=True)
class Heard:
    """A request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """The address without its query."""
        return unquote(self.target.partition("?")[0])

    @property
    def given(self) -> Any:
        """The input of a tRPC call."""
        if self.method == "POST":
            return json.loads(self.body)
        query = parse_qs(self.target.partition("?")[2])
        return json.loads(query["input"][0]) if "input" in query else None


@dataclass
class Line:
    """The server's end of a connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def say(self, text: bytes) -> None:
        """Send this much."""
        self.writer.write(text)
        await self.writer.drain()

    async def is_left(self) -> None:
        """Wait until the client closes the connection."""
        while await self.reader.read(65536):
            pass

    def break_off(self) -> None:
        """Cut the connection with a reset."""
        self.writer.transport.abort()


Answering = Callable[[Heard, Line], Awaitable[bytes | None]]
"""Answers a request: by the bytes of an answer, or itself on the line; None ends the connection."""


@dataclass
class FakeServer:
    """A server on loopback that answers by `answer`."""

    answer: Answering
    url: str = ""
    heard: list[Heard] = field(default_factory=list)
    connections: int = 0
    open: int = 0
    """Connections that neither end has closed."""
    was_asked: asyncio.Event = field(default_factory=asyncio.Event)
    listener: asyncio.Server | None = None

    def hear_nobody_else(self) -> None:
        """Take no further connections."""
        assert self.listener is not None
        self.listener.close()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection until either end has enough."""
        self.connections += 1
        self.open += 1
        try:
            while heard := await _request(reader):
                self.heard.append(heard)
                self.was_asked.set()
                said = await self.answer(heard, Line(reader, writer))
                if said is None:
                    break
                writer.write(said)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.open -= 1
            writer.close()


@asynccontextmanager
async def running(answer: Answering | bytes, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[FakeServer]:
    """A server that answers every request so, gone at the end with all its connections."""
    fake = FakeServer(_always(answer) if isinstance(answer, bytes) else answer)
    lines: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = asyncio.create_task(fake.serve(reader, writer))
        lines.add(line)
        line.add_done_callback(lines.discard)
        line.add_done_callback(lambda _: writer.close())  # also where it is over before it began

    server = fake.listener = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    fake.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield fake
    finally:
        server.close()
        for line in lines:
            line.cancel()
        await asyncio.gather(*lines, return_exceptions=True)


def reply(status: int = 200, body: bytes | Any = b"", **headers: str) -> bytes:
    """The bytes of an answer; a body that is not bytes is sent as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {"content-type": "application/json", "content-length": str(len(content))}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status} Whatever\r\n{head}\r\n".encode() + content


def result(value: Any) -> bytes:
    """The answer of a procedure."""
    return reply(200, {"result": {"data": value}})


def refusal(status: int, word: str, message: str, **headers: str) -> bytes:
    """The refusal of a procedure."""
    shape = {"message": message, "code": -32603, "data": {"code": word, "httpStatus": status}}
    return reply(status, {"error": shape}, **headers)


def no_procedure(path: str) -> bytes:
    """What a router answers for a procedure that it does not have."""
    name = path.rpartition("/")[2]
    return reply(404, {"error": {"message": f'No procedure found on path "{name}"', **NOT_FOUND}})


@dataclass
class HostedProduct:
    """The product as documented and no further: only these procedures, at this mount, in this transformer."""

    procedures: dict[str, Callable[[Any], Any]] = field(default_factory=dict)
    mount: str = "/api/trpc"
    superjson: bool = False

    async def __call__(self, heard: Heard, line: Line) -> bytes:
        """Answer one call."""
        mount, _, name = heard.path.rpartition("/")
        if mount != self.mount:
            return reply(404, b"<html><body>Cannot GET</body></html>", content_type="text/html")
        procedure = self.procedures.get(name.removeprefix("v1.connect."))
        if procedure is None:
            shape = {"message": f'No procedure found on path "{name}"', **NOT_FOUND}
            return reply(404, {"error": {"json": shape} if self.superjson else shape})
        given = heard.given
        value = procedure(given["json"] if self.superjson else given)
        return result({"json": value} if self.superjson else value)


def _always(answer: bytes) -> Answering:
    async def answering(heard: Heard, line: Line) -> bytes:
        return answer

    return answering


async def _request(reader: asyncio.StreamReader) -> Heard | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").splitlines()
    except asyncio.IncompleteReadError:
        return None
    method, target, _ = head[0].split(" ")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
    if "chunked" in headers.get("transfer-encoding", ""):
        body = b""
        while size := int(await reader.readuntil(b"\r\n"), 16):
            body += (await reader.readexactly(size + 2))[:-2]
        await reader.readuntil(b"\r\n")
    else:
        body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Heard(method, target, headers, body)
