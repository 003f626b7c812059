"""Clients that owe something: a head, a body, the reading of an answer. None of them is waited for without end."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import pytest

from console.contract.procedures import ASSET, UPLOAD
from console.server.connections import Bounds
from tests.server.calling import MOUNT, Talk, talking
from tests.server.streams import following
from tests.support.server import RunningServer, running_server
from tests.support.waiting import eventually

SOON = Bounds(seconds=0.2, connections=8)
HEAD = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n"


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[RunningServer]:
    """A server of little patience."""
    async with running_server(tmp_path / "data", bounds=SOON, ping_seconds=60.0) as running:
        yield running


@asynccontextmanager
async def connected(
    server: RunningServer, receive_buffer: int | None = None
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A bare connection; a small buffer makes a reader that takes little when it sleeps."""
    host, port = server.url.removeprefix("http://").split(":")
    line = socket.socket()
    if receive_buffer is not None:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    line.setblocking(False)
    await asyncio.get_running_loop().sock_connect(line, (host, int(port)))
    reader, writer = await asyncio.open_connection(sock=line, limit=receive_buffer or 2**16)
    try:
        yield reader, writer
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def answer(reader: asyncio.StreamReader) -> bytes:
    """All until the server closes."""
    async with asyncio.timeout(10):
        with suppress(ConnectionError):
            return await reader.read()
    return b""


def open_connections(server: RunningServer) -> int:
    """How many the server holds."""
    assert server.server is not None
    return len(server.server.server_state.connections)


async def test_a_connection_that_says_nothing_is_closed(server: RunningServer) -> None:
    async with connected(server) as (reader, _):
        assert await answer(reader) == b""
    await eventually(lambda: open_connections(server) == 0)


@pytest.mark.parametrize("first", [b"", HEAD + b"\r\n"], ids=["the first request", "a later one"])
async def test_a_head_that_comes_letter_by_letter_is_given_up_with_a_sentence(
    server: RunningServer, first: bytes
) -> None:
    async with connected(server) as (reader, writer):
        if first:
            writer.write(first)
            assert (await reader.readuntil(b'{"status":"ok"}')).startswith(b"HTTP/1.1 200")
        writer.write(HEAD)
        told = asyncio.create_task(answer(reader))
        while not told.done():  # a slowloris: always something, never the end
            with suppress(ConnectionError):
                writer.write(b"x: y\r\n")
                await writer.drain()
            await asyncio.wait({told}, timeout=0.02)
        said = await told
    # What was on its way when the server closed may reset the line, and then the sentence is lost.
    assert said == b"" or said.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert open_connections(server) == 0


async def test_half_a_head_and_silence_get_the_sentence(server: RunningServer) -> None:
    async with connected(server) as (reader, writer):
        writer.write(HEAD)
        said = await answer(reader)
    head, _, body = said.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert json.loads(body) == {"message": "The request did not come to its end. Send it again."}


async def test_a_body_that_trickles_is_given_up(server: RunningServer) -> None:
    async with connected(server) as (reader, writer):
        writer.write(b"POST " + MOUNT.encode() + b"send HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ")
        writer.write(server.key().encode() + b"\r\ncontent-type: application/json\r\ncontent-length: 900000\r\n\r\n")
        told = asyncio.create_task(answer(reader))
        while not told.done():
            with suppress(ConnectionError):
                writer.write(b" ")
                await writer.drain()
            await asyncio.wait({told}, timeout=0.02)
        assert await told == b""
    await eventually(lambda: open_connections(server) == 0)


async def test_a_client_that_asks_now_and_then_is_kept(server: RunningServer) -> None:
    async with connected(server) as (reader, writer):
        for _ in range(4):
            writer.write(HEAD + b"\r\n")
            assert (await reader.readuntil(b'{"status":"ok"}')).startswith(b"HTTP/1.1 200")
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(reader.read(1), 2 * SOON.seconds)


async def test_a_download_that_nobody_reads_is_dropped_and_one_that_is_read_slowly_is_not(
    server: RunningServer,
) -> None:
    content = bytes(12 * 1024 * 1024)
    key = server.key()
    async with talking(server.url, key) as talk, AsyncExitStack() as stack:
        uploaded = await talk.http.post(UPLOAD.path, files={"files": ("zeros.bin", content)})
        path = ASSET.path.replace("{key}", uploaded.json()["files"][0]["s3Key"])
        asked = f"GET {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {key}\r\n\r\n".encode()
        _, asleep = await stack.enter_async_context(connected(server, 16_384))
        asleep.write(asked)
        reading, slow = await stack.enter_async_context(connected(server, 65_536))
        slow.write(asked)
        await reading.readuntil(b"\r\n\r\n")
        left = len(content)
        while open_connections(server) == 3:
            for _ in range(3):
                assert (await talk.http.get("/healthz")).status_code == 200  # which takes its time
            left -= len(await reading.readexactly(32_768))  # enough for the line to move
        assert left > 0
        await asyncio.wait_for(reading.readexactly(left), 30)


async def test_a_listener_that_reads_nothing_is_dropped_without_holding_what_it_misses(server: RunningServer) -> None:
    key = server.key("admin")
    async with talking(server.url, key) as talk, following(talk) as stream, AsyncExitStack() as stack:
        top = (await talk.customer())["id"]
        head = f"GET {MOUNT}events HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {key}\r\n\r\n"
        _, asleep = await stack.enter_async_context(connected(server, 4_096))
        asleep.write(head.encode())
        assert server.server is not None
        hub, state = server.server.service.hub, server.server.server_state
        await eventually(lambda: len(hub._listeners) == 2)
        held = 0
        while len(hub._listeners) == 2:
            await send_much(talk, top)
            held = max(held, *(one.transport.get_write_buffer_size() for one in state.connections))
            assert (await stream.event("message.created"))["message"]["conversationId"] == top
        assert 0 < held < 1_000_000


async def send_much(talk: Talk, top: str) -> None:
    """As long a message as there may be, so that a reader's buffers fill soon."""
    await talk.answers(top, "x" * 20_000)


async def test_more_connections_than_can_be_kept_are_told_so(tmp_path: Path) -> None:
    bounds = Bounds(connections=SOON.connections)
    async with running_server(tmp_path / "data", bounds=bounds) as server, AsyncExitStack() as stack:
        lines = [await stack.enter_async_context(connected(server)) for _ in range(SOON.connections)]
        await eventually(lambda: open_connections(server) == SOON.connections)
        reader, writer = await stack.enter_async_context(connected(server))
        writer.write(HEAD + b"\r\n")
        said = await answer(reader)
        head, _, body = said.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
        assert json.loads(body) == {"message": "Too many connections. Try again later."}
        for _, one in lines:
            one.close()
        await eventually(lambda: open_connections(server) == 0)
        async with talking(server.url, None) as talk:
            assert (await talk.http.get("/healthz")).status_code == 200


async def test_a_flood_is_closed_without_a_word(server: RunningServer) -> None:
    async with AsyncExitStack() as stack:
        readers = [(await stack.enter_async_context(connected(server)))[0] for _ in range(SOON.connections + 80)]
        said = await asyncio.gather(*(answer(reader) for reader in readers))
    assert {text.split(b"\r\n")[0] for text in said} == {b"", b"HTTP/1.1 503 Service Unavailable"}
