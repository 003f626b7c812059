"""Our client against a server that has what the product documents, and nothing more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from console.client import errors
from console.client.api import Api
from console.contract.ai import AiDelta, AiDone, AiError, AiRequest
from console.contract.base import EARLIEST
from console.contract.inputs import (
    ClaimGuestConversations,
    CreateSubConversation,
    CustomerInput,
    GetOrCreateConversation,
    ListConversations,
    Send,
    UpdateConversation,
)
from console.contract.shapes import NOTE_FLAG, Conversation, Customer
from console.state.changes import (
    ConversationsAnswered,
    MessagesAnswered,
    MetadataHoped,
    MetadataSettled,
    SessionAnswered,
)
from console.state.store import Store
from tests.hosted.hosted import AGENT, AGENT_REPLY, Answers, Hosted, HostedProcess
from tests.support.waiting import answer_of
from tests.wire.node import Transformer

pytestmark = pytest.mark.asyncio(loop_scope="module")

SHOP = "shop.example.com"
JANE = CustomerInput(external_id="web-user-123", name="Jane Cooper", email="jane@example.com")
OPEN_JANE = GetOrCreateConversation(customer=JANE, channel_identifier=SHOP)


@pytest_asyncio.fixture(loop_scope="module")
async def hosted(process: HostedProcess) -> Hosted:
    """A stand-in that answers as little as it may."""
    return await process.serve(answers="bare")


@pytest_asyncio.fixture(loop_scope="module")
async def api(hosted: Hosted) -> AsyncIterator[Api]:
    """Our client on it."""
    async with Api(hosted.url, hosted.key) as api:
        yield api


def said(conversation: Conversation, text: str, **more: Any) -> Send:
    """A message in English."""
    return Send(conversation_id=conversation.id, content={"en": text}, **more)


@pytest.mark.parametrize("answers", ["full", "bare"])
@pytest.mark.parametrize("transformer", ["plain", "superjson"])
@pytest.mark.parametrize(("path", "trpc_path"), [("/trpc", "auto"), ("/connect/v2/rpc", "connect/v2/rpc")])
async def test_what_is_documented_is_done_wherever_it_is_mounted(
    tmp_path: Path, process: HostedProcess, path: str, trpc_path: str, transformer: Transformer, answers: Answers
) -> None:
    (receipt := tmp_path / "receipt.pdf").write_bytes(b"%PDF-1.7")
    hosted = await process.serve(path, transformer, answers)
    async with Api(hosted.url, hosted.key, trpc_path=trpc_path) as api:
        made = await api.conversations.get_or_create(OPEN_JANE)
        again = await api.conversations.get_or_create(OPEN_JANE)
        below = await api.conversations.create_sub(CreateSubConversation(parent_id=made.id, name="Order #1042 ليلى"))
        (file,) = await api.files.upload([receipt])
        await api.files.download(file.s3_key, tmp_path / "came back.pdf")
        sent = await api.messages.send(said(below, "Here is the receipt.", attachment_ids=[file.id]))
        page = await api.messages.list(below.id)
        resolved = await api.conversations.update(UpdateConversation(id=made.id, metadata={"status": "resolved"}))
        gone = await api.conversations.delete(below.id)
        stored = await hosted.stored()

    assert again == made
    assert made.customer is not None
    assert (made.customer.external_id, made.customer.name) == ("web-user-123", "Jane Cooper")
    assert (below.parent_id, below.name) == (made.id, "Order #1042 ليلى")
    assert (tmp_path / "came back.pdf").read_bytes() == b"%PDF-1.7"
    assert page.items == (sent,)
    assert (sent.sender.name, sent.content, sent.attachments) == (
        "Maya Okafor",
        {"en": "Here is the receipt."},
        (file,),
    )
    assert resolved.metadata == {"status": "resolved"}
    assert gone.id == below.id
    assert [one["id"] for one in stored.conversations] == [made.id]
    assert stored.messages == []


async def test_what_is_not_documented_is_not_there(api: Api) -> None:
    for call in (
        api.session.get(),
        api.conversations.list(ListConversations()),
        api.conversations.get("x"),
        api.directory.agents(),
    ):
        with pytest.raises(errors.NotFound) as raised:
            await call
        assert raised.value.code == "NOT_FOUND"
    with pytest.raises(errors.NotFound):
        async with aclosing(api.events.follow()) as events:
            await anext(events)
    assert (await api.session.capabilities()).features == frozenset()


async def test_a_bare_answer_is_a_conversation_without_times(api: Api) -> None:
    made = await api.conversations.get_or_create(OPEN_JANE)

    assert (made.name, made.metadata, made.participants, made.channels) == (None, {}, (), ())
    assert (made.created_at, made.updated_at, made.last_message) == (EARLIEST, EARLIEST, None)


async def test_what_was_asked_for_is_known_of_a_conversation_that_is_no_more_than_an_id(process: HostedProcess) -> None:
    hosted = await process.serve(answers="id")
    async with Api(hosted.url, hosted.key) as api:
        made = await api.conversations.get_or_create(OPEN_JANE)
        below = await api.conversations.create_sub(CreateSubConversation(parent_id=made.id, name="Order"))
        moved = await api.conversations.update(UpdateConversation(id=below.id, name="Lamp", parent_id=None))

    assert made.customer == Customer(**JANE.model_dump(exclude_unset=True))
    assert (below.parent_id, below.name) == (made.id, "Order")
    assert (moved.parent_id, moved.name, moved.model_fields_set) == (None, "Lamp", {"id", "name", "parent_id"})


async def test_the_store_learns_from_messages_what_the_server_does_not_list(process: HostedProcess) -> None:
    hosted = await process.serve(answers="id")
    store = Store(datetime.now(UTC))
    store.apply(SessionAnswered(None))
    async with Api(hosted.url, hosted.key) as api:
        asked = store.asking()
        made = await api.conversations.get_or_create(OPEN_JANE)
        store.apply(ConversationsAnswered((made,), asked))
        await hosted.write(made.id, "Lambam nerede?", language="tr")
        page = await api.messages.list(made.id)
        store.apply(MessagesAnswered(made.id, page))

        asked = store.asking()
        store.apply(MetadataHoped(made.id, "t", {"priority": "high"}))
        changed = await api.conversations.update(UpdateConversation(id=made.id, metadata={"priority": "high"}))
        store.apply(MetadataSettled(made.id, "t", changed, asked))

    (row,) = store.outline.rows()
    assert (row.name, row.last_text, row.priority) == ("Jane Cooper", "Lambam nerede?", "high")
    assert row.at == row.waiting_since == page.items[0].created_at
    assert row.customer is not None
    assert row.customer.language == "tr"


async def test_a_note_is_not_sent_where_a_customer_would_read_it(hosted: Hosted, api: Api) -> None:
    talk = await api.conversations.get_or_create(OPEN_JANE)

    with pytest.raises(errors.Unsupported, match="internal notes"):
        await api.messages.send(said(talk, "Two left in stock.", flags=[NOTE_FLAG]))
    assert (await hosted.stored()).calls("send") == 0


async def test_deleting_is_refused_until_the_role_allows_it(hosted: Hosted, api: Api) -> None:
    talk = await api.conversations.get_or_create(OPEN_JANE)
    await hosted.refuse("connect360:conversation:delete")

    with pytest.raises(errors.Forbidden) as raised:
        await api.conversations.delete(talk.id)
    assert raised.value.permission == "connect360:conversation:delete"
    assert len((await hosted.stored()).conversations) == 1

    await hosted.allow("connect360:conversation:delete")
    await api.conversations.delete(talk.id)
    assert (await hosted.stored()).conversations == []


async def test_a_message_sent_twice_is_two_messages_whatever_key_it_has(hosted: Hosted, api: Api) -> None:
    talk = await api.conversations.get_or_create(OPEN_JANE)

    first = await api.messages.send(said(talk, "Hello"), "local_1")
    second = await api.messages.send(said(talk, "Hello"), "local_1")

    assert first.id != second.id
    assert (await hosted.stored()).texts(talk.id) == ["Hello", "Hello"]


async def test_an_answer_that_is_late_is_of_a_message_that_arrived(hosted: Hosted) -> None:
    async with Api(hosted.url, hosted.key, timeout=0.3) as api:
        talk = await api.conversations.get_or_create(OPEN_JANE)
        await hosted.delay(answers=5)

        with pytest.raises(errors.TimedOut) as raised:
            await api.messages.send(said(talk, "Hello"))

    assert raised.value.may_have_arrived
    assert (await hosted.stored()).texts(talk.id) == ["Hello"]


async def test_a_thread_has_everybodys_messages_newest_first(hosted: Hosted, api: Api) -> None:
    talk = await api.conversations.get_or_create(OPEN_JANE)
    await hosted.write(talk.id, "Nerede?", language="tr")
    await hosted.write(talk.id, "I look into it.", sender="member")
    mine = await api.messages.send(said(talk, "Found it."))
    await api.messages.send(said(talk, "Thanks", sender="customer"))

    newest = await api.messages.list(talk.id, limit=3)
    older = await api.messages.list(talk.id, limit=3, cursor=newest.next_cursor)

    thread = (*newest.items, *older.items)
    assert [next(iter(one.content.values())) for one in thread] == ["Thanks", "Found it.", "I look into it.", "Nerede?"]
    assert [one.sender.kind for one in thread] == ["customer", "member", "member", "customer"]
    assert thread[2].sender.id != mine.sender.id
    assert older.next_cursor is None


async def test_an_ai_answer_is_posted_when_it_is_done(hosted: Hosted, api: Api) -> None:
    talk = await api.conversations.get_or_create(OPEN_JANE)
    asking = await hosted.write(talk.id, "Hello?")
    given = AiRequest(agent_id=AGENT, conversation_id=talk.id, last_message_id=asking)

    came = [event async for event in api.ai.stream(given)]
    (newest, _) = (await api.messages.list(talk.id)).items

    assert [type(event) for event in came] == [AiDelta] * len(AGENT_REPLY.split()) + [AiDone]
    assert came[-1] == AiDone(message_id=newest.id, text=AGENT_REPLY)
    assert (newest.sender.kind, newest.content) == ("agent", {"en": AGENT_REPLY})
    with pytest.raises(errors.Unsupported, match="AI drafts"):
        await anext(api.ai.stream(given.model_copy(update={"mode": "draft"})))


async def test_an_ai_answer_is_posted_though_nobody_waits_for_it(hosted: Hosted, api: Api) -> None:
    talk = await api.conversations.get_or_create(OPEN_JANE)
    asking = await hosted.write(talk.id, "Hello?")
    await hosted.delay(ai=0.02)

    async with aclosing(
        api.ai.stream(AiRequest(agent_id=AGENT, conversation_id=talk.id, last_message_id=asking))
    ) as words:
        assert isinstance(await anext(words), AiDelta)
    await api.messages.send(said(talk, "And mine", ai={"agent_id": AGENT}))

    stored = await answer_of(hosted.stored, lambda stored: len(stored.messages) == 4)
    assert sorted(stored.texts(talk.id)) == sorted(["Hello?", "And mine", AGENT_REPLY, AGENT_REPLY])


async def test_an_ai_answer_needs_who_asks_and_where(hosted: Hosted, api: Api) -> None:
    nowhere = await api.conversations.get_or_create(GetOrCreateConversation(customer=JANE))
    asking = await hosted.write(nowhere.id, "Hello?")
    given = AiRequest(agent_id=AGENT, conversation_id=nowhere.id)

    for lacking, word in ((given, "senderId"), (given.model_copy(update={"last_message_id": asking}), "channelId")):
        with pytest.raises(errors.BadRequest, match=word):
            await anext(api.ai.stream(lacking))
    unknown = AiRequest(agent_id=AGENT, conversation_id="x")
    assert await anext(api.ai.stream(unknown)) == AiError(error="Conversation not found.")


async def test_metadata_merges_key_by_key_and_null_takes_one_away(api: Api) -> None:
    talk = await api.conversations.get_or_create(OPEN_JANE.model_copy(update={"metadata": {"a": 1, "b": {"c": 2}}}))

    changed = await api.conversations.update(UpdateConversation(id=talk.id, metadata={"a": None, "b": {"d": 3}}))

    assert changed.metadata == {"b": {"d": 3}}


async def test_a_conversation_does_not_come_below_itself(api: Api) -> None:
    top = await api.conversations.get_or_create(OPEN_JANE)
    below = await api.conversations.create_sub(CreateSubConversation(parent_id=top.id))

    with pytest.raises(errors.BadRequest):
        await api.conversations.update(UpdateConversation(id=top.id, parent_id=below.id))
    assert (await api.conversations.update(UpdateConversation(id=below.id, parent_id=None))).parent_id is None


async def test_a_guests_conversation_is_given_to_the_customer(api: Api) -> None:
    guest = CustomerInput(external_id="guest_1", metadata={"fingerprint": "browser-1"})
    await api.conversations.get_or_create(GetOrCreateConversation(customer=guest))
    known = await api.conversations.get_or_create(OPEN_JANE)

    claimed = await api.conversations.claim(
        ClaimGuestConversations(fingerprint="browser-1", customer=JANE, target_parent_id=known.id)
    )

    assert (claimed.claimed, claimed.reparented) == (1, 1)


async def test_what_is_wrong_is_refused_in_the_documented_words(hosted: Hosted, api: Api, tmp_path: Path) -> None:
    talk = await api.conversations.get_or_create(OPEN_JANE)
    (file := tmp_path / "a.txt").write_bytes(b"a")

    with pytest.raises(errors.BadRequest, match='"createdAt"'):
        await api.messages.send(said(talk, "Long ago", created_at="2020-01-01T00:00:00Z"))
    with pytest.raises(errors.BadRequest, match="content, attachmentIds or templateId"):
        await api.messages.send(Send(conversation_id=talk.id))
    with pytest.raises(errors.NotFound, match="Conversation not found"):
        await api.messages.list("conv_of_another_workspace")
    with pytest.raises(errors.NotFound, match="File not found"):
        await api.files.download("workspace/another.pdf", tmp_path / "b")
    await hosted.refuse("connect360:conversation:engage")
    with pytest.raises(errors.Forbidden, match="connect360:conversation:engage"):
        await api.files.upload([file])
    async with Api(hosted.url, "plato_nobodys") as stranger:
        with pytest.raises(errors.Unauthorized, match="Unauthorized API key"):
            await stranger.messages.list(talk.id)


async def test_the_rest_half_answers_as_it_is_documented(hosted: Hosted) -> None:
    files, stream = f"{hosted.url}/api/v1/connect/attachments", f"{hosted.url}/api/v1/connect/ai-stream"
    key = {"x-api-key": hosted.key}
    six = [("any", ("a b.txt", b"a", "text/plain"))] * 6
    large = [("any", ("a.bin", bytes(25 * 1024**2 + 1), "text/plain"))]
    async with httpx.AsyncClient() as http:
        answers = await asyncio.gather(
            http.post(files, files=six[:1]),
            http.post(files, files=six[:1], headers={"authorization": "Bearer plato_nobodys"}),
            http.post(files, files=six, headers=key),
            http.post(files, files=large, headers=key),
            http.post(files, json={}, headers=key),
            http.post(stream, json={"agentId": AGENT, "conversationId": "x", "mode": "draft"}, headers=key),
            http.get(f"{hosted.url}/api/v1/connect/anything", headers=key),
        )
        taken = await http.post(files, files=six[:1], headers=key)
        (file,) = taken.json()["files"]

    assert [one.status_code for one in answers] == [401, 401, 400, 413, 400, 400, 404]
    assert answers[0].json() == {"message": "No apiKey provided."}
    assert answers[1].json() == {"error": "Unauthorized API key."}
    assert "mode" in answers[5].json()["message"]
    assert answers[6].headers["content-type"].startswith("text/html")
    assert set(file) == {"id", "name", "s3Key", "type", "url"}
    assert (file["name"], file["type"]) == ("a-b.txt", "text/plain")
    assert (await hosted.stored()).files == [{**file, "size": 1}]
