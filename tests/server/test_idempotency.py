"""One key, one effect: what a client that never got the answer may safely do again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.server.calling import Refused, Talk
from tests.support.server import RunningServer, running_server

KEY = {"Idempotency-Key": "local_01"}


class Time:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        """The moment."""
        return self.now


@pytest.fixture
def time() -> Time:
    """The server's clock."""
    return Time()


@pytest.fixture
async def server(tmp_path: Path, time: Time) -> AsyncIterator[RunningServer]:
    """A server with that clock."""
    async with running_server(tmp_path / "data", clock=time) as running:
        yield running


async def count(talk: Talk, conversation: str) -> int:
    """How many messages a conversation has."""
    return len((await talk.call("listMessages", conversationId=conversation, limit=100))["items"])


async def test_the_same_call_again_gets_the_first_answer_and_does_nothing(agent: Talk, server: RunningServer) -> None:
    top = (await agent.customer())["id"]
    wanted = {"conversationId": top, "content": {"en": "Hello"}}
    first = await agent.call("send", KEY, **wanted)
    assert await agent.call("send", KEY, **dict(reversed(wanted.items()))) == first
    await server.stop()
    await server.start()
    assert await agent.call("send", KEY, **wanted) == first
    assert await count(agent, top) == 1


async def test_many_at_once_are_one(agent: Talk) -> None:
    top = (await agent.customer())["id"]
    wanted = {"conversationId": top, "content": {"en": "Hello"}}
    sent = await asyncio.gather(*(agent.call("send", KEY, **wanted) for _ in range(10)))
    assert len({message["id"] for message in sent}) == 1
    assert await count(agent, top) == 1


async def test_the_key_for_another_call_is_refused(agent: Talk) -> None:
    top = (await agent.customer())["id"]
    await agent.call("send", KEY, conversationId=top, content={"en": "Hello"})
    with pytest.raises(Refused, match="422 This Idempotency-Key was used for another call"):
        await agent.call("send", KEY, conversationId=top, content={"en": "Goodbye"})
    with pytest.raises(Refused, match="422"):
        await agent.call("updateConversation", KEY, id=top, name="x")
    assert await count(agent, top) == 1


async def test_what_was_refused_may_be_tried_again_under_its_key(agent: Talk) -> None:
    top = (await agent.customer())["id"]
    with pytest.raises(Refused, match="404"):
        await agent.call("send", KEY, conversationId="conv_none", content={"en": "x"})
    assert (await agent.call("send", KEY, conversationId=top, content={"en": "x"}))["conversationId"] == top


async def test_keys_of_others_are_others(agent: Talk, foreign: Talk, admin: Talk) -> None:
    for talk in (agent, admin, foreign):
        top = (await talk.customer())["id"]
        assert (await talk.call("send", KEY, conversationId=top, content={"en": "x"}))["conversationId"] == top


async def test_an_answer_is_kept_for_a_day(agent: Talk, time: Time) -> None:
    top = (await agent.customer())["id"]
    wanted = {"conversationId": top, "content": {"en": "Hello"}}
    first = await agent.call("send", KEY, **wanted)
    time.now += timedelta(hours=23, minutes=59)
    assert await agent.call("send", KEY, **wanted) == first
    time.now += timedelta(minutes=2)
    assert await agent.call("send", KEY, **wanted) != first


async def test_every_mutation_takes_a_key(admin: Talk) -> None:
    top = await admin.customer()
    made = [await admin.call("createSubConversation", KEY, parentId=top["id"]) for _ in range(2)]
    assert made[0] == made[1]
    deleting = {"idempotency-key": "x"}
    gone = [await admin.call("deleteConversation", deleting, id=made[0]["id"]) for _ in range(2)]
    assert gone == [{"id": made[0]["id"], "deleted": 1}] * 2


@pytest.mark.parametrize("key", ["", "x" * 201])
async def test_an_odd_key_is_refused(agent: Talk, key: str) -> None:
    with pytest.raises(Refused, match="400 Idempotency-Key must be 1 to 200 characters"):
        await agent.call("getOrCreateConversation", {"Idempotency-Key": key}, customer={})


async def test_a_batch_under_a_key_is_refused(agent: Talk) -> None:
    path = "/api/trpc/v1.connect.getOrCreateConversation,v1.connect.getOrCreateConversation?batch=1"
    answer = await agent.http.post(path, json={"0": {"customer": {}}, "1": {"customer": {}}}, headers=KEY)
    assert answer.status_code == 400
    assert (await agent.call("listConversations"))["items"] == []


async def test_what_was_deleted_cannot_be_read_through_its_key(admin: Talk) -> None:
    top = (await admin.customer())["id"]
    wanted = {"conversationId": top, "content": {"en": "A secret"}}
    await admin.call("send", KEY, **wanted)
    await admin.call("updateConversation", {"Idempotency-Key": "local_02"}, id=top, name="A secret too")
    await admin.call("deleteConversation", id=top)
    with pytest.raises(Refused, match="404 Conversation not found"):
        await admin.call("send", KEY, **wanted)
    with pytest.raises(Refused, match="404 Conversation not found"):
        await admin.call("updateConversation", {"Idempotency-Key": "local_02"}, id=top, name="A secret too")


async def test_what_was_deleted_meanwhile_is_not_made_anew_by_a_repetition(admin: Talk) -> None:
    once = {"idempotency-key": "once"}
    wanted = {"customer": {"externalId": "gone", "name": "A name that nobody may read again"}}
    made = await admin.call("getOrCreateConversation", once, **wanted)
    await admin.call("deleteConversation", id=made["id"])
    with pytest.raises(Refused, match="404 Conversation not found"):
        await admin.call("getOrCreateConversation", once, **wanted)
    assert (await admin.call("getOrCreateConversation", **wanted))["id"] != made["id"]
