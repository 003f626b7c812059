"""What a server pushes (contract, 5): consecutive ids in a workspace, each event applied idempotently."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from console.contract.base import Shape, Time
from console.contract.shapes import Conversation, Message

FEATURES: tuple[str, ...] = (
    "events",
    "import",
    "ai-drafts",
    "internal-notes",
    "idempotency",
    "read-marks",
    "presence",
    "search",
    "audit-log",
    "templates",
)
"""What a server may be able to do beyond the documentation."""


class _Event(Shape):
    id: str | None = None
    at: Time | None = None


class MessageCreated(_Event):
    """A message was sent. `idempotency_key` comes to the key that sent it, and to no other."""

    type: Literal["message.created"] = "message.created"
    message: Message
    conversation: Conversation
    idempotency_key: str | None = None


class ConversationCreated(_Event):
    """A conversation was made."""

    type: Literal["conversation.created"] = "conversation.created"
    conversation: Conversation


class ConversationUpdated(_Event):
    """A conversation changed: name, place, metadata, participants, channels."""

    type: Literal["conversation.updated"] = "conversation.updated"
    conversation: Conversation


class ConversationDeleted(_Event):
    """Conversations are gone, with all that was in them."""

    type: Literal["conversation.deleted"] = "conversation.deleted"
    ids: tuple[str, ...]


class ReadUpdated(_Event):
    """This member read a conversation up to a message, here or elsewhere."""

    type: Literal["read.updated"] = "read.updated"
    conversation_id: str
    message_id: str | None = None
    unread_count: int


class PresenceUpdated(_Event):
    """A colleague looks at a conversation or writes in it. Untracked: it has no id."""

    type: Literal["presence.updated"] = "presence.updated"
    conversation_id: str | None = None
    member_id: str
    state: str


class Resync(_Event):
    """The server no longer has what came after the last id: load again."""

    type: Literal["resync"] = "resync"


Event = (
    MessageCreated
    | ConversationCreated
    | ConversationUpdated
    | ConversationDeleted
    | ReadUpdated
    | PresenceUpdated
    | Resync
)
EVENT: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="type")])
"""Reads an event from its JSON object; raises pydantic's ValidationError for a type that we do not know."""
