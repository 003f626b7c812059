"""The client and our own server, over a real socket: what each believes of the contract is the same."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Any, Literal

import pytest
import stamina

from console.client import errors
from console.client.api import Api
from console.contract.ai import AiDelta, AiDone, AiRequest
from console.contract.errors import UNKNOWN_KEY
from console.contract.events import Event, MessageCreated, PresenceUpdated
from console.contract.inputs import (
    CreateSubConversation,
    CustomerInput,
    GetOrCreateConversation,
    ListAuditLog,
    ListConversations,
    SearchMessages,
    Send,
    UpdateConversation,
)
from tests.support.server import RunningServer, running_server

JANE = GetOrCreateConversation(customer=CustomerInput(external_id="web-user-123", name="Jane Cooper"))


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[RunningServer]:
    """A server of its own."""
    async with running_server(tmp_path / "server") as server:
        yield server


@pytest.fixture
async def api(server: RunningServer) -> AsyncIterator[Api]:
    """An administrator's view of it."""
    async with Api(server.url, server.key("admin")) as api:
        yield api


async def test_the_session_says_what_the_server_can(api: Api) -> None:
    session = await api.session.get()

    assert session.member.name == "Maya Okafor"
    assert {"events", "idempotency", "internal-notes", "ai-drafts"} <= set(session.features)
    assert api.latency_ms is not None


@pytest.mark.parametrize("transformer", ["none", "superjson"])
async def test_a_conversation_lives_in_either_transformer(
    server: RunningServer, transformer: Literal["none", "superjson"]
) -> None:
    async with Api(server.url, server.key("admin"), transformer=transformer) as api:
        made = await api.conversations.get_or_create(JANE)
        again = await api.conversations.get_or_create(JANE)
        below = await api.conversations.create_sub(CreateSubConversation(parent_id=made.id, name="Order #1042 ليلى"))
        renamed = await api.conversations.update(UpdateConversation(id=below.id, name="Lamp", parent_id=None))
        top = await api.conversations.list(ListConversations())
        gone = await api.conversations.delete(below.id)
        with pytest.raises(errors.NotFound):
            await api.conversations.get(below.id)

    assert made.id == again.id
    assert below.parent_id == made.id
    assert (renamed.name, renamed.parent_id) == ("Lamp", None)
    assert {one.id for one in top.items} == {made.id, below.id}
    assert (gone.id, gone.deleted) == (below.id, 1)


async def test_a_message_sent_twice_with_one_key_is_one_message(api: Api) -> None:
    talk = await api.conversations.get_or_create(JANE)
    given = Send(conversation_id=talk.id, content={"en": "Hello \u2028 \x1b[2J ليلى"})

    first = await api.messages.send(given, "local_1")
    second = await api.messages.send(given, "local_1")
    page = await api.messages.list(talk.id)

    assert first == second
    assert [one.content for one in page.items] == [given.content]
    with pytest.raises(errors.BadRequest) as raised:
        await api.messages.send(Send(conversation_id=talk.id, content={"en": "Other"}), "local_1")
    assert raised.value.status == 422


async def test_a_thread_is_read_page_by_page_and_marked_as_read(api: Api) -> None:
    talk = await api.conversations.get_or_create(JANE)
    for number in range(5):
        given = Send(conversation_id=talk.id, content={"en": str(number)}, sender="customer", customer=JANE.customer)
        await api.messages.send(given)

    newest = await api.messages.list(talk.id, limit=3)
    older = await api.messages.list(talk.id, limit=3, cursor=newest.next_cursor)

    assert [one.content["en"] for one in (*newest.items, *older.items)] == ["4", "3", "2", "1", "0"]
    assert older.next_cursor is None
    assert (await api.conversations.get(talk.id)).unread_count == 5
    assert await api.conversations.mark_read(talk.id, newest.items[0].id) == 0


async def test_a_word_is_found_where_it_stands(api: Api) -> None:
    made = await api.conversations.get_or_create(JANE)
    said = await api.messages.send(Send(conversation_id=made.id, content={"en": "My parcel never came"}))

    found = await api.messages.search(SearchMessages(query="parcel"))

    assert [hit.message for hit in found.items] == [said]
    assert found.items[0].conversation.id == made.id
    assert (await api.messages.search(SearchMessages(query="nowhere"))).items == ()


async def test_a_customer_is_known_with_channels_and_conversations(api: Api) -> None:
    made = await api.conversations.get_or_create(JANE.model_copy(update={"channel_identifier": "shop.example.com"}))
    assert made.customer is not None
    assert made.customer.id is not None

    found = await api.directory.customer(made.customer.id)

    assert (found.name, [one.id for one in found.conversations]) == ("Jane Cooper", [made.id])
    assert await api.directory.channels() == made.channels


async def test_the_log_says_what_was_done(api: Api) -> None:
    made = await api.conversations.get_or_create(JANE)

    page = await api.directory.audit_log(ListAuditLog(target_id=made.id))

    assert [(entry.action, entry.actor.name) for entry in page.items] == [("getOrCreateConversation", "Maya Okafor")]


async def test_colleagues_are_told_who_looks_at_what(server: RunningServer, api: Api) -> None:
    made = await api.conversations.get_or_create(JANE)
    async with Api(server.url, server.key("agent", "Omar Haddad")) as omar, aclosing(api.events.follow()) as stream:
        first = asyncio.ensure_future(anext(stream))
        await omar.conversations.set_presence(made.id, "typing")
        told = await asyncio.wait_for(first, 10)
        assert isinstance(told, PresenceUpdated)
        assert (told.conversation_id, told.state, told.id) == (made.id, "typing", None)
        await omar.conversations.set_presence(None)
        left = await asyncio.wait_for(anext(stream), 10)
    assert isinstance(left, PresenceUpdated)
    assert (left.conversation_id, left.member_id) == (None, told.member_id)


async def test_files_go_up_and_come_down_as_they_were(api: Api, tmp_path: Path) -> None:
    photo = tmp_path / "lämp & co.bin"
    photo.write_bytes(os.urandom(200_000))
    talk = await api.conversations.get_or_create(JANE)

    (stored,) = await api.files.upload([photo])
    await api.messages.send(Send(conversation_id=talk.id, attachment_ids=[stored.id]))
    (sent,) = (await api.messages.list(talk.id)).items[0].attachments
    await api.files.download(sent.s3_key, tmp_path / "back.bin")

    assert sent.size == 200_000
    assert (tmp_path / "back.bin").read_bytes() == photo.read_bytes()
    with pytest.raises(errors.NotFound):
        await api.files.download("no/such", tmp_path / "none.bin")


async def test_a_viewer_is_told_which_permission_is_lacking(server: RunningServer) -> None:
    async with Api(server.url, server.key("viewer")) as api:
        with pytest.raises(errors.Forbidden) as by_call:
            await api.conversations.delete("conv_x")
        with pytest.raises(errors.Forbidden) as by_stream:
            _ = [event async for event in api.ai.stream(AiRequest(agent_id="a", conversation_id="c", sender_id="s"))]

    assert by_call.value.permission == "connect360:conversation:delete"
    assert by_stream.value.permission == "connect360:conversation:engage"


@pytest.mark.parametrize("key", ["", "plato_unknown"])
async def test_a_key_that_is_none_is_told_at_every_door(server: RunningServer, key: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    said = UNKNOWN_KEY if key else "No apiKey provided."
    async with Api(server.url, key) as api:
        with pytest.raises(errors.Unauthorized, match=said):
            await api.session.get()
        with pytest.raises(errors.Unauthorized, match=said):
            await api.files.upload([tmp_path / "file"])
        with pytest.raises(errors.Unauthorized, match=said):
            await anext(api.events.follow(None))


async def test_unknown_fields_are_refused_by_name(api: Api) -> None:
    content: Any = {"xx": "Hello"}
    forged = Send.model_construct(_fields_set={"conversation_id", "content"}, conversation_id="x", content=content)

    with pytest.raises(errors.BadRequest, match="xx"):
        await api.messages.send(forged)


async def follow(api: Api, last: str | None, heard: asyncio.Queue[Event], is_open: asyncio.Event) -> None:
    """Put every event into `heard`."""
    async with aclosing(api.events.follow(last, on_alive=is_open.set)) as events:
        async for event in events:
            heard.put_nowait(event)


async def test_events_are_followed_over_a_restart_of_the_server(server: RunningServer, api: Api) -> None:
    talk = await api.conversations.get_or_create(JANE)
    heard: asyncio.Queue[Event] = asyncio.Queue()
    is_open = asyncio.Event()
    following = asyncio.create_task(follow(api, None, heard, is_open))
    await is_open.wait()
    await api.messages.send(Send(conversation_id=talk.id, content={"en": "one"}), "local_1")
    first = await asyncio.wait_for(heard.get(), 5)

    await server.stop()
    with pytest.raises(errors.LineError):
        await following
    with pytest.raises(errors.LineError):
        await api.session.get()
    await server.start()
    await api.messages.send(Send(conversation_id=talk.id, content={"en": "two"}))
    following = asyncio.create_task(follow(api, first.id, heard, is_open))
    second = await asyncio.wait_for(heard.get(), 5)
    following.cancel()
    with pytest.raises(asyncio.CancelledError):
        await following

    assert isinstance(first, MessageCreated)
    assert isinstance(second, MessageCreated)
    assert (first.message.content, first.idempotency_key) == ({"en": "one"}, "local_1")
    assert second.message.content == {"en": "two"}
    assert int(second.id or 0) == int(first.id or 0) + 1


async def test_a_stream_on_which_nothing_happened_can_be_gone_on_with(api: Api) -> None:
    talk = await api.conversations.get_or_create(JANE)
    place: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    async with aclosing(api.events.follow(on_place=place.set_result)) as events:
        waiting = asyncio.ensure_future(anext(events))
        last = await asyncio.wait_for(place, 5)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    await api.messages.send(Send(conversation_id=talk.id, content={"en": "meanwhile"}))

    async with aclosing(api.events.follow(last)) as events:
        told = await asyncio.wait_for(anext(events), 5)

    assert isinstance(told, MessageCreated)
    assert told.message.content == {"en": "meanwhile"}


async def test_an_ai_draft_is_streamed_and_posts_nothing(api: Api) -> None:
    talk = await api.conversations.get_or_create(JANE)
    asked = Send(
        conversation_id=talk.id, content={"en": "Where is my lamp?"}, sender="customer", customer=JANE.customer
    )
    question = await api.messages.send(asked)
    agents = await api.directory.agents()
    given = AiRequest(
        agent_id=agents[0].id, conversation_id=talk.id, last_message_id=question.id, mode="draft", task="reply"
    )

    events = [event async for event in api.ai.stream(given)]

    assert isinstance(events[-1], AiDone)
    assert events[-1].message_id is None
    assert "".join(event.delta for event in events if isinstance(event, AiDelta)) == events[-1].text
    assert len((await api.messages.list(talk.id)).items) == 1


async def test_a_slow_down_says_for_how_long(tmp_path: Path) -> None:
    async with running_server(tmp_path / "limited", rate=1.0) as server, Api(server.url, server.key()) as api:
        with stamina.set_testing(True, attempts=1), pytest.raises(errors.TooManyRequests) as raised:
            for _ in range(9):
                await api.session.get()

    assert raised.value.retry_after is not None
    assert 0 < raised.value.retry_after <= 5
