"""The AI stream over real sockets: events as documented, errors before it and within it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from console.contract.errors import UNKNOWN_KEY
from console.server.ai.model import ModelSettings
from tests.server.fake_model import DONE, FakeModel
from tests.server.serving import serving
from tests.support.server import RunningServer, running_server
from tests.support.waiting import answer_of, eventually

STREAM = "/api/v1/connect/ai-stream"


class Caller:
    """A key at a server."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def call(self, procedure: str, wanted: dict[str, Any]) -> Any:
        """The answer of a mutation."""
        answer = await self.client.post(f"/api/trpc/v1.connect.{procedure}", json=wanted)
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]["data"]

    async def thread(self, conversation: str) -> list[dict[str, Any]]:
        """The messages of a conversation, newest first."""
        wanted = json.dumps({"conversationId": conversation})
        answer = await self.client.get("/api/trpc/v1.connect.listMessages", params={"input": wanted})
        messages: list[dict[str, Any]] = answer.json()["result"]["data"]["items"]
        return messages

    async def asked(self, text: str = "Do you deliver lamps to Oman?") -> tuple[str, str]:
        """A conversation in which a customer asks, and the message."""
        customer = {"customer": {"externalId": "jane", "name": "Jane"}, "channelIdentifier": "shop.example.com"}
        conversation = (await self.call("getOrCreateConversation", customer))["id"]
        said = {"conversationId": conversation, "content": {"en": text}, "sender": "customer"}
        return conversation, (await self.call("send", said))["id"]


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[RunningServer]:
    async with running_server(tmp_path / "workspace", pace=0) as running:
        yield running


@pytest.fixture
async def caller(server: RunningServer) -> AsyncIterator[Caller]:
    async with at(server) as client:
        yield Caller(client)


def at(server: RunningServer, role: Any = "admin", key: str | None = None, **more: Any) -> httpx.AsyncClient:
    headers = {"authorization": f"Bearer {key or server.key(role, **more)}"}
    return httpx.AsyncClient(base_url=server.url, headers=headers, timeout=10)


def events_in(body: str) -> list[dict[str, Any]]:
    """Every line is `data:`, a comment or empty: no names, no ids."""
    lines = [line for line in body.split("\n") if line and not line.startswith(":")]
    assert all(line.startswith("data: ") for line in lines)
    return [json.loads(line.removeprefix("data: ")) for line in lines]


async def test_a_reply_is_streamed_as_documented_and_posted(caller: Caller) -> None:
    await caller.call("saveArticle", {"name": "Delivery", "content": {"en": "We deliver lamps to Oman in five days."}})
    conversation, message = await caller.asked()
    wanted = {"agentId": "agent_knowledge", "conversationId": conversation, "lastMessageId": message}
    answer = await caller.client.post(STREAM, json=wanted)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    *deltas, done = events_in(answer.text)
    assert [set(delta) for delta in deltas] == [{"type", "delta", "text"}] * len(deltas)
    assert deltas[0] == {"type": "delta", "delta": "Thank ", "text": "Thank "}
    assert deltas[-1]["text"] == "".join(delta["delta"] for delta in deltas) == done["text"]
    assert done["text"] == "Thank you for your message. We deliver lamps to Oman in five days."
    posted = (await caller.thread(conversation))[0]
    assert done == {"type": "done", "messageId": posted["id"], "text": posted["content"]["en"]}
    assert posted["sender"]["kind"] == "agent"
    assert posted["sender"]["name"] == "Knowledge"


async def test_a_draft_posts_nothing(caller: Caller) -> None:
    conversation, _ = await caller.asked()
    wanted = {"agentId": "agent_knowledge", "conversationId": conversation, "mode": "draft"}
    *_, done = events_in((await caller.client.post(STREAM, json=wanted)).text)
    assert (done["type"], done["messageId"]) == ("done", None)
    assert len(await caller.thread(conversation)) == 1


async def test_the_agents_of_the_server_are_listed(caller: Caller) -> None:
    answer = await caller.client.get("/api/trpc/v1.connect.listAgents")
    assert [agent["id"] for agent in answer.json()["result"]["data"]["items"]] == ["agent_knowledge"]


async def test_a_conversation_that_is_missing_or_foreign_is_an_event(caller: Caller, server: RunningServer) -> None:
    conversation, message = await caller.asked()
    wanted = {"agentId": "agent_knowledge", "conversationId": conversation, "lastMessageId": message}
    async with at(server, workspace="Contoso") as stranger:
        foreign = await stranger.post(STREAM, json=wanted)
    missing = await caller.client.post(STREAM, json=wanted | {"conversationId": "conv_no"})
    for answer in (foreign, missing):
        assert answer.status_code == 200
        assert events_in(answer.text) == [{"type": "error", "error": "Conversation not found."}]


WRONG: tuple[tuple[dict[str, Any], int, str], ...] = (
    ({"agentId": None}, 400, "agentId must be a text"),
    ({"agentId": "agent_no"}, 404, "Agent not found."),
    ({"lastMessageId": None}, 400, "senderId is required unless it can be read from lastMessageId"),
    ({"channelId": "chan_no"}, 404, "Channel not found."),
    ({"lastMessageId": "msg_no"}, 404, "Message not found."),
    ({"senderId": "cus_no"}, 404, "Sender not found."),
    ({"surprise": 1}, 400, "unknown field: surprise"),
    ({"mode": "draft", "task": "sing"}, 400, "task must be"),
    ({"mode": "draft", "task": "tone", "text": "x" * 20_001}, 400, "text must be at most 20,000 characters"),
)


async def test_a_wrong_request_is_told_before_the_stream(caller: Caller) -> None:
    conversation, message = await caller.asked()
    for change, status, sentence in WRONG:
        wanted = {"agentId": "agent_knowledge", "conversationId": conversation, "lastMessageId": message} | change
        answer = await caller.client.post(STREAM, json=wanted)
        assert answer.status_code == status
        assert sentence in answer.json()["message"]


async def test_a_body_that_is_no_request_is_refused(caller: Caller) -> None:
    for content_type, body, status in (
        ("application/json", b"{", 400),
        ("application/json", b"[]", 400),
        ("application/json", b"\xff", 400),
        ("text/plain", b"{}", 415),
        ("application/json", b'"' + b"x" * 300_000 + b'"', 413),
    ):
        answer = await caller.client.post(STREAM, content=body, headers={"content-type": content_type})
        assert answer.status_code == status, body[:10]
        assert answer.json()["message"]


async def test_who_may_not_is_told_in_the_documented_words(server: RunningServer) -> None:
    async with at(server, "viewer") as viewer:
        answer = await viewer.post(STREAM, json={})
        assert (answer.status_code, answer.json()) == (
            403,
            {"message": "Missing permission: connect360:conversation:engage"},
        )
        answer = await viewer.post(STREAM, json={}, headers={"authorization": "Bearer plato_wrong"})
        assert (answer.status_code, answer.json()) == (401, {"error": "Unauthorized API key."})
        answer = await viewer.post(STREAM, json={}, headers={"authorization": ""})
        assert (answer.status_code, answer.json()) == (401, {"message": "No apiKey provided."})


async def test_a_message_sent_with_an_agent_is_answered(caller: Caller) -> None:
    conversation, _ = await caller.asked()
    asked = {
        "conversationId": conversation,
        "content": {"en": "Anybody there?"},
        "sender": "customer",
        "ai": {"agentId": "agent_knowledge"},
    }
    await caller.call("send", asked)
    await answer_of(lambda: caller.thread(conversation), lambda thread: thread[0]["sender"]["kind"] == "agent")


async def test_an_internal_note_is_never_answered_to_the_customer(caller: Caller) -> None:
    conversation, _ = await caller.asked()
    note = {
        "conversationId": conversation,
        "content": {"en": "She is a thief."},
        "flags": ["internal-note"],
        "ai": {"agentId": "agent_knowledge"},
    }
    answer = await caller.client.post("/api/trpc/v1.connect.send", json=note)
    assert answer.status_code == 400
    assert "internal note" in answer.json()["error"]["message"]
    assert len(await caller.thread(conversation)) == 1


async def test_a_model_streams_through_and_its_break_is_an_event(tmp_path: Path) -> None:
    model = FakeModel(["It is ", "on its way", DONE])
    async with serving(model.app) as address:
        settings = ModelSettings(f"{address}/v1", "small", "sk-secret", name="small")
        async with running_server(tmp_path / "workspace", models=(settings,)) as server, at(server) as client:
            caller = Caller(client)
            conversation, _ = await caller.asked("Where is it?")
            wanted = {"agentId": "agent_model", "conversationId": conversation, "mode": "draft"}
            *_, done = events_in((await client.post(STREAM, json=wanted)).text)
            assert done["text"] == "It is on its way"
            assert model.asked[0]["messages"][1:] == [{"role": "user", "content": "Where is it?"}]
            model.script = ["It is "]
            *_, delta, error = events_in((await client.post(STREAM, json=wanted)).text)
            assert delta["text"] == "It is "
            assert error == {"type": "error", "error": "The model broke off before it was done. Try again."}


async def test_a_reader_that_leaves_stops_the_model_and_posts_nothing(tmp_path: Path) -> None:
    model = FakeModel(["First", asyncio.Event()])
    async with serving(model.app) as address:
        settings = ModelSettings(f"{address}/v1", "small")
        async with running_server(tmp_path / "workspace", models=(settings,)) as server, at(server) as client:
            caller = Caller(client)
            conversation, message = await caller.asked()
            wanted = {"agentId": "agent_model", "conversationId": conversation, "lastMessageId": message}
            async with client.stream("POST", STREAM, json=wanted) as answer:
                assert "First" in await anext(answer.aiter_text())
            await asyncio.wait_for(model.left.wait(), 1)
            assert len(await caller.thread(conversation)) == 1


async def test_a_reader_that_leaves_before_the_first_word_stops_the_model_too(tmp_path: Path) -> None:
    model = FakeModel([asyncio.Event()])
    async with serving(model.app) as address:
        settings = ModelSettings(f"{address}/v1", "small")
        async with running_server(tmp_path / "workspace", models=(settings,)) as server, at(server) as client:
            caller = Caller(client)
            conversation, message = await caller.asked()
            wanted = {"agentId": "agent_model", "conversationId": conversation, "lastMessageId": message}
            async with client.stream("POST", STREAM, json=wanted) as answer:
                assert answer.status_code == 200
                await eventually(lambda: bool(model.asked))
            await asyncio.wait_for(model.left.wait(), 1)
            assert len(await caller.thread(conversation)) == 1


async def test_a_revoked_key_ends_an_answer_within_a_second_and_posts_nothing(tmp_path: Path) -> None:
    model = FakeModel(["First", asyncio.Event()])
    async with serving(model.app) as address:
        settings = ModelSettings(f"{address}/v1", "small")
        async with running_server(tmp_path / "workspace", models=(settings,)) as server:
            doomed = server.key("agent")
            async with at(server) as client, at(server, key=doomed) as goes:
                conversation, message = await Caller(client).asked()
                wanted = {"agentId": "agent_model", "conversationId": conversation, "lastMessageId": message}
                async with goes.stream("POST", STREAM, json=wanted) as answer:
                    pieces = answer.aiter_text()
                    assert "First" in await anext(pieces)
                    server.revoke(doomed)
                    async with asyncio.timeout(1):
                        rest = "".join([piece async for piece in pieces])
                assert events_in(rest) == [{"type": "error", "error": UNKNOWN_KEY}]
                await asyncio.wait_for(model.left.wait(), 5)
                assert len(await Caller(client).thread(conversation)) == 1


async def test_a_key_revoked_after_sending_has_no_agent_answer(tmp_path: Path) -> None:
    model = FakeModel(["First", asyncio.Event()])
    async with serving(model.app) as address:
        settings = ModelSettings(f"{address}/v1", "small")
        async with running_server(tmp_path / "workspace", models=(settings,)) as server:
            doomed = server.key("agent")
            async with at(server, key=doomed) as goes:
                conversation, _ = await Caller(goes).asked()
                said = {"conversationId": conversation, "content": {"en": "Hello?"}, "ai": {"agentId": "agent_model"}}
                await Caller(goes).call("send", said)
                await eventually(lambda: bool(model.asked))
                server.revoke(doomed)
                await asyncio.wait_for(model.left.wait(), 2)


async def test_a_server_that_stops_ends_its_streams(tmp_path: Path) -> None:
    model = FakeModel(["First", asyncio.Event()])
    async with serving(model.app) as address:
        settings = ModelSettings(f"{address}/v1", "small")
        async with running_server(tmp_path / "workspace", models=(settings,)) as server, at(server) as client:
            conversation, _ = await Caller(client).asked()
            wanted = {"agentId": "agent_model", "conversationId": conversation, "mode": "draft"}
            async with client.stream("POST", STREAM, json=wanted) as answer:
                pieces = answer.aiter_text()
                await anext(pieces)
                await asyncio.wait_for(server.stop(), 8)
                with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError, StopAsyncIteration)):
                    await anext(pieces)
            await asyncio.wait_for(model.left.wait(), 5)
