"""A call ends within its budget, whatever it has to wait for, and says so."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import pytest

from console.client import errors
from console.client.api import Api
from console.contract.ai import AiDone, AiRequest
from console.contract.inputs import Send
from tests.client.fakes import STREAM_HEAD, FakeServer, Heard, HostedProduct, Line, refusal, reply, result, running
from tests.client.values import conversation, message, session

BUDGET = 0.6
SEND = Send(conversation_id="conv_1", content={"en": "Hello"})
NOTE = Send(conversation_id="conv_1", content={"en": "Mind him"}, flags=["internal-note"])
PRODUCT = HostedProduct({"getConversation": lambda given: conversation(given["id"]), "send": lambda given: message()})


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """The block must not take longer, but for what a busy machine adds."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < seconds + 2


class Slow:
    """The product, which says nothing on these paths and answers 503 on those."""

    def __init__(self, *silent: str, failing: str = "none", says: bytes | None = None) -> None:
        self.silent = silent
        self.failing = failing
        self.says = says or refusal(503, "SERVICE_UNAVAILABLE", "busy")

    async def __call__(self, heard: Heard, line: Line) -> bytes | None:
        if heard.path.endswith(self.silent):
            await line.is_left()
            return None
        if heard.path.endswith(self.failing):
            return self.says
        if heard.path.endswith("session"):
            return result(session("idempotency", "internal-notes", "search"))
        return await PRODUCT(heard, line)


@asynccontextmanager
async def api_on(slow: Slow, timeout: float = 60) -> AsyncIterator[tuple[Api, FakeServer]]:
    """A console of that server, in a hurry."""
    async with running(slow) as server, Api(server.url, "k", timeout=timeout, budget=BUDGET) as api:
        yield api, server


async def test_silence_is_asked_again_until_the_budget_is_spent() -> None:
    async with api_on(Slow("getConversation"), timeout=0.05) as (api, server):
        with within(BUDGET), pytest.raises(errors.TimedOut) as raised:
            await api.conversations.get("a")

    assert not raised.value.may_have_arrived
    assert 1 < sum("getConversation" in heard.path for heard in server.heard) <= 3


async def test_the_last_attempt_has_what_is_left_and_the_whole_is_told() -> None:
    async with api_on(Slow("getConversation"), timeout=60) as (api, _):
        with within(BUDGET), pytest.raises(errors.TimedOut, match=r"did not answer within 0\.6 s"):
            await api.conversations.get("a")


async def test_the_probe_is_within_it() -> None:
    async with api_on(Slow("__probe__"), timeout=60) as (api, _):
        with within(BUDGET), pytest.raises(errors.TimedOut, match=r"within 0\.6 s") as raised:
            await api.messages.send(SEND)

    assert not raised.value.may_have_arrived


@pytest.mark.parametrize("given", [NOTE, SEND])
async def test_so_is_the_question_what_the_server_can(given: Send) -> None:
    async with api_on(Slow("session"), timeout=60) as (api, server):
        with within(BUDGET), pytest.raises(errors.TimedOut, match=r"within 0\.6 s") as raised:
            await api.messages.send(given, "local_1")

    assert not raised.value.may_have_arrived
    assert not any(heard.path.endswith("send") for heard in server.heard)


async def test_who_waits_for_another_ones_probe_waits_no_longer_than_its_own_budget() -> None:
    async with api_on(Slow("__probe__"), timeout=60) as (api, _):
        with within(BUDGET):
            ends = await asyncio.gather(*(api.conversations.get("a") for _ in range(5)), return_exceptions=True)

    assert all(isinstance(end, errors.TimedOut) for end in ends)


async def test_a_send_that_may_have_left_is_told_so_when_time_is_up() -> None:
    async with api_on(Slow("send"), timeout=60) as (api, server):
        with within(BUDGET), pytest.raises(errors.TimedOut, match="look before you try again") as raised:
            await api.messages.send(SEND)

    assert raised.value.may_have_arrived
    assert sum(heard.path.endswith("send") for heard in server.heard) == 1


@pytest.mark.parametrize("after", ["1", "5"])
async def test_a_wait_that_would_outlast_it_is_not_begun(after: str) -> None:
    busy = refusal(429, "TOO_MANY_REQUESTS", "slow down", retry_after=after)

    async with api_on(Slow(failing="getConversation", says=busy)) as (api, server):
        with within(0), pytest.raises(errors.TooManyRequests, match=f"Try again in {after} s") as raised:
            await api.conversations.get("a")

    assert raised.value.retry_after == float(after)
    assert sum("getConversation" in heard.path for heard in server.heard) == 1


async def test_a_fault_that_stays_is_told_as_itself() -> None:
    async with api_on(Slow(failing="getConversation")) as (api, _):
        with within(BUDGET), pytest.raises(errors.ServerFault, match="busy"):
            await api.conversations.get("a")


async def test_an_answer_that_trickles_does_not_outlast_it() -> None:
    async def trickling(heard: Heard, line: Line) -> bytes | None:
        if heard.path.endswith("__probe__"):
            return await PRODUCT(heard, line)
        await line.say(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
        await _trickle(line)
        return None

    async with running(trickling) as server, Api(server.url, "k", timeout=60, budget=BUDGET) as api:
        with within(BUDGET), pytest.raises(errors.TimedOut):
            await api.conversations.get("a")


async def test_a_stream_may_take_longer_but_its_refusal_may_not() -> None:
    async def streaming(heard: Heard, line: Line) -> bytes | None:
        if b"refused" in heard.body:
            await line.say(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 1000000\r\n\r\n")
            await _trickle(line)
            return None
        await line.say(STREAM_HEAD)
        for _ in range(20):
            await line.say(b": thinking\n\n")
            await asyncio.wait([asyncio.ensure_future(line.reader.read(1))], timeout=0.02)
        await line.say(b'data: {"type":"done","messageId":null,"text":"Hello"}\n\n')
        return None

    async with running(streaming) as server, Api(server.url, "k", timeout=0.2, budget=0.3) as api:
        asked = AiRequest(agent_id="a", conversation_id="c")
        assert [event async for event in api.ai.stream(asked)] == [AiDone(text="Hello")]
        with within(0.2), pytest.raises(errors.TimedOut):
            _ = [event async for event in api.ai.stream(asked.model_copy(update={"conversation_id": "refused"}))]


async def _trickle(line: Line) -> None:
    while not line.reader.at_eof():
        await line.say(b" ")
        await asyncio.wait([asyncio.ensure_future(line.reader.read(1))], timeout=0.01)


async def test_what_was_learnt_in_one_call_is_not_asked_in_the_next() -> None:
    async with running(Slow()) as server, Api(server.url, "k") as api:
        await api.messages.send(NOTE, "local_1")
        await api.messages.send(NOTE, "local_2")

    asked = [heard.path.rpartition("/")[2] for heard in server.heard]
    assert asked == ["__probe__", "v1.connect.session", "v1.connect.send", "v1.connect.send"]


async def test_closing_ends_even_what_only_waits() -> None:
    async with running(reply(503)) as server:
        api = Api(server.url, "k", budget=BUDGET)
        call = asyncio.create_task(api.conversations.get("a"))
        await server.was_asked.wait()
        await api.close()
        with within(BUDGET), pytest.raises(errors.ApiError):
            await call
