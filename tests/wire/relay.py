"""A line that can be cut or fall silent, between a client and a server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

_PIECE = 65536


class Relay:
    """Carries bytes both ways. `url` is where it listens."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self._to = (str(address.hostname), int(address.port or 80))
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._whole = True
        self.url = ""

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        host, port = self._server.sockets[0].getsockname()
        self.url = f"http://{host}:{port}"

    def cut(self) -> None:
        """Every connection breaks, and new ones do at once, until it is mended."""
        self._whole = False
        for writer in self._writers:
            writer.transport.abort()

    def mend(self) -> None:
        """New connections are carried again."""
        self._whole = True

    def hush(self) -> None:
        """Nothing comes through any more on the connections that there are."""
        self._flowing.clear()
        self._flowing = asyncio.Event()
        self._flowing.set()

    async def end(self) -> None:
        """Break everything and listen no longer."""
        assert self._server is not None
        self.cut()
        self._server.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._whole:
            writer.transport.abort()
            return
        onward, back = await asyncio.open_connection(*self._to)
        self._writers |= {writer, back}
        flowing = self._flowing
        ways = [asyncio.create_task(_carry(*way, flowing)) for way in ((reader, back), (onward, writer))]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        for one in (writer, back):
            one.transport.abort()
            self._writers.discard(one)


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, flowing: asyncio.Event) -> None:
    with suppress(ConnectionError):
        while piece := await reader.read(_PIECE):
            await flowing.wait()
            writer.write(piece)
            await writer.drain()


@asynccontextmanager
async def relayed(url: str) -> AsyncIterator[Relay]:
    """A line to the server at `url`."""
    relay = Relay(url)
    await relay.start()
    try:
        yield relay
    finally:
        await relay.end()
