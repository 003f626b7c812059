"""A line between a client and a server on loopback that a test breaks and mends: cut, reset, slow, silent, refusing.

It knows nothing of what it carries but where a request begins. What befalls one exchange is told in bytes of that
exchange, so that a sweep over all its offsets is exact whatever else goes over the line meanwhile.
"""

from __future__ import annotations

import asyncio
import re
import socket
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

Way = Literal["onward", "back"]
"""From the client to the server, and from the server to the client."""

How = Literal["cut", "reset", "close", "truncate", "silence"]
"""cut: every connection is reset, and new ones are refused until the line is mended. The others befall one connection:
reset, closed as one that was served, half closed for the receiver alone, silent for good."""

_PIECE = 65536
_REQUEST = re.compile(rb"(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) /")
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # l_onoff, l_linger


class Place(NamedTuple):
    """A moment of an exchange: when so many of its bytes have gone this way, and not one more."""

    way: Way
    after: int


@dataclass(frozen=True, slots=True)
class Fault:
    """What befalls an exchange, and where."""

    how: How
    place: Place


@dataclass(slots=True)
class Exchange:
    """What goes over one connection, from one request to the next."""

    fault: Fault | None = None
    request: bytes = b""
    """What the request begins with."""
    onward: bytearray = field(default_factory=bytearray)
    back: bytearray = field(default_factory=bytearray)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    struck: asyncio.Event = field(default_factory=asyncio.Event)
    """The fault was there."""

    def bytes(self, way: Way) -> bytearray:
        """What has gone this way."""
        return self.onward if way == "onward" else self.back

    def places(self) -> Iterator[Place]:
        """Every moment at which it can be cut."""
        for way in ("onward", "back"):
            yield from (Place(way, after) for after in range(len(self.bytes(way)) + 1))

    def room(self, way: Way) -> int | None:
        """How many bytes may still go this way before the fault; None if there is none to come."""
        if self.fault is None or self.fault.place.way != way or self.struck.is_set():
            return None
        return self.fault.place.after - len(self.bytes(way))


class FaultyLine:
    """Carries bytes both ways between `url`, where it listens, and the server. `delay` and `rate` hold while set."""

    def __init__(self, server_url: str) -> None:
        address = urlsplit(server_url)
        self._to = (str(address.hostname), int(address.port or 80))
        # Bound and never listening: while nothing listens the port is refused, and nobody else is given it.
        self._port = _bound(0)
        self._listener: socket.socket | None = None
        self._flows = asyncio.Event()
        self._expected: Exchange | None = None
        self._open: set[_Connection] = set()
        self._serving: set[asyncio.Task[None]] = set()
        self.url = f"http://127.0.0.1:{self._port.getsockname()[1]}"
        self.delay = 0.0  # seconds before each piece
        self.rate: int | None = None  # bytes a second, each way of each connection
        self.connections = 0
        self.requests = 0
        self.carried: dict[Way, int] = {"onward": 0, "back": 0}

    def expect(self, fault: Fault | None = None, request: bytes = b"") -> Exchange:
        """The exchange of the next request that begins so; the fault befalls it."""
        self._expected = Exchange(fault, request)
        return self._expected

    def cut(self) -> None:
        """Every connection is reset, and new ones are refused, until it is mended."""
        self.refuse()
        self.reset()

    def reset(self) -> None:
        """Every connection that there is breaks."""
        for connection in tuple(self._open):
            connection.reset()

    def refuse(self) -> None:
        """No new connections, until it is mended; those that there are live on."""
        if self._listener is not None:
            asyncio.get_running_loop().remove_reader(self._listener)
            self._listener.close()
            self._listener = None

    def hush(self) -> None:
        """Nothing comes through any more on the connections that there are, for good; new ones are carried."""
        for connection in self._open:
            connection.flows.clear()

    def stall(self) -> None:
        """Nothing moves on any connection, old or new, until it is mended; then all of it goes on."""
        self._flows.clear()

    def mend(self) -> None:
        """All is well again, but for connections that broke or fell silent."""
        self._flows.set()
        self._expected = None
        self.delay, self.rate = 0.0, None
        if self._listener is None:
            self._listener = _bound(self._port.getsockname()[1])
            self._listener.listen()
            asyncio.get_running_loop().add_reader(self._listener, self._accept)

    async def close(self) -> None:
        """Break everything and listen no longer."""
        self.cut()
        self._port.close()
        for serving in self._serving:
            serving.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    def _accept(self) -> None:
        assert self._listener is not None
        with suppress(BlockingIOError, ConnectionError):
            accepted, _ = self._listener.accept()
            accepted.setblocking(False)
            self.connections += 1
            serving = asyncio.create_task(self._serve(accepted))
            self._serving.add(serving)
            serving.add_done_callback(self._serving.discard)

    async def _serve(self, accepted: socket.socket) -> None:
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        reader, writer = await asyncio.open_connection(sock=accepted)
        connection = _Connection(writer)
        self._open.add(connection)
        try:
            onward, back = await asyncio.open_connection(*self._to)
            connection.writers.append(back)
            for one in connection.writers:
                one.transport.set_write_buffer_limits(high=0)  # what was written has left when `drain` returns
            if connection.is_over:
                return
            await asyncio.gather(
                self._carry(connection, "onward", reader, back), self._carry(connection, "back", onward, writer)
            )
            connection.close()
        except OSError:
            connection.reset()
        finally:
            self._open.discard(connection)
            connection.reset()

    async def _carry(
        self, connection: _Connection, way: Way, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with suppress(OSError):
            while piece := await reader.read(_PIECE):
                if way == "onward":
                    self._hear(connection, piece)
                await self._pass(connection, way, piece, writer)
            if writer.can_write_eof():
                writer.write_eof()
            return
        connection.reset()

    def _hear(self, connection: _Connection, piece: bytes) -> None:
        if not _REQUEST.match(piece):
            return
        self.requests += 1
        connection.exchange = None
        if self._expected is not None and piece.startswith(self._expected.request):
            connection.exchange, self._expected = self._expected, None
            connection.exchange.begun.set()

    async def _pass(self, connection: _Connection, way: Way, piece: bytes, writer: asyncio.StreamWriter) -> None:
        exchange = connection.exchange
        room = exchange.room(way) if exchange else None
        is_last = room is not None and len(piece) >= room
        for part in self._parts(piece[:room] if is_last else piece):
            await connection.flows.wait()
            await self._flows.wait()
            if way in connection.truncated:
                return
            if pause := self.delay + (len(part) / self.rate if self.rate else 0.0):
                await asyncio.sleep(pause)
            writer.write(part)
            await writer.drain()
            self.carried[way] += len(part)
            if exchange:
                exchange.bytes(way).extend(part)
        if is_last and exchange and exchange.fault:
            self._strike(connection, exchange.fault, writer)
            exchange.struck.set()

    def _parts(self, piece: bytes) -> Iterator[bytes]:
        """A piece as it goes: on a slow line a twentieth of a second at a time."""
        size = max(1, self.rate // 20) if self.rate else _PIECE
        return (piece[start : start + size] for start in range(0, len(piece), size))

    def _strike(self, connection: _Connection, fault: Fault, writer: asyncio.StreamWriter) -> None:
        match fault.how:
            case "cut":
                self.cut()
            case "reset":
                connection.reset()
            case "close":
                connection.close()
            case "truncate":
                connection.truncated.add(fault.place.way)
                writer.write_eof()
            case "silence":
                connection.flows.clear()


class _Connection:
    """A client's connection and the one to the server that belongs to it."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.writers = [writer]
        self.flows = asyncio.Event()
        self.flows.set()
        self.exchange: Exchange | None = None
        self.truncated: set[Way] = set()
        self.is_over = False

    def close(self) -> None:
        """End both as one who has said all."""
        self.is_over = True
        for writer in self.writers:
            writer.close()

    def reset(self) -> None:
        """Break both."""
        self.is_over = True
        for writer in self.writers:
            if not writer.is_closing():
                line: socket.socket = writer.get_extra_info("socket")
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            writer.transport.abort()
        self.flows.set()  # whoever waits for it finds that it is over


def _bound(port: int) -> socket.socket:
    """A socket on loopback, beside another of ours on the same port."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    bound.setblocking(False)
    bound.bind(("127.0.0.1", port))
    return bound


@asynccontextmanager
async def faulty_line(server_url: str) -> AsyncIterator[FaultyLine]:
    """A line to the server at this address, whole until it is broken."""
    line = FaultyLine(server_url)
    line.mend()
    try:
        yield line
    finally:
        await line.close()
