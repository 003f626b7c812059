"""The line that fails does it where it was told to, to the byte."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.support.faulty_line import Fault, FaultyLine, How, Place, Way, faulty_line
from tests.support.waiting import eventually

ASKED = b"GET /lamp " + b"?" * 90
ANSWER = b"=" * 1000


class Answering:
    """A server that hears `ASKED` and says `ANSWER`, again and again. `heard` is all of it, `ended` how each ended."""

    def __init__(self) -> None:
        self.heard = bytearray()
        self.ended: list[str] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer for as long as it is asked."""
        try:
            while piece := await reader.read(1):
                self.heard += piece
                if len(self.heard) % len(ASKED) == 0:
                    writer.write(ANSWER)
            self.ended.append("closed")
        except ConnectionError:
            self.ended.append("reset")
        finally:
            writer.close()


@pytest.fixture
async def server() -> Answering:
    """What is at the far end."""
    return Answering()


@pytest.fixture
async def line(server: Answering) -> AsyncIterator[FaultyLine]:
    """A line to it."""
    serving = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    host, port = serving.sockets[0].getsockname()
    async with faulty_line(f"http://{host}:{port}") as line:
        yield line
    serving.close()


class Asking:
    """A client on the line."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def ask(self) -> bytes:
        """Ask, and have the answer."""
        self.writer.write(ASKED)
        return await self.reader.readexactly(len(ANSWER))

    async def ask_in_vain(self) -> tuple[bytes, str]:
        """Ask, and have what comes of the answer until it ends, and how it ends."""
        self.writer.write(ASKED)
        came = b""
        try:
            while piece := await self.reader.read(4096):
                came += piece
        except ConnectionResetError:
            return came, "reset"
        self.writer.close()
        return came, "closed"


Dial = Callable[[], Awaitable[Asking]]


@pytest.fixture
async def dial(line: FaultyLine) -> AsyncIterator[Dial]:
    """A new client of the line, at each call; they are gone at the end."""
    clients: list[Asking] = []

    async def dialled() -> Asking:
        clients.append(Asking(*await asyncio.open_connection("127.0.0.1", int(line.url.rpartition(":")[2]))))
        return clients[-1]

    yield dialled
    for client in clients:
        client.writer.close()
    line.cut()
    await asyncio.gather(*(client.writer.wait_closed() for client in clients), return_exceptions=True)


async def test_a_whole_line_carries_everything_and_counts(line: FaultyLine, dial: Dial) -> None:
    client = await dial()
    exchange = line.expect()
    assert await client.ask() == ANSWER
    assert (bytes(exchange.onward), bytes(exchange.back)) == (ASKED, ANSWER)
    assert len(list(exchange.places())) == len(ASKED) + 1 + len(ANSWER) + 1
    assert await client.ask() == await (await dial()).ask() == ANSWER
    assert (line.connections, line.requests) == (2, 3)
    assert line.carried == {"onward": 3 * len(ASKED), "back": 3 * len(ANSWER)}


@pytest.mark.parametrize("how", ["cut", "reset", "close", "truncate"])
@pytest.mark.parametrize("way", ["onward", "back"])
async def test_a_fault_is_where_it_was_told_to_be(
    line: FaultyLine, dial: Dial, server: Answering, how: How, way: Way
) -> None:
    for after in (0, 1, 50, len(ASKED if way == "onward" else ANSWER)):
        line.mend()
        server.heard.clear()
        server.ended.clear()
        other, client = await dial(), await dial()
        exchange = line.expect(Fault(how, Place(way, after)))
        came, ended = await client.ask_in_vain()
        assert exchange.struck.is_set()
        assert ended == ("reset" if how in ("cut", "reset") else "closed")
        await eventually(lambda: len(server.ended) == (2 if how == "cut" else 1))
        if way == "back":
            assert came == ANSWER[:after] and server.heard == ASKED
        else:
            assert server.heard == ASKED[:after] and came in (b"", ANSWER)
        assert (await other.ask_in_vain() if how == "cut" else await other.ask()) in ((b"", "reset"), ANSWER)


async def test_an_exchange_is_that_of_a_request_and_over_at_the_next(line: FaultyLine, dial: Dial) -> None:
    client = await dial()
    exchange = line.expect(Fault("reset", Place("back", len(ANSWER) + 1)), b"GET /lamp")
    other = line.expect(Fault("reset", Place("back", 1)), b"GET /desk")
    assert await client.ask() == await client.ask() == ANSWER
    assert not exchange.begun.is_set() and not other.begun.is_set()
    exchange = line.expect(Fault("reset", Place("back", len(ANSWER) + 1)), b"GET /lamp")
    assert await client.ask() == await client.ask() == ANSWER
    assert bytes(exchange.back) == ANSWER and not exchange.struck.is_set()


async def test_only_the_next_exchange_is_befallen(line: FaultyLine, dial: Dial) -> None:
    one, two = await dial(), await dial()
    assert await one.ask() == ANSWER
    line.expect(Fault("reset", Place("back", 7)))
    assert await two.ask_in_vain() == (ANSWER[:7], "reset")
    assert await one.ask() == await (await dial()).ask() == ANSWER


async def test_a_cut_line_refuses_until_it_is_mended(line: FaultyLine, dial: Dial) -> None:
    client = await dial()
    line.cut()
    line.cut()
    assert await client.ask_in_vain() == (b"", "reset")
    with pytest.raises(ConnectionRefusedError):
        await dial()
    line.mend()
    assert await (await dial()).ask() == ANSWER


async def test_who_is_on_a_line_that_refuses_stays_on_it(line: FaultyLine, dial: Dial) -> None:
    client = await dial()
    assert await client.ask() == ANSWER
    line.refuse()
    with pytest.raises(ConnectionRefusedError):
        await dial()
    assert await client.ask() == ANSWER


async def test_a_hushed_connection_is_silent_for_good_and_a_new_one_is_not(
    line: FaultyLine, dial: Dial, server: Answering
) -> None:
    old = await dial()
    assert await old.ask() == ANSWER
    line.hush()
    silent = asyncio.create_task(old.ask_in_vain())
    assert await (await dial()).ask() == ANSWER
    line.mend()
    assert await (await dial()).ask() == ANSWER
    assert not silent.done() and len(server.heard) == 3 * len(ASKED)
    line.cut()
    assert await silent == (b"", "reset")


async def test_a_silence_befalls_one_exchange(line: FaultyLine, dial: Dial) -> None:
    client = await dial()
    exchange = line.expect(Fault("silence", Place("back", 5)))
    client.writer.write(ASKED)
    assert await client.reader.readexactly(5) == ANSWER[:5]
    await exchange.struck.wait()
    assert await (await dial()).ask() == ANSWER
    line.reset()
    with pytest.raises(ConnectionResetError):
        await client.reader.read(1)


async def test_a_stalled_line_goes_on_where_it_was(line: FaultyLine, dial: Dial) -> None:
    client = await dial()
    line.stall()
    answers = [asyncio.create_task(one.ask()) for one in (client, await dial())]
    done, _ = await asyncio.wait(answers, timeout=0.05)
    assert not done
    line.mend()
    assert await asyncio.gather(*answers) == [ANSWER, ANSWER]


async def test_a_line_is_slow_until_it_is_mended(line: FaultyLine, dial: Dial) -> None:
    client = await dial()
    line.delay = 0.05
    began = time.monotonic()
    assert await client.ask() == ANSWER
    assert time.monotonic() - began >= 0.1
    line.delay, line.rate = 0.0, 10_000
    began = time.monotonic()
    assert await client.ask() == ANSWER
    assert time.monotonic() - began >= 0.1
    line.mend()
    assert not line.delay and not line.rate


async def test_a_server_that_is_away_is_a_broken_line() -> None:
    async with faulty_line("http://127.0.0.1:1") as line:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(line.url.rpartition(":")[2]))
        with pytest.raises(ConnectionResetError):
            await reader.read(1)
        writer.close()
