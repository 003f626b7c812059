"""What a client sends: one input a procedure (contract, 4)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from console.contract.base import Input
from console.contract.given import (
    Content,
    Cursor,
    Email,
    Flag,
    Host,
    Id,
    Limit,
    Mark,
    Metadata,
    Moment,
    Name,
    Phone,
    Switch,
    Text,
)


class CustomerInput(Input):
    """Who a conversation is with: matched by id, external id, email, then phone; a match is filled in.

    What is blank is absent.
    """

    id: Id | None = None
    external_id: Mark = None
    name: Mark = None
    email: Email = None
    phone: Phone = None
    image: Host | None = None
    metadata: Metadata | None = None


class NoInput(Input):
    """Nothing."""


class GetOrCreateConversation(Input):
    """The matching customer's top-level conversation, or a new one. Needs a customer or members."""

    name: Name | None = None
    type: Literal["DIRECT", "GROUP"] | None = None
    customer_id: Id | None = None
    customer: CustomerInput | None = None
    member_ids: Annotated[list[Id], Field(max_length=200, fail_fast=True)] | None = None
    channel_ids: Annotated[list[Id], Field(max_length=50, fail_fast=True)] | None = None
    channel_identifier: Host | None = None
    metadata: Metadata | None = None
    created_at: Moment | None = None  # extension, feature `import`


class CreateSubConversation(Input):
    """A conversation below another. It inherits the parent's channels when both channel fields are left out."""

    parent_id: Id
    name: Name | None = None
    type: Literal["DIRECT", "GROUP"] | None = None
    customer: CustomerInput | None = None
    customer_id: Id | None = None
    member_ids: Annotated[list[Id], Field(max_length=200, fail_fast=True)] | None = None
    channel_ids: Annotated[list[Id], Field(max_length=50, fail_fast=True)] | None = None
    channel_identifier: Host | None = None
    metadata: Metadata | None = None
    created_at: Moment | None = None  # extension, feature `import`


class UpdateConversation(Input):
    """A new name, place or metadata. Metadata merges key by key at the top level; null removes a key."""

    id: Id
    name: Name | None = None
    metadata: Metadata | None = None
    parent_id: Id | None = None  # null moves to the top level (extension)


class ConversationId(Input):
    """One conversation."""

    id: Id


class AiTrigger(Input):
    """Ask an agent to answer the message that is sent."""

    agent_id: Id
    channel_id: Id | None = None


class Send(Input):
    """A message. Needs content, an attachment or a template; the default sender is the key's member."""

    conversation_id: Id
    content: Content | None = None
    attachment_ids: Annotated[list[Id], Field(max_length=20, fail_fast=True)] | None = None
    flags: Annotated[list[Flag], Field(max_length=20, fail_fast=True)] | None = None
    parent_id: Id | None = None
    template_id: Id | None = None
    template_context: Any = None
    channel_id: Id | None = None
    channel_identifier: Host | None = None
    sender: Literal["workspace", "customer"] | None = None
    customer_id: Id | None = None
    customer: CustomerInput | None = None
    ai: AiTrigger | None = None
    created_at: Moment | None = None  # extension, feature `import`


class ListMessages(Input):
    """A page of a thread, newest first."""

    conversation_id: Id
    limit: Limit = 50
    cursor: Cursor | None = None


class ClaimGuestConversations(Input):
    """Give the conversations of a website guest to a customer."""

    fingerprint: Text = Field(min_length=8, max_length=500)
    guest_external_id: Mark = None
    guest_local_conversation_id: Id | None = None
    target_parent_id: Id | None = None
    customer_id: Id | None = None
    customer: CustomerInput | None = None
    claim_metadata: Metadata | None = None


class Paged(Input):
    """A page of a list."""

    limit: Limit = 50
    cursor: Cursor | None = None


class ListConversations(Paged):
    """A page of conversations; without `parent_id` those at the top level."""

    parent_id: Id | None = None
    query: str | None = Field(default=None, max_length=500)
    status: Literal["open", "resolved", "snoozed"] | None = None
    assignee_id: Id | None = None
    unread: Switch | None = None
    waiting: Switch | None = None
    channel_id: Id | None = None
    customer_id: Id | None = None
    order: Literal["activity", "waiting"] = "activity"


class SearchMessages(Paged):
    """Full text over messages, in any language."""

    query: str = Field(max_length=500)
    conversation_id: Id | None = None
    customer_id: Id | None = None
    sender_kind: Literal["member", "customer", "agent", "system"] | None = None
    before: Moment | None = None
    after: Moment | None = None


class CustomerId(Input):
    """One customer."""

    id: Id


class MarkRead(Input):
    """Read up to this message."""

    conversation_id: Id
    message_id: Id


class SetPresence(Input):
    """What the member is looking at or writing in."""

    conversation_id: Id | None
    state: Literal["viewing", "typing"]


class SaveTemplate(Input):
    """A new template, or with `id` a changed one."""

    id: Id | None = None
    name: Text = Field(min_length=1, max_length=200)
    content: Content


class SaveArticle(Input):
    """A new knowledge article, or with `id` a changed one."""

    id: Id | None = None
    name: Text = Field(min_length=1, max_length=200)
    content: Content


class Events(Input):
    """From where to follow: the last event that was applied."""

    last_event_id: str | None = Field(default=None, max_length=200)


class ListAuditLog(Paged):
    """A page of the audit log, newest first."""

    actor_id: Id | None = None
    action: str | None = Field(default=None, max_length=200)
    target_id: Id | None = None
    before: Moment | None = None
    after: Moment | None = None
