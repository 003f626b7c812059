"""Who waits and what is unread: kept beside the conversation, and always what a look at the whole thread would say."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.contract.inputs import GetOrCreateConversation, MarkRead, Send
from console.contract.shapes import NOTE_FLAG
from console.server.auth import Hasher, caller_of
from console.server.clock import as_time
from console.server.ids import Ids
from console.server.keyring import create_keys, holder
from console.server.procedures.calls import Writing
from console.server.procedures.conversations import get_or_create, seen
from console.server.procedures.messages import mark_read, send
from console.server.store import keys
from console.server.store.engine import open_engine
from console.server.store.migrate import migrate
from console.server.store.writer import Transaction
from tests.server.calling import Refused, Talk
from tests.server.streams import following

NOW = 1_800_000_000_000


@dataclass(frozen=True)
class Said:
    """A message to be: by whom, how many seconds ago, a note or not."""

    by: str
    ago: int
    is_note: bool = False


@dataclass(frozen=True)
class Read:
    """Somebody marks a message as read: which of those there are."""

    by: str
    place: int


MEMBERS = ("maya", "omar")
steps = st.lists(
    st.one_of(
        st.builds(Said, st.sampled_from(("customer", *MEMBERS)), st.integers(0, 6), st.booleans()),
        st.builds(Read, st.sampled_from(MEMBERS), st.integers(0, 20)),
    ),
    max_size=14,
)


@pytest.fixture(scope="module")
def calls() -> Any:
    """Two members' surroundings in one transaction that is never committed."""
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder)
        migrate(directory)
        made = create_keys(directory, "W", [holder(f"{name} <{name}@example.com>", "admin") for name in MEMBERS])
        engine = open_engine(directory, "write")
        with engine.connect() as connection:
            transaction = Transaction(connection, Ids(), NOW)
            callers = [keys.key_by_hash(connection, Hasher(directory).hash(key)) for key in made]
            yield {
                name: Writing(transaction, caller_of(record), None, ())
                for name, record in zip(MEMBERS, callers, strict=True)
                if record is not None
            }
        engine.dispose()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_what_is_kept_is_what_the_thread_says_in_whatever_order_it_was_imported(
    calls: dict[str, Writing], steps: list[Said | Read]
) -> None:
    maya = calls["maya"]
    name = maya.transaction.ids.new("x", NOW)
    wanted = GetOrCreateConversation.model_validate(
        {"customer": {"externalId": name}, "createdAt": as_time(NOW - 10_000)}
    )
    conversation = get_or_create(maya, wanted).id
    thread: list[tuple[int, str, Said]] = []
    marks: dict[str, tuple[int, str]] = {}
    for step in steps:
        if isinstance(step, Said):
            at = NOW - step.ago * 1000
            said = send(calls.get(step.by, maya), _message(conversation, step, at))
            thread.append((at, said.id, step))
            if step.by in MEMBERS:
                marks[step.by] = max(marks.get(step.by, (0, "")), (at, said.id))
        elif thread:
            at, message, _ = thread[step.place % len(thread)]
            marks[step.by] = (at, message)
            answer = mark_read(calls[step.by], MarkRead(conversation_id=conversation, message_id=message))
            assert answer.unread_count == _unread(thread, marks, step.by)
    thread.sort(key=lambda one: one[:2])
    for member in MEMBERS:
        shown = seen(calls[member], conversation)
        assert shown.unread_count == _unread(thread, marks, member)
        assert shown.waiting_since == _waiting(thread)
        assert (shown.last_message and shown.last_message.id) == (thread[-1][1] if thread else None)


def _message(conversation: str, step: Said, at: int) -> Send:
    is_customer = step.by == "customer"
    return Send.model_validate(
        {
            "conversationId": conversation,
            "content": {"en": "x"},
            "sender": "customer" if is_customer else "workspace",
            "flags": [NOTE_FLAG] if step.is_note and not is_customer else [],
            "createdAt": as_time(at),
        }
    )


def _unread(thread: list[tuple[int, str, Said]], marks: dict[str, tuple[int, str]], member: str) -> int:
    mark = marks.get(member, (0, ""))
    return sum((at, message) > mark and step.by != member for at, message, step in thread)


def _waiting(thread: list[tuple[int, str, Said]]) -> Any:
    replies = [(at, message) for at, message, step in thread if step.by != "customer" and not step.is_note]
    last = max(replies, default=(0, ""))
    asked = [at for at, message, step in thread if step.by == "customer" and (at, message) > last]
    return as_time(min(asked)) if asked else None


async def test_each_member_has_an_unread_count_of_their_own(agent: Talk, admin: Talk) -> None:
    top = (await agent.customer())["id"]
    first = await agent.says(top, "One")
    await agent.says(top, "Two")
    assert (await agent.one(top))["unreadCount"] == (await admin.one(top))["unreadCount"] == 2
    read = await admin.call("markRead", conversationId=top, messageId=first["id"])
    assert read == {"unreadCount": 1}
    await agent.answers(top, "Hello")
    assert (await agent.one(top))["unreadCount"] == 0
    assert (await admin.one(top))["unreadCount"] == 2
    assert await agent.call("markRead", conversationId=top, messageId=first["id"]) == {"unreadCount": 1}


async def test_only_a_message_of_the_conversation_marks_it(agent: Talk) -> None:
    here, there = (await agent.customer("Jane"))["id"], (await agent.customer("Bo"))["id"]
    said = await agent.says(there, "Hi")
    with pytest.raises(Refused, match="404 Message not found"):
        await agent.call("markRead", conversationId=here, messageId=said["id"])


@pytest.mark.parametrize(
    "triage", [{"status": "resolved"}, {"status": "snoozed", "snoozedUntil": "2999-01-01T00:00:00Z"}]
)
async def test_a_customers_message_opens_again_what_was_put_aside(agent: Talk, triage: dict[str, str]) -> None:
    top = (await agent.customer())["id"]
    await agent.call("updateConversation", id=top, metadata=triage | {"labels": ["x"]})
    await agent.answers(top, "By the way")
    assert (await agent.one(top))["metadata"] == triage | {"labels": ["x"]}
    async with following(agent) as stream:
        await agent.says(top, "One more thing")
        told = await stream.event("message.created")
        assert told["conversation"]["metadata"] == {"labels": ["x"]}
        assert (await stream.event())["type"] == "conversation.updated"
    assert (await agent.one(top))["metadata"] == {"labels": ["x"]}


async def test_a_message_of_before_it_was_resolved_leaves_it_resolved(admin: Talk) -> None:
    top = (await admin.customer(createdAt="2024-01-01T00:00:00Z"))["id"]
    await admin.call("updateConversation", id=top, metadata={"status": "resolved"})
    await admin.says(top, "Long ago", createdAt="2024-01-02T00:00:00Z")
    assert (await admin.one(top))["metadata"] == {"status": "resolved"}


async def test_a_note_answers_nobody(agent: Talk) -> None:
    top = (await agent.customer())["id"]
    said = await agent.says(top, "Hello?")
    await agent.answers(top, "Ask the warehouse", flags=[NOTE_FLAG])
    assert (await agent.one(top))["waitingSince"] == said["createdAt"]
    await agent.answers(top, "On its way")
    assert (await agent.one(top))["waitingSince"] is None
