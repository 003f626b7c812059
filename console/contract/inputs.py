"""What a client sends: one input a procedure (contract, 4)."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, JsonValue

from console.contract.base import Input, Language, Time

Metadata = dict[str, JsonValue]


class CustomerInput(Input):
    """Who a conversation is with: matched by id, external id, email, then phone; a match is filled in."""

    id: str | None = None
    external_id: str | None = None
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    image: str | None = None
    metadata: Metadata | None = None


class NoInput(Input):
    """Nothing."""


class GetOrCreateConversation(Input):
    """The matching customer's top-level conversation, or a new one. Needs a customer or members."""

    name: str | None = None
    type: Literal["DIRECT", "GROUP"] | None = None
    customer_id: str | None = None
    customer: CustomerInput | None = None
    member_ids: list[str] | None = None
    channel_ids: list[str] | None = None
    channel_identifier: str | None = None
    metadata: Metadata | None = None
    created_at: Time | None = None  # extension, feature `import`


class CreateSubConversation(Input):
    """A conversation below another. It inherits the parent's channels when both channel fields are left out."""

    parent_id: str
    name: str | None = None
    type: Literal["DIRECT", "GROUP"] | None = None
    customer: CustomerInput | None = None
    customer_id: str | None = None
    member_ids: list[str] | None = None
    channel_ids: list[str] | None = None
    channel_identifier: str | None = None
    metadata: Metadata | None = None
    created_at: Time | None = None  # extension, feature `import`


class UpdateConversation(Input):
    """A new name, place or metadata. Metadata merges key by key at the top level; null removes a key."""

    id: str
    name: str | None = None
    metadata: Metadata | None = None
    parent_id: str | None = None  # null moves to the top level (extension)


class ConversationId(Input):
    """One conversation."""

    id: str


class AiTrigger(Input):
    """Ask an agent to answer the message that is sent."""

    agent_id: str
    channel_id: str | None = None


class Send(Input):
    """A message. Needs content, an attachment or a template; the default sender is the key's member."""

    conversation_id: str
    content: dict[Language, Any] | None = None
    attachment_ids: list[str] | None = None
    flags: list[str] | None = None
    parent_id: str | None = None
    template_id: str | None = None
    template_context: Any = None
    channel_id: str | None = None
    channel_identifier: str | None = None
    sender: Literal["workspace", "customer"] | None = None
    customer_id: str | None = None
    customer: CustomerInput | None = None
    ai: AiTrigger | None = None
    created_at: Time | None = None  # extension, feature `import`


class ListMessages(Input):
    """A page of a thread, newest first."""

    conversation_id: str
    limit: int = Field(default=50, ge=1, le=100)
    cursor: str | None = None


class ClaimGuestConversations(Input):
    """Give the conversations of a website guest to a customer."""

    fingerprint: str = Field(min_length=8)
    guest_external_id: str | None = None
    guest_local_conversation_id: str | None = None
    target_parent_id: str | None = None
    customer_id: str | None = None
    customer: CustomerInput | None = None
    claim_metadata: Metadata | None = None


class Paged(Input):
    """A page of a list."""

    limit: int = Field(default=50, ge=1, le=100)
    cursor: str | None = None


class ListConversations(Paged):
    """A page of conversations; without `parent_id` those at the top level."""

    parent_id: str | None = None
    query: str | None = None
    status: Literal["open", "resolved", "snoozed"] | None = None
    assignee_id: str | None = None
    unread: bool | None = None
    waiting: bool | None = None
    channel_id: str | None = None
    customer_id: str | None = None
    order: Literal["activity", "waiting"] = "activity"


class SearchMessages(Paged):
    """Full text over messages, in any language."""

    query: str
    conversation_id: str | None = None
    customer_id: str | None = None
    sender_kind: Literal["member", "customer", "agent", "system"] | None = None
    before: Time | None = None
    after: Time | None = None


class CustomerId(Input):
    """One customer."""

    id: str


class MarkRead(Input):
    """Read up to this message."""

    conversation_id: str
    message_id: str


class SetPresence(Input):
    """What the member is looking at or writing in."""

    conversation_id: str | None
    state: Literal["viewing", "typing"]


class SaveTemplate(Input):
    """A new template, or with `id` a changed one."""

    id: str | None = None
    name: str = Field(min_length=1, max_length=200)
    content: dict[Language, Any]


class SaveArticle(Input):
    """A new knowledge article, or with `id` a changed one."""

    id: str | None = None
    name: str = Field(min_length=1, max_length=200)
    content: dict[Language, Any]


class Events(Input):
    """From where to follow: the last event that was applied."""

    last_event_id: str | None = None


class ListAuditLog(Paged):
    """A page of the audit log, newest first."""

    actor_id: str | None = None
    action: str | None = None
    target_id: str | None = None
    before: Time | None = None
    after: Time | None = None
