"""Connections that were idle: given up before the server does, and what is done where the server was quicker."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from console.client import errors, transport
from console.client.answers import Answer
from console.client.passage import Passage
from console.client.transport import Transport
from tests.client.fakes import FakeServer, Heard, Line, reply, running
from tests.support.waiting import eventually


class OnlyOnce:
    """Answers the first request of each connection, or of so many, and closes it on the next without a word."""

    def __init__(self, *, connections: int = 99) -> None:
        self.connections = connections
        self.served: dict[int, int] = {}

    async def __call__(self, heard: Heard, line: Line) -> bytes | None:
        port = line.writer.get_extra_info("peername")[1]
        self.served[port] = self.served.get(port, 0) + 1
        if self.served[port] == 1 and len(self.served) <= self.connections:
            return reply(200, str(len(self.served)).encode())
        return None


async def asked(line: Transport, method: str = "GET", *, repeatable: bool | None = None) -> Answer:
    """The answer of one request."""
    body = b"{}" if method == "POST" else None
    return await line.value(method, "/x", lambda answer: answer, body=body, repeatable=repeatable)


async def test_a_query_that_met_a_closed_connection_is_made_again_on_a_new_one() -> None:
    async with running(OnlyOnce()) as server:
        line = Transport(server.url, "k", timeout=5)
        await asked(line)
        answer = await asked(line)
        await line.close()

    assert answer.body == b"2"
    assert len(server.heard) == 3


async def test_it_is_made_again_once() -> None:
    async with running(OnlyOnce(connections=1)) as server:
        line = Transport(server.url, "k", timeout=5)
        await asked(line)
        with pytest.raises(errors.Dropped):
            await asked(line)
        await line.close()

    assert len(server.heard) == 3


async def test_on_a_new_connection_it_is_not() -> None:
    async with running(OnlyOnce(connections=0)) as server:
        line = Transport(server.url, "k", timeout=5)
        with pytest.raises(errors.Dropped):
            await asked(line)
        await line.close()

    assert len(server.heard) == 1


async def test_what_may_not_be_done_twice_is_told_and_not_made_again() -> None:
    async with running(OnlyOnce()) as server:
        line = Transport(server.url, "k", timeout=5)
        await asked(line, "POST")
        with pytest.raises(errors.Dropped, match="may have arrived") as raised:
            await asked(line, "POST")
        await line.close()

    assert raised.value.may_have_arrived
    assert len(server.heard) == 2


async def test_what_may_be_done_twice_is_made_again_and_told_for_what_the_first_may_have_done() -> None:
    async with running(OnlyOnce()) as server:
        line = Transport(server.url, "k", timeout=5)
        await asked(line, "POST")
        assert (await asked(line, "POST", repeatable=True)).body == b"2"
        await line.close()

    async with running(OnlyOnce()) as server:
        line = Transport(server.url, "k", timeout=5)
        await asked(line, "POST")
        server.answer = Leaving(server)
        with pytest.raises(errors.Unreachable, match="may have arrived") as raised:
            await asked(line, "POST", repeatable=True)
        await line.close()

    assert raised.value.may_have_arrived  # though the second never left


class Leaving:
    """A server that hears a request and is there no longer."""

    def __init__(self, server: FakeServer) -> None:
        self.server = server

    async def __call__(self, heard: Heard, line: Line) -> None:
        self.server.hear_nobody_else()


async def test_a_connection_that_the_server_has_closed_is_seen_before_it_is_used() -> None:
    async def parting(heard: Heard, line: Line) -> None:
        await line.say(reply(200, b"bye"))

    async with running(parting) as server:
        line = Transport(server.url, "k", timeout=5)
        await asked(line)
        for _ in range(5):
            await asyncio.sleep(0)  # the end of the connection is on its way
        assert (await asked(line, "POST")).body == b"bye"
        await line.close()

    assert (server.connections, len(server.heard)) == (2, 2)


async def test_a_connection_idle_for_too_long_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    assert transport._KEEPALIVE_SECONDS < 5.0, "after which node closes"
    monkeypatch.setattr(transport, "_KEEPALIVE_SECONDS", 0.0)

    async with running(reply(200, b"here")) as server:
        line = Transport(server.url, "k", timeout=5)
        await asked(line)
        await asked(line)
        await line.close()

    assert server.connections == 2


@pytest.mark.parametrize(
    ("announced", "connections"),
    [
        ("timeout=1", 3),
        ("timeout=1, max=100", 3),
        ("max=5, Timeout = 0", 3),
        ("timeout=5", 1),
        ("timeout=", 1),
        ("", 1),
    ],
)
async def test_a_server_that_closes_sooner_than_most_is_heeded(announced: str, connections: int) -> None:
    async with running(reply(200, b"here", keep_alive=announced)) as server:
        line = Transport(server.url, "k", timeout=5)
        for _ in range(3):
            await asked(line)
        await eventually(lambda: server.open <= 1)  # and what is not used again is closed
        await line.close()

    assert server.connections == connections


async def test_what_is_under_way_goes_on_when_the_others_change_their_connections() -> None:
    answers = iter([b"", b"timeout=1"])

    async def announcing(heard: Heard, line: Line) -> bytes | None:
        announced = next(answers)
        if not announced:
            await line.say(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nsl")
            begun.set()
            await over.wait()
            return b"ow"
        return reply(200, b"here", keep_alive=announced.decode())

    begun, over = asyncio.Event(), asyncio.Event()
    async with running(announcing) as server:
        line = Transport(server.url, "k", timeout=5)
        slow = asyncio.create_task(asked(line))
        await begun.wait()
        assert (await asked(line)).body == b"here"
        over.set()
        assert (await slow).body == b"slow"
        await eventually(lambda: server.open == 0)  # one second is too short to keep any
        await line.close()


CONNECTING = ["connection.connect_tcp.started", "connection.connect_tcp.complete"]
WRITING = ["http11.send_request_headers.started", "http11.send_request_headers.complete"]
BODY = "http11.send_request_body"


class WriteError(Exception):
    """As httpcore calls it."""


async def followed(*steps: str, body_bytes: int | None = 2, method: bytes = b"POST") -> Passage:
    """A passage that took these steps."""
    passage = Passage(body_bytes)
    for step in steps:
        told = {"request": SimpleNamespace(method=method), "return_value": None, "exception": WriteError()}
        await passage(step, told)
    return passage


async def test_nothing_has_arrived_of_what_never_left_whole() -> None:
    assert not (await followed(*CONNECTING)).may_be_whole
    assert not (await followed(*WRITING)).may_be_whole
    assert not (await followed(*WRITING, f"{BODY}.started", f"{BODY}.failed")).may_be_whole
    assert (await followed(*WRITING, f"{BODY}.started")).may_be_whole
    assert (await followed(*WRITING, f"{BODY}.started", f"{BODY}.complete")).may_be_whole


async def test_of_a_long_body_nobody_knows_what_has_left() -> None:
    for size in (None, 1_000_000):
        assert (await followed(*WRITING, f"{BODY}.started", f"{BODY}.failed", body_bytes=size)).may_be_whole


async def test_what_a_proxy_was_asked_for_is_not_the_request() -> None:
    asked_for_way = [*CONNECTING, *WRITING, f"{BODY}.started", f"{BODY}.complete"]

    assert not (await followed(*asked_for_way, method=b"CONNECT")).may_be_whole
