"""Whatever the order in which the same things are heard, what is known in the end is what the server has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from console.contract.events import (
    ConversationCreated,
    ConversationDeleted,
    ConversationUpdated,
    Event,
    MessageCreated,
    ReadUpdated,
)
from console.contract.shapes import Conversation, LastMessage, Message, Page
from console.state.changes import (
    Change,
    ConversationsAnswered,
    MessagesAnswered,
    ReadAnswered,
    SessionAnswered,
    ThreadOpened,
)
from console.state.reduce import entry_of, row_of
from console.state.store import Store
from tests.state.values import ME, START, at, conversation, message, session

IDS = "abcdef"


@dataclass
class Workspace:
    """A server in the small: it has conversations, numbers its events, and answers with what is true when asked."""

    conversations: dict[str, Conversation] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    ticks: int = 0

    def do(self, what: str, id: str, other: str) -> None:
        """One thing happens; three of them share a millisecond."""
        self.ticks += 1
        now = self.ticks // 3
        number = str(len(self.events) + 1)
        known = self.conversations.get(id)
        if known is None:
            if id not in {
                gone for event in self.events if isinstance(event, ConversationDeleted) for gone in event.ids
            }:
                made = conversation(id, updated=now, parent_id=other if other in self.conversations else None)
                self.conversations[id] = made
                self.events.append(ConversationCreated(id=number, conversation=made))
        elif what == "delete":
            gone = self.below(id)
            for one in gone:
                del self.conversations[one]
            self.events.append(ConversationDeleted(id=number, ids=tuple(gone)))
        elif what == "read":
            self.conversations[id] = known.model_copy(update={"unread_count": 0})
            self.events.append(ReadUpdated(id=number, conversation_id=id, unread_count=0))
        elif what == "say":
            said = message(f"m{number}", now, conversation_id=id, text=f"Number {number}")
            self.messages.append(said)
            newest = LastMessage(id=said.id, sender_kind="customer", text=f"Number {number}", created_at=at(now))
            unread = known.unread_count + 1
            told = self.change(id, now, unread_count=unread, waiting_since=at(now), last_message=newest)
            self.events.append(MessageCreated(id=number, message=said, conversation=told))
        else:
            parent = other if other in self.conversations and other not in self.below(id) else None
            told = self.change(id, now, name=f"Name {number}", parent_id=parent)
            self.events.append(ConversationUpdated(id=number, conversation=told))

    def change(self, id: str, now: int, **changed: Any) -> Conversation:
        """The conversation, changed now."""
        changed["updated_at"] = at(now)
        self.conversations[id] = self.conversations[id].model_copy(update=changed)
        return self.conversations[id]

    def below(self, id: str) -> list[str]:
        """The id and those below it."""
        found = [id]
        for one in found:
            found.extend(child.id for child in self.conversations.values() if child.parent_id == one)
        return found

    def answer(self, asked: tuple[int, int, int]) -> list[Change]:
        """All that can be asked for, as it is now."""
        return [
            ConversationsAnswered(tuple(self.conversations.values()), asked),
            *(ReadAnswered(one.id, one.unread_count, asked) for one in self.conversations.values()),
            MessagesAnswered(
                "a", Page(items=tuple(reversed([one for one in self.messages if one.conversation_id == "a"])))
            ),
        ]


STEP = st.one_of(
    st.tuples(
        st.sampled_from(["do"]),
        st.sampled_from(["say", "say", "rename", "read", "delete"]),
        st.sampled_from(IDS),
        st.sampled_from(IDS),
    ),
    st.tuples(st.sampled_from(["hear", "hear", "ask", "take", "again"]), st.integers(0, 5), st.none(), st.none()),
)


@settings(max_examples=150)
@given(st.lists(STEP, max_size=60), st.integers(0, 1000))
def test_pages_and_pushes_in_any_order_end_at_the_truth(steps: list[tuple[Any, ...]], seed: int) -> None:
    server, store, heard, answers = Workspace(), Store(START), 0, list[Change]()
    store.apply(SessionAnswered(session()))
    store.apply(ThreadOpened("a"))
    for kind, what, id, other in steps:
        if kind == "do":
            server.do(what, id, other)
        elif kind == "hear":
            for event in server.events[heard : heard + what]:
                store.apply(event)
            heard = min(heard + what, len(server.events))
        elif kind == "again":  # at least once: those heard last come once more
            for event in server.events[max(0, heard - what) : heard]:
                store.apply(event)
        elif kind == "ask":
            answers.extend(server.answer(store.asking()))
        elif answers:
            store.apply(answers.pop(what % len(answers)))
    answers.extend(server.answer(store.asking()))
    for event in server.events[heard:]:
        store.apply(event)
    Random(seed).shuffle(answers)
    for late in answers:
        store.apply(late)

    assert {row.id: row for row in store.outline.rows()} == {
        id: row_of(one, "en" if one.last_message else None) for id, one in server.conversations.items()
    }
    if "a" in server.conversations:
        said = [one for one in server.messages if one.conversation_id == "a"]
        entries = [entry_of(one, ME) for one in sorted(said, key=lambda one: (one.created_at, one.id))]
        assert list(store.thread("a").entries) == entries


@settings(max_examples=100)
@given(
    st.lists(st.tuples(st.sampled_from(["say", "rename", "read"]), st.sampled_from("abc"), st.just("")), max_size=15)
)
def test_the_same_words_in_two_orders_say_the_same(steps: list[tuple[str, str, str]]) -> None:
    server = Workspace()
    for step in steps:
        server.do(*step)
    words: list[Change] = [*server.events, *server.answer((0, len(server.events), 1))]

    def after(order: Callable[[list[Change]], Any]) -> Store:
        store, said = Store(START), list(words)
        order(said)
        store.apply(SessionAnswered(session()))
        store.apply(ThreadOpened("a"))
        for change in said:
            store.apply(change)
        return store

    def twice_backwards(said: list[Change]) -> None:
        said.reverse()
        said.extend(words)

    one, two, three = after(Random(len(steps)).shuffle), after(twice_backwards), after(lambda said: None)
    first, *others = [{row.id: row for row in store.outline.rows()} for store in (one, two, three)]
    assert others == [first, first]
    assert one.thread("a") == two.thread("a") == three.thread("a")
    assert one.last_event_id == two.last_event_id
