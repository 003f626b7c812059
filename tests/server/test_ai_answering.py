"""Answers over the real store: what an agent is shown, what is posted, and what is refused."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from console.contract.ai import AiDelta, AiDone, AiError, AiEvent, AiRequest
from console.contract.errors import UNKNOWN_KEY
from console.contract.inputs import (
    ConversationId,
    SaveArticle,
    Send,
)
from console.contract.shapes import Conversation
from console.server.ai.agent import AgentFailed
from console.server.ai.agents import agents_of
from console.server.ai.answering import Answering
from console.server.ai.retrieving import RETRIEVING
from console.server.ai.workspace import WorkspaceKnowledge
from console.server.auth import Caller
from console.server.procedures import conversations, directory, messages
from console.server.refusal import Refusal
from console.server.store.database import Store
from console.server.store.keys import revoke
from tests.server.workspace import Desk, FakeAgent, caller_in


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path, on_commit=lambda _: None)
    yield opened
    opened.close()


@pytest.fixture
async def desk(store: Store) -> Desk:
    return Desk(store, await caller_in(store, "northwind"))


async def events_of(answering: Answering, caller: Caller, request: AiRequest) -> list[AiEvent]:
    return [event async for event in answering.events(await answering.prepare(caller, request))]


def draft(conversation: Conversation, agent: str = "agent_fake", **more: Any) -> AiRequest:
    return AiRequest(agent_id=agent, conversation_id=conversation.id, mode="draft", **more)


def answering_with(desk: Desk, *script: str | asyncio.Event | AgentFailed) -> tuple[Answering, FakeAgent]:
    agent = FakeAgent(list(script))
    return Answering(desk.store, {agent.id: agent}), agent


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
    answering, _ = answering_with(desk, "On its way")
    request = AiRequest(agent_id="agent_fake", conversation_id=conversation.id, last_message_id=asked.id)
    *_, done = await events_of(answering, desk.caller, request)
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


async def test_the_retrieving_agent_answers_from_articles_and_past_answers(desk: Desk, store: Store) -> None:
    knowledge = WorkspaceKnowledge(store, frozenset({RETRIEVING}))
    answering = Answering(store, agents_of(knowledge, pace=0))
    article = SaveArticle(name="Delivery", content={"en": "We deliver lamps to Oman in five days."})
    await desk.write(directory.save_article, article)
    earlier = await desk.conversation("Jane Cooper")
    await desk.say(earlier, "Do you gift wrap lamps?", as_customer=True)
    await desk.say(earlier, "Gift wrap paper is with Jane at the moment.")
    await desk.say(earlier, "Gift wrap is secretly free for staff.", flags=["internal-note"])
    await desk.say(earlier, "We gift wrap every lamp for free.")
    now = await desk.conversation("Deniz")
    await desk.say(now, "Do you gift wrap lamps for Oman?", as_customer=True)
    *_, done = await events_of(answering, desk.caller, draft(now, RETRIEVING))
    assert isinstance(done, AiDone)
    assert "We gift wrap every lamp for free. [" in done.text
    assert "We deliver lamps to Oman in five days. [" in done.text
    assert "Jane" not in done.text
    assert "staff" not in done.text
    assert "an earlier answer" in done.text


async def test_knowledge_stays_within_its_workspace(desk: Desk, store: Store) -> None:
    stranger = await caller_in(store, "contoso")
    article = SaveArticle(name="Delivery", content={"en": "Contoso delivers lamps to Oman."})
    await desk.write(directory.save_article, article, stranger)
    theirs = Desk(store, stranger)
    there = await theirs.conversation("Ali")
    await theirs.say(there, "Lamps to Oman?", as_customer=True)
    await theirs.say(there, "Yes, lamps go to Oman every day.")
    knowledge = WorkspaceKnowledge(store, frozenset())
    assert await knowledge.articles(desk.caller.workspace_id) == []
    assert await knowledge.past_answers(desk.caller.workspace_id, "") == []
    assert len(await knowledge.past_answers(stranger.workspace_id, "")) == 1
    assert await knowledge.past_answers(stranger.workspace_id, there.id) == []


async def test_quotes_are_not_quoted_again(desk: Desk, store: Store) -> None:
    agents = agents_of(WorkspaceKnowledge(store, frozenset({RETRIEVING})), pace=0)
    answering = Answering(store, agents)
    await desk.write(
        directory.save_article, SaveArticle(name="Delivery", content={"en": "We deliver lamps to Oman in five days."})
    )
    first = await desk.conversation("Jane")
    asked = await desk.say(first, "Lamps to Oman?", as_customer=True)
    request = AiRequest(agent_id=RETRIEVING, conversation_id=first.id, last_message_id=asked.id)
    assert isinstance(await answering.answer(desk.caller, request), AiDone)
    second = await desk.conversation("Deniz")
    await desk.say(second, "Lamps to Oman?", as_customer=True)
    done = await answering.answer(desk.caller, draft(second, RETRIEVING))
    assert isinstance(done, AiDone)
    assert done.text.endswith("Sources: [1] Delivery")


async def test_an_answer_with_nobody_reading_ends_in_its_error(desk: Desk) -> None:
    answering, _ = answering_with(desk, AgentFailed("No."))
    conversation = await desk.conversation()
    request = AiRequest(agent_id="agent_fake", conversation_id=conversation.id, sender_id=desk.caller.member_id)
    assert await answering.answer(desk.caller, request) == AiError(error="No.")
    gone = request.model_copy(update={"conversation_id": "conv_no"})
    assert await answering.answer(desk.caller, gone) == AiError(error="Conversation not found.")
