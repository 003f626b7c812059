"""A load generator as lean as Python has it: requests are bytes made beforehand, answers are cut out and counted."""

from __future__ import annotations

import asyncio
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

_LENGTH = b"content-length: "
_END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Load:
    """What became of a number of requests: seconds in all, seconds of each, and how many were not answered with 200."""

    seconds: float
    each: Sequence[float] = field(repr=False)
    failed: int

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.each) / self.seconds


def post(path: str, key: str, body: bytes, *headers: str) -> bytes:
    """A request to be sent as it is."""
    lines = [
        f"POST {path} HTTP/1.1",
        "host: 127.0.0.1",
        f"authorization: Bearer {key}",
        "content-type: application/json",
        f"content-length: {len(body)}",
        *headers,
    ]
    return "\r\n".join(lines).encode() + _END + body


def get(path: str, key: str) -> bytes:
    """A request to be sent as it is."""
    return f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {key}".encode() + _END


class _Line(asyncio.Protocol):
    """A connection that asks one thing after another until there is nothing left to ask."""

    def __init__(self, requests: Iterator[bytes], each: list[float], failed: list[bytes]) -> None:
        self._requests, self._each, self._failed = requests, each, failed
        self._transport: asyncio.Transport | None = None
        self._came, self._begun, self._whole = b"", 0.0, -1
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def go(self) -> None:
        """Ask the next thing."""
        assert self._transport is not None
        request = next(self._requests, None)
        if request is None:
            self._transport.close()
            self.done.set_result(None)
            return
        self._begun = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._came += data
        if self._whole < 0:
            end = self._came.find(_END)
            if end < 0:
                return
            start = self._came.find(_LENGTH, 0, end) + len(_LENGTH)
            self._whole = end + len(_END) + int(self._came[start : self._came.index(b"\r", start)])
        if len(self._came) < self._whole:
            return
        self._each.append(time.perf_counter() - self._begun)
        if not self._came.startswith(b"HTTP/1.1 200"):
            self._failed.append(self._came)
        self._came, self._whole = b"", -1
        self.go()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionResetError("the server closed the line"))


@asynccontextmanager
async def echoing() -> AsyncIterator[int]:
    """The port of the floor of every HTTP figure, a bare Starlette app in a process of its own."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.benchmarks.echo", stdout=PIPE)
    try:
        assert process.stdout is not None
        yield int(await process.stdout.readline())
    finally:
        process.terminate()
        await process.wait()


async def load(port: int, requests: Sequence[bytes], connections: int) -> Load:
    """Ask all of it over so many connections at once."""
    each: list[float] = []
    failed: list[bytes] = []
    waiting = iter(requests)
    loop = asyncio.get_running_loop()
    lines = [
        (await loop.create_connection(lambda: _Line(waiting, each, failed), "127.0.0.1", port))[1]
        for _ in range(connections)
    ]
    begun = time.perf_counter()
    for line in lines:
        line.go()
    await asyncio.gather(*(line.done for line in lines))
    seconds = time.perf_counter() - begun
    if failed:
        print("not 200:", failed[0][:300])  # noqa: T201
    return Load(seconds, each, len(failed))
