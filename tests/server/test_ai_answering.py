"""Answers over the real store: what an agent is shown, what is posted, and what is refused."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from console.contract.ai import AiDelta, AiDone, AiError, AiRequest
from console.contract.errors import UNKNOWN_KEY
from console.contract.inputs import ConversationId, ListAuditLog, Send
from console.server.ai.agent import AgentFailed
from console.server.auth import Caller
from console.server.procedures import conversations, messages
from console.server.procedures.audit import list_audit_log
from console.server.procedures.calls import Reading
from console.server.refusal import Refusal
from console.server.store.database import Store
from console.server.store.keys import revoke
from tests.server.answering import answering_with, draft, events_of
from tests.server.workspace import Desk, caller_in


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path, on_commit=lambda _: None)
    yield opened
    opened.close()


@pytest.fixture
async def desk(store: Store) -> Desk:
    return Desk(store, await caller_in(store, "northwind"))


async def test_a_draft_is_streamed_and_posts_nothing(desk: Desk) -> None:
    conversation = await desk.conversation()
    await desk.say(conversation, "Where is my lamp?", as_customer=True)
    answering, _ = answering_with(desk, "On ", "its way")
    assert await events_of(answering, desk.caller, draft(conversation)) == [
        AiDelta(delta="On ", text="On "),
        AiDelta(delta="its way", text="On its way"),
        AiDone(message_id=None, text="On its way"),
    ]
    assert len(await desk.thread(conversation)) == 1


async def test_a_reply_is_posted_as_the_agents_message(desk: Desk) -> None:
    conversation = await desk.conversation()
    asked = await desk.say(conversation, "Where is my lamp?", as_customer=True)
    answering, agent = answering_with(desk, "On its way")
    request = AiRequest(agent_id="agent_fake", conversation_id=conversation.id, last_message_id=asked.id)
    *_, done = await events_of(answering, desk.caller, request)
    assert agent.seen[0].is_posted
    posted = (await desk.thread(conversation))[-1]
    assert done == AiDone(message_id=posted.id, text="On its way")
    assert (posted.sender.kind, posted.sender.id, posted.sender.name) == ("agent", "agent_fake", "Fake")
    assert posted.content == {"en": "On its way"}
    assert posted.channel_id == conversation.channels[0].id


async def test_an_agent_hears_the_thread_but_no_note(desk: Desk) -> None:
    conversation = await desk.conversation()
    await desk.say(conversation, "Where is my lamp?", as_customer=True)
    await desk.say(conversation, "She is difficult.", flags=["internal-note"])
    await desk.say(conversation, "Let me look.")
    await desk.say(conversation, "And?", as_customer=True)
    answering, agent = answering_with(desk, "x")
    await events_of(answering, desk.caller, draft(conversation))
    said = [(turn.side, turn.text) for turn in agent.seen[0].turns]
    assert said == [("customer", "Where is my lamp?"), ("workspace", "Let me look."), ("customer", "And?")]
    assert agent.seen[0].workspace_name == "northwind"


async def test_an_answer_is_to_the_message_that_is_named(desk: Desk) -> None:
    conversation = await desk.conversation()
    first = await desk.say(conversation, "Where is my lamp?", as_customer=True)
    await desk.say(conversation, "Never mind.", as_customer=True)
    answering, agent = answering_with(desk, "x")
    await events_of(answering, desk.caller, draft(conversation, last_message_id=first.id))
    assert agent.seen[0].question == "Where is my lamp?"


async def test_an_answer_is_to_the_last_message_of_the_sender_that_is_named(desk: Desk) -> None:
    conversation = await desk.conversation()
    asked = await desk.say(conversation, "Where is my lamp?", as_customer=True)
    await desk.say(conversation, "Let me look.")
    answering, agent = answering_with(desk, "x")
    await events_of(answering, desk.caller, draft(conversation, sender_id=asked.sender.id))
    assert [turn.text for turn in agent.seen[0].turns] == ["Where is my lamp?"]


async def test_a_long_thread_is_heard_from_its_newest_end(desk: Desk) -> None:
    conversation = await desk.conversation()
    for number in range(70):
        await desk.say(conversation, f"Message {number}", as_customer=True)
    answering, agent = answering_with(desk, "x")
    await events_of(answering, desk.caller, draft(conversation))
    heard = [turn.text for turn in agent.seen[0].turns]
    assert heard == [f"Message {number}" for number in range(10, 70)]


@pytest.mark.parametrize(
    ("content", "language"),
    [
        ({"en": "Where is it?"}, "en"),
        ({"ar": "أين طلبي؟"}, "ar"),
        ({"en": "أين طلبي؟"}, "ar"),
        ({"tr": "Kargo"}, "tr"),
        ({"en": "Siparişim nerede?"}, "tr"),
        ({"ar": "12345"}, "ar"),
        ({"en": "12345"}, "en"),
    ],
)
async def test_an_answer_is_in_the_customers_language(desk: Desk, content: dict[str, str], language: str) -> None:
    conversation = await desk.conversation()
    await desk.write(
        messages.send,
        Send(conversation_id=conversation.id, content=content, sender="customer"),
    )
    await desk.say(conversation, "I will look into it for you.")
    answering, agent = answering_with(desk, "x")
    await events_of(answering, desk.caller, draft(conversation))
    assert agent.seen[0].language == language


async def test_the_language_that_is_asked_for_goes_first(desk: Desk) -> None:
    conversation = await desk.conversation()
    await desk.say(conversation, "Where is it?", as_customer=True)
    answering, agent = answering_with(desk, "x")
    request = AiRequest(
        agent_id="agent_fake", conversation_id=conversation.id, sender_id=desk.caller.member_id, language="tr"
    )
    await events_of(answering, desk.caller, request)
    assert agent.seen[0].language == "tr"
    assert (await desk.thread(conversation))[-1].content == {"tr": "x"}


async def test_a_failing_agent_ends_in_an_error_and_posts_nothing(desk: Desk) -> None:
    conversation = await desk.conversation()
    asked = await desk.say(conversation, "Where is my lamp?", as_customer=True)
    answering, _ = answering_with(desk, "On ", AgentFailed("The model broke off."))
    request = AiRequest(agent_id="agent_fake", conversation_id=conversation.id, last_message_id=asked.id)
    assert await events_of(answering, desk.caller, request) == [
        AiDelta(delta="On ", text="On "),
        AiError(error="The model broke off."),
    ]
    assert len(await desk.thread(conversation)) == 1


async def test_an_agent_with_nothing_to_say_ends_in_an_error(desk: Desk) -> None:
    conversation = await desk.conversation()
    await desk.say(conversation, "?", as_customer=True)
    answering, _ = answering_with(desk, " ")
    *_, last = await events_of(answering, desk.caller, draft(conversation))
    assert isinstance(last, AiError)


async def test_an_answer_is_cut_where_a_message_must_end(desk: Desk) -> None:
    conversation = await desk.conversation()
    await desk.say(conversation, "?", as_customer=True)
    answering, _ = answering_with(desk, "x" * 15_000, "x" * 15_000, "x")
    *_, done = await events_of(answering, desk.caller, draft(conversation))
    assert isinstance(done, AiDone)
    assert len(done.text) == 20_000


async def test_a_stream_that_is_closed_stops_the_agent_and_posts_nothing(desk: Desk) -> None:
    conversation = await desk.conversation()
    asked = await desk.say(conversation, "Where is my lamp?", as_customer=True)
    answering, agent = answering_with(desk, "On ", asyncio.Event())
    request = AiRequest(agent_id="agent_fake", conversation_id=conversation.id, last_message_id=asked.id)
    async with aclosing(answering.events(await answering.prepare(desk.caller, request))) as events:
        await anext(events)
    assert agent.stopped
    assert len(await desk.thread(conversation)) == 1


async def test_a_conversation_deleted_meanwhile_ends_in_an_error(desk: Desk) -> None:
    conversation = await desk.conversation()
    asked = await desk.say(conversation, "Where is my lamp?", as_customer=True)
    go_on = asyncio.Event()
    answering, _ = answering_with(desk, "On ", go_on)
    request = AiRequest(agent_id="agent_fake", conversation_id=conversation.id, last_message_id=asked.id)
    async with aclosing(answering.events(await answering.prepare(desk.caller, request))) as events:
        await anext(events)
        await desk.write(conversations.delete_conversation, ConversationId(id=conversation.id))
        go_on.set()
        assert [event async for event in events] == [AiError(error="Conversation not found.")]


async def test_a_key_revoked_meanwhile_posts_nothing(desk: Desk) -> None:
    conversation = await desk.conversation()
    asked = await desk.say(conversation, "Where is my lamp?", as_customer=True)
    go_on = asyncio.Event()
    answering, _ = answering_with(desk, "On ", go_on)
    request = AiRequest(agent_id="agent_fake", conversation_id=conversation.id, last_message_id=asked.id)
    async with aclosing(answering.events(await answering.prepare(desk.caller, request))) as events:
        await anext(events)
        await desk.store.write(lambda transaction: revoke(transaction, desk.caller.key_id))
        go_on.set()
        assert [event async for event in events] == [AiError(error=UNKNOWN_KEY)]
    assert len(await desk.thread(conversation)) == 1


async def test_what_is_missing_or_foreign_is_refused_alike(desk: Desk, store: Store) -> None:
    conversation = await desk.conversation()
    asked = await desk.say(conversation, "Where is my lamp?", as_customer=True)
    other = await desk.conversation("Someone else")
    answering, agent = answering_with(desk, "x")
    stranger = await caller_in(store, "contoso")

    async def refusal(caller: Caller, request: AiRequest) -> tuple[int, str]:
        with pytest.raises(Refusal) as refused:
            await answering.prepare(caller, request)
        return refused.value.status, refused.value.sentence

    foreign = await refusal(stranger, draft(conversation))
    missing = await refusal(desk.caller, AiRequest(agent_id="agent_fake", conversation_id="conv_no", mode="draft"))
    assert foreign == missing == (404, "Conversation not found.")
    assert await refusal(desk.caller, draft(other, last_message_id=asked.id)) == (404, "Message not found.")
    assert await refusal(desk.caller, draft(conversation, "agent_no")) == (404, "Agent not found.")
    theirs = await Desk(store, stranger).conversation()
    assert theirs.customer is not None
    for sender in (theirs.customer.id, stranger.member_id, "cus_no"):
        assert await refusal(desk.caller, draft(conversation, sender_id=sender)) == (404, "Sender not found.")
    for channel in (theirs.channels[0].id, "chan_no"):
        assert await refusal(desk.caller, draft(conversation, channel_id=channel)) == (404, "Channel not found.")
    assert agent.seen == []


async def test_a_reply_needs_a_sender_and_a_channel(desk: Desk) -> None:
    without = await desk.conversation("Without a channel", host=None)
    asked = await desk.say(without, "Hello", as_customer=True)
    answering, _ = answering_with(desk, "x")
    bare = AiRequest(agent_id="agent_fake", conversation_id=without.id)
    with pytest.raises(Refusal, match="senderId is required unless it can be read from lastMessageId"):
        await answering.prepare(desk.caller, bare)
    named = bare.model_copy(update={"last_message_id": asked.id})
    with pytest.raises(Refusal, match="channelId is required"):
        await answering.prepare(desk.caller, named)
    elsewhere = (await desk.conversation("With a channel")).channels[0].id
    *_, done = await events_of(answering, desk.caller, named.model_copy(update={"channel_id": elsewhere}))
    assert isinstance(done, AiDone)
    assert (await desk.thread(without))[-1].channel_id == elsewhere
    foreign = named.model_copy(update={"channel_id": "chan_no"})
    with pytest.raises(Refusal, match="Channel not found"):
        await answering.prepare(desk.caller, foreign)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"mode": "draft", "task": "shorten"}, "text is required"),
        ({"sender_id": "x", "task": "shorten", "text": "A."}, 'needs the mode "draft"'),
    ],
)
async def test_a_task_on_a_text_needs_that_text_and_a_draft(desk: Desk, more: dict[str, Any], sentence: str) -> None:
    conversation = await desk.conversation()
    answering, _ = answering_with(desk, "x")
    with pytest.raises(Refusal, match=sentence):
        await answering.prepare(desk.caller, AiRequest(agent_id="agent_fake", conversation_id=conversation.id, **more))


async def test_a_thread_is_heard_behind_any_number_of_notes(desk: Desk) -> None:
    conversation = await desk.conversation()
    await desk.say(conversation, "Where is my lamp?", as_customer=True)
    for number in range(61):
        await desk.say(conversation, f"Note {number}", flags=["urgent", "internal-note"])
    answering, agent = answering_with(desk, "x")
    await events_of(answering, desk.caller, draft(conversation))
    assert [turn.text for turn in agent.seen[0].turns] == ["Where is my lamp?"]


async def test_no_answer_is_posted_to_an_internal_note(desk: Desk) -> None:
    conversation = await desk.conversation()
    await desk.say(conversation, "Where is my lamp?", as_customer=True)
    note = await desk.say(conversation, "She is difficult.", flags=["internal-note"])
    answering, agent = answering_with(desk, "x")
    to_note = AiRequest(agent_id="agent_fake", conversation_id=conversation.id, last_message_id=note.id)
    with pytest.raises(Refusal, match="lastMessageId is an internal note"):
        await answering.prepare(desk.caller, to_note)
    await events_of(answering, desk.caller, to_note.model_copy(update={"mode": "draft"}))
    assert [turn.text for turn in agent.seen[0].turns] == ["Where is my lamp?"]


async def test_a_colleague_who_asks_gets_an_answer_to_the_newest_message(desk: Desk) -> None:
    conversation = await desk.conversation()
    await desk.say(conversation, "Hello?", as_customer=True)
    await desk.say(conversation, "Let me look.")
    await desk.say(conversation, "Where is my lamp?", as_customer=True)
    answering, agent = answering_with(desk, "x")
    await events_of(answering, desk.caller, draft(conversation, sender_id=desk.caller.member_id))
    assert agent.seen[0].question == "Where is my lamp?"


async def test_a_long_answer_in_small_pieces_costs_little_on_the_wire(desk: Desk) -> None:
    conversation = await desk.conversation()
    await desk.say(conversation, "?", as_customer=True)
    answering, _ = answering_with(desk, *"x" * 20_000)
    *deltas, done = await events_of(answering, desk.caller, draft(conversation))
    texts = [delta.text for delta in deltas if isinstance(delta, AiDelta)]
    assert isinstance(done, AiDone)
    assert texts[-1] == done.text == "x" * 20_000
    assert [len(text) for text in texts[:100]] == list(range(1, 101))
    assert sum(len(text) for text in texts) <= 101 * 20_000


async def test_what_came_before_a_failure_is_all_told(desk: Desk) -> None:
    conversation = await desk.conversation()
    await desk.say(conversation, "?", as_customer=True)
    answering, _ = answering_with(desk, "x" * 1_000, "y", AgentFailed("No."))
    *_, last, error = await events_of(answering, desk.caller, draft(conversation))
    assert last == AiDelta(delta="y", text="x" * 1_000 + "y")
    assert error == AiError(error="No.")


async def test_white_space_before_an_answer_is_no_part_of_it(desk: Desk) -> None:
    conversation = await desk.conversation()
    await desk.say(conversation, "?", as_customer=True)
    answering, _ = answering_with(desk, "\n", "  Hello")
    assert await events_of(answering, desk.caller, draft(conversation)) == [
        AiDelta(delta="Hello", text="Hello"),
        AiDone(message_id=None, text="Hello"),
    ]


async def test_a_posted_answer_is_written_down_without_its_words(desk: Desk) -> None:
    conversation = await desk.conversation()
    asked = await desk.say(conversation, "Where is my lamp?", as_customer=True)
    answering, _ = answering_with(desk, "On its way")
    await answering.answer(desk.caller, draft(conversation))
    request = AiRequest(agent_id="agent_fake", conversation_id=conversation.id, last_message_id=asked.id)
    done = await answering.answer(desk.caller, request)
    assert isinstance(done, AiDone)
    page = await desk.store.read(
        lambda connection: list_audit_log(Reading(connection, desk.caller, 0, ()), ListAuditLog(action="aiStream"))
    )
    (entry,) = page.items
    assert (entry.actor.id, entry.key_id) == (desk.caller.member_id, desk.caller.key_id)
    assert (entry.target_kind, entry.target_id) == ("message", done.message_id)
    assert entry.details == {"agentId": "agent_fake", "conversationId": conversation.id}


async def test_an_answer_with_nobody_reading_ends_in_its_error(desk: Desk) -> None:
    answering, _ = answering_with(desk, AgentFailed("No."))
    conversation = await desk.conversation()
    request = AiRequest(agent_id="agent_fake", conversation_id=conversation.id, sender_id=desk.caller.member_id)
    assert await answering.answer(desk.caller, request) == AiError(error="No.")
    gone = request.model_copy(update={"conversation_id": "conv_no"})
    assert await answering.answer(desk.caller, gone) == AiError(error="Conversation not found.")
