"""Conversations: found, made, changed, deleted."""

from __future__ import annotations

from typing import Any, Literal

from console.client.calls import Calls, Needs
from console.contract import procedures
from console.contract.inputs import (
    ClaimGuestConversations,
    ConversationId,
    CreateSubConversation,
    GetOrCreateConversation,
    ListConversations,
    MarkRead,
    SetPresence,
    UpdateConversation,
)
from console.contract.shapes import Claimed, Conversation, Customer, Deleted, Page


class ConversationsResource:
    """The conversations of the key's workspace. Every method raises ApiError."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def list(self, given: ListConversations) -> Page[Conversation]:
        """A page (extension); without `parent_id` of the top level."""
        return await self._calls.page(procedures.LIST_CONVERSATIONS, given)

    async def get(self, id: str) -> Conversation:
        """One conversation (extension)."""
        return await self._calls.call(procedures.GET_CONVERSATION, ConversationId(id=id))

    async def get_or_create(self, given: GetOrCreateConversation) -> Conversation:
        """The customer's top-level conversation, made if there is none. Safe to repeat."""
        answer = await self._calls.call(procedures.GET_OR_CREATE_CONVERSATION, given)
        return _completed(answer, given, "customer")

    async def create_sub(self, given: CreateSubConversation) -> Conversation:
        """A new conversation below another."""
        answer = await self._calls.call(procedures.CREATE_SUB_CONVERSATION, given)
        return _completed(answer, given, "customer", "parent_id", "name", "metadata")

    async def update(self, given: UpdateConversation) -> Conversation:
        """Another name, place or metadata. A cycle is BadRequest."""
        answer = await self._calls.call(procedures.UPDATE_CONVERSATION, given)
        return _completed(answer, given, "parent_id", "name")

    async def delete(self, id: str) -> Deleted:
        """Take away a conversation and all below it."""
        return await self._calls.call(procedures.DELETE_CONVERSATION, ConversationId(id=id))

    async def mark_read(self, conversation_id: str, message_id: str) -> int:
        """Mark as read up to a message (extension); how many are unread then."""
        given = MarkRead(conversation_id=conversation_id, message_id=message_id)
        return (await self._calls.call(procedures.MARK_READ, given)).unread_count

    async def set_presence(self, conversation_id: str | None, state: Literal["viewing", "typing"] = "viewing") -> None:
        """Let colleagues know what the member looks at or writes in, for half a minute (extension); None leaves.

        Raises Unsupported where nobody would hear of it.
        """
        given = SetPresence(conversation_id=conversation_id, state=state)
        needs = Needs("presence", "This server does not tell colleagues who looks at what.")
        await self._calls.call(procedures.SET_PRESENCE, given, needs=needs)

    async def claim(self, given: ClaimGuestConversations) -> Claimed:
        """Give a website guest's conversations to a customer."""
        return await self._calls.call(procedures.CLAIM_GUEST_CONVERSATIONS, given)


def _completed(
    answer: Conversation, given: GetOrCreateConversation | CreateSubConversation | UpdateConversation, *fields: str
) -> Conversation:
    """An answer, with those of `fields` that it leaves out as they were asked for: only its id is documented."""
    asked: dict[str, Any] = {field: getattr(given, field) for field in fields if given.gave(field)}
    if customer := asked.get("customer"):
        asked["customer"] = Customer(**customer.model_dump(exclude_unset=True))
    elif isinstance(given, GetOrCreateConversation | CreateSubConversation) and given.customer_id:
        asked["customer"] = Customer(id=given.customer_id)
    untold = {field: value for field, value in asked.items() if field not in answer.model_fields_set}
    return answer.model_copy(update=untold) if untold else answer
