"""What a server pushes (contract, 5): consecutive ids in a workspace, each event applied idempotently."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field, TypeAdapter

from console.contract.base import BUILT_WHEN_USED, Many, MaybeText, MaybeTime, Shape, unread_as
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
    id: MaybeText = None
    at: MaybeTime = None


class MessageCreated(_Event):
    """A message was sent. `idempotency_key` comes to the key that sent it, and to no other."""

    type: Literal["message.created"] = "message.created"
    message: Message
    conversation: Conversation
    idempotency_key: MaybeText = None


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
    ids: Many[str]


class ReadUpdated(_Event):
    """This member read a conversation up to a message, here or elsewhere."""

    type: Literal["read.updated"] = "read.updated"
    conversation_id: str
    message_id: MaybeText = None
    unread_count: int


class PresenceUpdated(_Event):
    """A colleague looks at a conversation or writes in it. Untracked: it has no id."""

    type: Literal["presence.updated"] = "presence.updated"
    conversation_id: MaybeText = None
    member_id: str
    state: Annotated[str, unread_as("viewing")]


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
EVENT_TYPES: frozenset[str] = frozenset(one.model_fields["type"].default for one in get_args(Event))
EVENT: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="type")], config=BUILT_WHEN_USED)
"""Reads an event from its JSON object; raises pydantic's ValidationError for a type that we do not know."""
