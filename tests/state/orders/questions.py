"""Answers that come at any time after they were asked for: read by a console beside what its desk reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from console.contract.procedures import GET_CONVERSATION, LIST_CONVERSATIONS, LIST_MESSAGES
from console.state import changes
from console.state.changes import Change, Stamp
from tests.state.orders.console import Console


@dataclass(eq=False)
class Question:
    """What was asked. `read` makes a change of what the server has, None where it says that it has no such thing."""

    procedure: str
    wanted: dict[str, Any]
    read: Callable[[Any], Change | None]
    change: Change | None = None
    was_answered: bool = False

    def __repr__(self) -> str:
        return f"{self.procedure} {self.wanted}: {'answered' if self.was_answered else 'arrived'}"

    async def arrive(self, console: Console) -> None:
        """Have the server answer, as things are now."""
        self.change = self.read(await console.world.ask_as(console.wire.key, self.procedure, self.wanted))
        self.was_answered = True


def about(console: Console, id: str) -> Question:
    """What a conversation is now."""
    return _one(id, console.store.asking())


def a_question(console: Console, random: Random) -> Question | None:
    """Something that a console may ask for, about what it shows."""
    opened, shown = console.desk.open_id, console.one(random)
    asked, limit = console.store.asking(), random.randint(1, 4)
    match random.choice(("one", "list", "below", "newest", "newest", "older")):
        case "newest" if opened is not None:
            return _page(opened, limit, None)
        case "older" if opened is not None and (cursor := console.store.cursor(opened)) is not None:
            return _page(opened, limit, cursor)
        case "list":
            return _list(None, limit, asked)
        case "below" if shown is not None:
            return _list(shown, limit, asked)
        case "one" if shown is not None:
            return about(console, shown)
    return None


def _page(id: str, limit: int, cursor: str | None) -> Question:
    def read(answer: Any) -> Change:
        if answer is None:
            return changes.ConversationGone(id)
        return changes.MessagesAnswered(id, LIST_MESSAGES.answer.validate_python(answer), cursor)

    return Question("listMessages", {"conversationId": id, "limit": limit, "cursor": cursor}, read)


def _list(parent_id: str | None, limit: int, asked: Stamp) -> Question:
    def read(answer: Any) -> Change | None:
        if answer is None:
            return None
        return changes.ConversationsAnswered(LIST_CONVERSATIONS.answer.validate_python(answer).items, asked)

    return Question("listConversations", {"limit": limit, "parentId": parent_id}, read)


def _one(id: str, asked: Stamp) -> Question:
    def read(answer: Any) -> Change:
        if answer is None:
            return changes.ConversationGone(id)
        return changes.ConversationsAnswered((GET_CONVERSATION.answer.validate_python(answer),), asked)

    return Question("getConversation", {"id": id}, read)
