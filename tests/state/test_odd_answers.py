"""Whatever the client was able to read, the store takes, and there is something to show of it."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from console.contract import events
from console.contract.shapes import Agent, Attachment, Conversation, Hit, Member, Message, Page, Session, Template
from console.state import changes
from console.state.reduce import agent_of, file_of, template_of
from console.state.store import Store
from tests.client.mutating import RECORDED, Battering

NOW = datetime(2026, 11, 27, tzinfo=UTC)
OPEN = RECORDED["getConversation"]["id"]


class Shown:
    """A store that takes all that is read, and looks at what it shows each time."""

    def __init__(self) -> None:
        self.store = Store(NOW)
        self.store.apply(changes.ThreadOpened(OPEN))

    def __call__(self, value: Any) -> None:
        """Take it."""
        store, asked = self.store, self.store.asking()
        if isinstance(value, events.Event):
            store.apply(value)
        elif isinstance(value, Session):
            store.apply(changes.SessionAnswered(value))
        elif isinstance(value, Conversation):
            store.apply(changes.ConversationsAnswered((value,), asked))
        elif isinstance(value, Message):
            store.apply(changes.MessagesAnswered(OPEN, Page(items=(value,))))
        elif isinstance(value, Page):
            self._page(value, asked)
        assert len(list(store.outline.rows())) >= 0
        assert store.thread(OPEN).entries is not None

    def _page(self, page: Page[Any], asked: changes.Stamp) -> None:
        for entry in page.items:
            if isinstance(entry, Hit):
                self(entry.conversation)
                self(entry.message)
            elif isinstance(entry, Conversation | Message):
                self(entry)
            elif isinstance(entry, Agent):
                agent_of(entry)
            elif isinstance(entry, Template):
                template_of(entry)
            elif isinstance(entry, Attachment):
                file_of(entry)
        members = tuple(one for one in page.items if isinstance(one, Member))
        self.store.apply(changes.MembersAnswered(members))


@settings(max_examples=300)
@given(st.randoms(use_true_random=False))
def test_whatever_is_read_can_be_shown(chance: random.Random) -> None:
    battering = Battering(on_value=Shown())

    for _ in range(3):
        battering.try_one(chance)
