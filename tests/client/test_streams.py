"""The AI stream and the stream of events, on real sockets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest

from console.client import errors
from console.client.api import Api
from console.contract.ai import AiDelta, AiDone, AiError, AiRequest
from console.contract.events import ConversationDeleted, Resync
from tests.client.fakes import STREAM_HEAD, Answering, Heard, HostedProduct, Line, reply, result, running
from tests.client.values import session
from tests.wire import recorded
from tests.wire.recorded import V11_MORE

ASK = AiRequest(agent_id="agent_1", conversation_id="conv_1", last_message_id="msg_1")
DELTA = {"type": "delta", "delta": "Hello", "text": "Hello"}
DONE = {"type": "done", "messageId": "msg_2", "text": "Hello"}


def streaming(*events: Any, end: bytes = b"") -> Answering:
    """Answer with these events, then end the connection."""

    async def answering(heard: Heard, line: Line) -> bytes | None:
        if heard.path.endswith("__probe__") or heard.path.endswith("session"):
            return await HostedProduct()(heard, line)
        await line.say(STREAM_HEAD)
        for event in events:
            await line.say(event if isinstance(event, bytes) else f"data: {json.dumps(event)}\n\n".encode())
        await line.say(end)
        return None

    return answering


async def test_an_ai_answer_comes_as_it_is_made() -> None:
    async with running(streaming(DELTA, b": thinking\n\n", DONE)) as server, Api(server.url, "plato_k") as api:
        events = [event async for event in api.ai.stream(ASK)]

    assert events == [AiDelta(delta="Hello", text="Hello"), AiDone(message_id="msg_2", text="Hello")]
    heard = server.heard[0]
    assert (heard.method, heard.path) == ("POST", "/api/v1/connect/ai-stream")
    assert json.loads(heard.body) == {"agentId": "agent_1", "conversationId": "conv_1", "lastMessageId": "msg_1"}


async def test_an_ai_error_ends_the_stream() -> None:
    failing = streaming({"type": "error", "error": "Conversation not found."}, DELTA)

    async with running(failing) as server, Api(server.url, "k") as api:
        assert [event async for event in api.ai.stream(ASK)] == [AiError(error="Conversation not found.")]


async def test_an_ai_answer_without_an_end_is_dropped_and_what_came_is_kept() -> None:
    for end in (b"", b'data: {"type":"done"'):
        came = []
        async with running(streaming(DELTA, end=end)) as server, Api(server.url, "k") as api:
            with pytest.raises(errors.Dropped, match="broke off"):
                async for event in api.ai.stream(ASK):
                    came.append(event)
        assert came == [AiDelta(delta="Hello", text="Hello")]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (reply(403, {"message": "Missing permission: connect360:conversation:engage"}), errors.Forbidden),
        (reply(404, {"error": "Conversation not found."}), errors.NotFound),
        (reply(429, {"message": "slow"}, retry_after="3"), errors.TooManyRequests),
        (reply(200, {"type": "done"}), errors.NotUnderstood),
        (reply(307, location="/elsewhere"), errors.Redirected),
    ],
)
async def test_a_refused_ai_answer_is_typed(answer: bytes, kind: type[errors.ApiError]) -> None:
    async with running(answer) as server, Api(server.url, "k") as api:
        with pytest.raises(kind):
            _ = [event async for event in api.ai.stream(ASK)]


async def test_a_draft_is_never_asked_of_a_server_that_would_post_it() -> None:
    async with running(streaming(DONE)) as server, Api(server.url, "k") as api:
        with pytest.raises(errors.Unsupported, match="Nothing was asked"):
            _ = [event async for event in api.ai.stream(ASK.model_copy(update={"mode": "draft"}))]

    assert not any("ai-stream" in heard.path for heard in server.heard)


async def test_a_draft_is_streamed_where_drafts_are_known() -> None:
    drafting = streaming(DELTA, {"type": "done", "messageId": None, "text": "Hello"})

    async def answering(heard: Heard, line: Line) -> bytes | None:
        if heard.path.endswith("session"):
            return result(session("ai-drafts"))
        return await drafting(heard, line)

    async with running(answering) as server, Api(server.url, "k") as api:
        asked = AiRequest(agent_id="a", conversation_id="c", mode="draft", task="tone", tone="warm")
        events = [event async for event in api.ai.stream(asked)]

    assert events[-1] == AiDone(message_id=None, text="Hello")
    assert json.loads(server.heard[-1].body)["task"] == "tone"


def endless(left: asyncio.Event, *events: bytes) -> Answering:
    """Answer with these events and stay, until the client leaves."""

    async def answering(heard: Heard, line: Line) -> bytes | None:
        if heard.path.endswith("__probe__"):
            return await HostedProduct()(heard, line)
        await line.say(STREAM_HEAD + b"".join(events))
        await line.is_left()
        left.set()
        return None

    return answering


async def test_stopping_an_ai_answer_leaves_the_line() -> None:
    left = asyncio.Event()

    async with running(endless(left, f"data: {json.dumps(DELTA)}\n\n".encode())) as server, Api(server.url, "k") as api:
        async with aclosing(api.ai.stream(ASK)) as answer:
            async for _ in answer:
                break
        await asyncio.wait_for(left.wait(), 5)


async def test_a_cancelled_reader_of_events_leaves_the_line() -> None:
    left, reading = asyncio.Event(), asyncio.Event()

    async def read(api: Api) -> None:
        async for _ in api.events.follow(on_alive=reading.set):
            pass

    async with running(endless(left)) as server, Api(server.url, "k") as api:
        reader = asyncio.create_task(read(api))
        await reading.wait()
        reader.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reader
        await asyncio.wait_for(left.wait(), 5)


def deleted(id: str) -> bytes:
    """A tracked event."""
    value = {"id": id, "type": "conversation.deleted", "ids": [f"conv_{id}"]}
    return f"data: {json.dumps(value)}\nid: {id}\n\n".encode()


RETURN = b"event: return\ndata: \n\n"


async def all_of(events: AsyncIterator[Any]) -> list[Any]:
    """Every event, until the server says that it is over."""
    return [event async for event in events]


async def test_events_are_followed_from_where_they_were_left() -> None:
    said = [
        b"event: connected\ndata: {}\n\n",
        b"event: ping\ndata: \n\n",
        deleted("42"),
        b": comment\n\n",
        deleted("43"),
    ]

    async with running(streaming(*said, RETURN)) as server, Api(server.url, "plato_k") as api:
        events = await all_of(api.events.follow("41"))

    assert events == [
        ConversationDeleted(id="42", ids=("conv_42",)),
        ConversationDeleted(id="43", ids=("conv_43",)),
    ]
    heard = server.heard[-1]
    assert (heard.path, heard.given) == ("/api/trpc/v1.connect.events", {"lastEventId": "41"})
    assert heard.headers["accept"] == "text/event-stream"
    assert "plato_k" not in heard.target


async def test_events_are_followed_from_now_on() -> None:
    async with running(streaming(RETURN)) as server, Api(server.url, "k") as api:
        assert await all_of(api.events.follow(None)) == []

    assert server.heard[-1].given == {}


async def test_a_line_of_events_that_ends_by_itself_is_dropped() -> None:
    async with running(streaming(deleted("1"))) as server, Api(server.url, "k") as api:
        with pytest.raises(errors.Dropped):
            await all_of(api.events.follow(None))


async def test_a_line_of_events_that_is_silent_is_given_up() -> None:
    left = asyncio.Event()

    async with running(endless(left, deleted("1"))) as server, Api(server.url, "k") as api:
        with pytest.raises(errors.TimedOut):
            await all_of(api.events.follow(None, silence=0.1))


async def test_pings_keep_a_line_of_events() -> None:
    async def pinging(heard: Heard, line: Line) -> bytes | None:
        if heard.path.endswith("__probe__"):
            return await HostedProduct()(heard, line)
        await line.say(STREAM_HEAD)
        for _ in range(7):
            await asyncio.wait([asyncio.create_task(line.reader.read(1))], timeout=0.2)
            await line.say(b"event: ping\ndata: \n\n")
        await line.say(RETURN)
        return None

    async with running(pinging) as server, Api(server.url, "k") as api:
        assert await all_of(api.events.follow(None, silence=1.0)) == []


async def test_a_server_without_events_says_so() -> None:
    async with running(HostedProduct()) as server, Api(server.url, "k") as api:
        with pytest.raises(errors.NotFound) as raised:
            await all_of(api.events.follow(None))

    assert raised.value.code == "NOT_FOUND"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [(reply(502, b"<html>"), errors.ServerFault), (result({"type": "resync"}), errors.NotUnderstood)],
)
async def test_an_answer_that_is_no_stream_is_typed(answer: bytes, kind: type[errors.ApiError]) -> None:
    async with running(answer) as server, Api(server.url, "k", trpc_path="/t", transformer="none") as api:
        with pytest.raises(kind):
            await all_of(api.events.follow(None))


async def test_a_refusal_inside_a_stream_is_typed() -> None:
    report = recorded.answer(V11_MORE, "sse unauthorized (HTTP 200!)").body

    async with running(streaming(report)) as server, Api(server.url, "k") as api:
        with pytest.raises(errors.Unauthorized):
            await all_of(api.events.follow(None))


async def test_an_event_that_cannot_be_read_does_not_end_the_line() -> None:
    broken = b'data: {"id":"7","type":"message.created","message":5}\nid: 7\n\n'

    async with running(streaming(broken, deleted("8"), RETURN)) as server, Api(server.url, "k") as api:
        events = await all_of(api.events.follow("6"))

    assert events == [Resync(id="7"), ConversationDeleted(id="8", ids=("conv_8",))]
