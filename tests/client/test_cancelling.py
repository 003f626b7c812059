"""A cancelled call is over at once: its connection is closed, nothing goes on, and everything else works as before."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import count
from typing import Any

import pytest

from console.client import errors
from console.client.api import Api
from console.client.transport import Transport
from tests.client.fakes import FakeServer, Heard, HostedProduct, Line, reply, running
from tests.client.values import conversation, session
from tests.support.waiting import eventually

PRODUCT = HostedProduct({"getConversation": lambda given: conversation(given["id"])})


async def turns(number: int) -> None:
    """Let the loop go round so often."""
    for _ in range(number):
        await asyncio.sleep(0)


async def given_up(call: asyncio.Task[Any], *after: int) -> bool:
    """Cancel it after so many turns of the loop, and again after so many more; whether it was too late for that."""
    for number in after:
        await turns(number)
        call.cancel()
    with suppress(asyncio.CancelledError):
        await call
        return True
    return False


async def closing(heard: Heard, line: Line) -> bytes:
    """The product, on a new connection for every call."""
    return (await PRODUCT(heard, line)).replace(b"\r\n", b"\r\nconnection: close\r\n", 1)


@pytest.mark.parametrize("answering", [PRODUCT, closing], ids=["kept", "closed"])
@pytest.mark.parametrize("again", [(), (0,), (1,), (2,)], ids=lambda again: f"again {again}")
async def test_at_whatever_moment_it_leaves_no_connection_behind(
    answering: Callable[[Heard, Line], Awaitable[bytes]], again: tuple[int, ...]
) -> None:
    async with running(answering) as server, Api(server.url, "k") as api:
        await api.conversations.get("a")
        for moment in count():
            was_too_late = await given_up(asyncio.create_task(api.conversations.get("b")), moment, *again)
            await eventually(lambda: server.open <= 1)
            assert (await api.conversations.get("c")).id == "c"
            if was_too_late:
                break

    assert moment > 5, "there was something to cancel"


async def test_a_hundred_of_them_at_random_leave_the_pool_as_it_was() -> None:
    chance = random.Random(360)

    async def hesitant(heard: Heard, line: Line) -> bytes:
        await turns(chance.randrange(10))
        said = await PRODUCT(heard, line)
        await line.say(said[:50])
        await turns(chance.randrange(10))
        return said[50:]

    async with running(hesitant) as server, Api(server.url, "k") as api:
        for _ in range(100):
            calls = [asyncio.create_task(api.conversations.get("a")) for _ in range(chance.choice((1, 2, 5)))]
            await turns(chance.randrange(60))
            for call in calls:
                call.cancel()
                await turns(chance.randrange(3))
            await asyncio.gather(*calls, return_exceptions=True)
        await eventually(lambda: server.open <= 5)  # as many as there were calls at once

        # more at once than there could be if a place had been lost
        many = await asyncio.gather(*(api.conversations.get(str(number)) for number in range(40)))

    assert [one.id for one in many] == [str(number) for number in range(40)]


async def test_a_handshake_that_is_given_up_is_closed() -> None:
    left = asyncio.Event()

    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        greeted.set()
        while await reader.read(65536):
            pass
        writer.close()
        left.set()

    greeted = asyncio.Event()
    async with await asyncio.start_server(mute, "127.0.0.1", 0) as server:
        transport = Transport(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}", "k", timeout=5)
        call = asyncio.create_task(transport.request("GET", "/x"))
        await greeted.wait()
        await given_up(call, 5)

        await asyncio.wait_for(left.wait(), 5)
        await transport.close()


class Hesitating:
    """The product, which answers this path only when it may."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.asked = asyncio.Event()
        self.may = asyncio.Event()
        self.times = 0

    async def __call__(self, heard: Heard, line: Line) -> bytes | None:
        if heard.path.endswith(self.path):
            self.times += 1
            self.asked.set()
            answering = asyncio.ensure_future(self.may.wait())
            leaving = asyncio.ensure_future(line.is_left())
            await asyncio.wait((answering, leaving), return_when=asyncio.FIRST_COMPLETED)
            answering.cancel()
            if not leaving.cancel():
                return None
            await asyncio.gather(leaving, return_exceptions=True)
        if heard.path.endswith("session"):
            return reply(200, {"result": {"data": session("search", "presence")}})
        return await PRODUCT(heard, line)


@pytest.mark.parametrize("path", ["__probe__", "session"])
async def test_who_waits_for_the_same_is_not_cancelled_with_it_and_does_not_wait_for_ever(path: str) -> None:
    hesitating = Hesitating(path)

    async def ask(api: Api) -> None:
        await api.session.capabilities()

    async with running(hesitating) as server, Api(server.url, "k") as api:
        first, second, third = (asyncio.create_task(ask(api)) for _ in range(3))
        await hesitating.asked.wait()
        assert not await given_up(first, 0)
        assert not await given_up(third, 0)  # one that only waits
        hesitating.may.set()
        await asyncio.wait_for(second, 5)

        assert api.session is not None
        assert hesitating.times == 2  # the second asked for itself
        await asyncio.wait_for(ask(api), 5)
        assert hesitating.times == 2  # and what it learnt is known


async def test_one_that_waits_to_be_made_again_is_not_made_again() -> None:
    busy = reply(503, {"message": "busy"})

    async with running(busy) as server, Api(server.url, "k", trpc_path="/api/trpc", transformer="none") as api:
        before = asyncio.all_tasks()
        call = asyncio.create_task(api.conversations.get("a"))
        await eventually(lambda: len(server.heard) == 1)
        assert not await given_up(call, 20)

        await _no_client_task_is_left(before)
        assert len(server.heard) == 1


async def test_a_stream_that_is_given_up_is_closed_for_the_server_too() -> None:
    async def endless(heard: Heard, line: Line) -> bytes | None:
        if heard.path.endswith("__probe__"):
            return await PRODUCT(heard, line)
        await line.say(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n: here\n\n")
        await line.is_left()
        return None

    async def follow(api: Api) -> None:
        async for _ in api.events.follow(on_alive=alive.set):
            pass

    alive = asyncio.Event()
    async with running(endless) as server, Api(server.url, "k") as api:
        following = asyncio.create_task(follow(api))
        await alive.wait()
        assert not await given_up(following, 3)
        await eventually(lambda: server.open <= 1)


async def test_closing_while_calls_are_under_way_ends_them_and_every_connection() -> None:
    async def waiting(heard: Heard, line: Line) -> bytes | None:
        if heard.path.endswith("__probe__"):
            return await PRODUCT(heard, line)
        await line.is_left()
        return None

    async with running(waiting) as server:
        api = Api(server.url, "k")
        calls = [asyncio.create_task(api.conversations.get(str(number))) for number in range(5)]
        await eventually(lambda: sum("getConversation" in heard.path for heard in server.heard) == 5)
        await api.close()
        ends = await asyncio.gather(*calls, return_exceptions=True)
        await eventually(lambda: server.open == 0)

    assert all(isinstance(end, errors.LineError) for end in ends)


async def _no_client_task_is_left(before: set[asyncio.Task[Any]]) -> None:
    await eventually(lambda: not [task for task in asyncio.all_tasks() - before if not _is_a_servers(task)])


def _is_a_servers(task: asyncio.Task[Any]) -> bool:
    return FakeServer.__name__ in repr(task.get_coro())
