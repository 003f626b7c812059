"""Making, changing and deleting conversations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, case, delete, func, select, update

from console.contract.inputs import (
    ConversationId,
    CreateSubConversation,
    GetOrCreateConversation,
    UpdateConversation,
)
from console.contract.permissions import MANAGE
from console.contract.shapes import Conversation, Deleted
from console.server.clock import as_milliseconds
from console.server.procedures.auditing import first_ids, metadata_noted
from console.server.procedures.calls import Writing
from console.server.procedures.channels import attach, channels_named, join, known
from console.server.procedures.customers import recognise
from console.server.procedures.posting import conversation_row
from console.server.refusal import bad_request, not_found
from console.server.rules.hierarchy import refuse_cycle
from console.server.rules.metadata import merged, triage
from console.server.store.answers import forget_answers
from console.server.store.conversations import conversations_by_id
from console.server.store.events import emit, emit_deleted
from console.server.store.packing import pack_within, unpack
from console.server.store.schema import (
    attachments,
    conversation_channels,
    conversations,
    messages,
    participants,
)

_HERE = conversations.c.workspace_id == bindparam("workspace")
_TOP_OF_CUSTOMER = (
    select(conversations.c.id)
    .where(_HERE, conversations.c.customer_id == bindparam("customer"), conversations.c.parent_id.is_(None))
    .order_by(conversations.c.id)
    .limit(1)
)
_TOP_OF_MEMBERS = (
    select(conversations.c.id)
    .join(
        participants,
        (participants.c.workspace_id == conversations.c.workspace_id)
        & (participants.c.conversation_id == conversations.c.id),
    )
    .where(
        _HERE,
        conversations.c.customer_id.is_(None),
        conversations.c.parent_id.is_(None),
        participants.c.kind == "member",  # an agent that answered there is nobody's reason for another
    )
    .group_by(conversations.c.id)
    .having(
        func.count() == bindparam("count"),
        func.sum(case((participants.c.person_id.in_(bindparam("members", expanding=True)), 1), else_=0))
        == bindparam("count"),
    )
    .order_by(conversations.c.id)
    .limit(1)
)
_CHANNELS_OF = select(conversation_channels.c.channel_id).where(
    conversation_channels.c.workspace_id == bindparam("workspace"),
    conversation_channels.c.conversation_id == bindparam("conversation"),
)


def _below() -> Any:
    """The conversation named by the parameter `conversation`, and all below it."""
    tree = select(conversations.c.id).where(_HERE, conversations.c.id == bindparam("conversation")).cte(recursive=True)
    return tree.union_all(select(conversations.c.id).where(_HERE, conversations.c.parent_id == tree.c.id))


def _above() -> Any:
    """The conversation named by the parameter `conversation`, and all above it."""
    columns = (conversations.c.id, conversations.c.parent_id)
    path = select(*columns).where(_HERE, conversations.c.id == bindparam("conversation")).cte(recursive=True)
    return path.union(select(*columns).where(_HERE, conversations.c.id == path.c.parent_id))


_BELOW = select(_below().c.id)
_ABOVE = select(_above().c.id)
# By the tree and not by its ids: they may be more than the parameters that a statement takes.
_FILES_BELOW = (
    select(attachments.c.s3_key)
    .join(
        messages,
        (messages.c.workspace_id == attachments.c.workspace_id) & (messages.c.id == attachments.c.message_id),
    )
    .where(messages.c.workspace_id == bindparam("workspace"), messages.c.conversation_id.in_(_BELOW))
)
_DELETE_BELOW = delete(conversations).where(_HERE, conversations.c.id.in_(_BELOW))


@dataclass(frozen=True, slots=True)
class _New:
    """A conversation to be, its references checked."""

    name: str | None
    type: str
    parent_id: str | None
    customer_id: str | None
    metadata: dict[str, Any]
    channel_ids: Sequence[str]
    member_ids: Sequence[str] = field(default=())
    at: int | None = None


def get_or_create(call: Writing, wanted: GetOrCreateConversation) -> Conversation:
    """The matching customer's top-level conversation, or that of the same members, or a new one."""
    if wanted.customer_id is None and wanted.customer is None and not wanted.member_ids:
        raise bad_request("customerId, customer or memberIds is required")
    at = imported_at(call, wanted.created_at)
    member_ids = _members(call, wanted.member_ids)
    customer_id = recognise(call.transaction, call.workspace_id, wanted.customer_id, wanted.customer)
    channel_ids = channels_named(call.transaction, call.workspace_id, wanted.channel_ids, wanted.channel_identifier)
    found = _top_of_customer(call, customer_id) if customer_id else _top_of_members(call, member_ids)
    if found is not None:
        return _reuse(call, found, wanted, member_ids, channel_ids)
    kind = wanted.type or ("GROUP" if customer_id is None and len(member_ids) > 2 else "DIRECT")
    metadata = merged({}, wanted.metadata)
    call.noted["created"] = True
    return _make(call, _New(wanted.name, kind, None, customer_id, metadata, channel_ids, member_ids, at))


def create_sub(call: Writing, wanted: CreateSubConversation) -> Conversation:
    """A conversation below another. Without a customer of its own it is with the parent's."""
    at = imported_at(call, wanted.created_at)
    parent = conversation_row(call.transaction.connection, call.workspace_id, wanted.parent_id)
    member_ids = _members(call, wanted.member_ids)
    customer_id = recognise(call.transaction, call.workspace_id, wanted.customer_id, wanted.customer)
    if wanted.gave("channel_ids") or wanted.gave("channel_identifier"):
        channel_ids = channels_named(call.transaction, call.workspace_id, wanted.channel_ids, wanted.channel_identifier)
    else:
        values = {"workspace": call.workspace_id, "conversation": parent.id}
        channel_ids = list(call.transaction.connection.execute(_CHANNELS_OF, values).scalars())
    metadata = merged({}, wanted.metadata)
    new = _New(
        wanted.name,
        wanted.type or "DIRECT",
        parent.id,
        customer_id or parent.customer_id,
        metadata,
        channel_ids,
        member_ids,
        at,
    )
    made = _make(call, new)
    emit(call.transaction, call.workspace_id, "conversation.updated", conversation=parent.id)  # one child more
    return made


def update_conversation(call: Writing, wanted: UpdateConversation) -> Conversation:
    """A new name, place or metadata; what was not given stays."""
    row = conversation_row(call.transaction.connection, call.workspace_id, wanted.id)
    changes: dict[str, Any] = {}
    if wanted.gave("name"):
        changes["name"] = wanted.name
    if wanted.gave("metadata"):
        kept = unpack(row.metadata)
        metadata = merged(kept, wanted.metadata)
        changes |= metadata_changes(call, row, metadata)
        call.noted.update(metadata_noted(kept, metadata))
    parents: set[str] = set()
    if wanted.gave("parent_id") and wanted.parent_id != row.parent_id:
        changes["parent_id"] = _new_parent(call, row.id, wanted.parent_id)
        parents = {parent for parent in (row.parent_id, wanted.parent_id) if parent}
    change(call, row.id, changes)
    for changed in (row.id, *sorted(parents)):
        emit(call.transaction, call.workspace_id, "conversation.updated", conversation=changed)
    return seen(call, row.id)


def delete_conversation(call: Writing, wanted: ConversationId) -> Deleted:
    """A conversation and all below it, with messages, files and marks."""
    row = conversation_row(call.transaction.connection, call.workspace_id, wanted.id)
    connection = call.transaction.connection
    tree = {"workspace": call.workspace_id, "conversation": row.id}
    ids = list(connection.execute(_BELOW, tree).scalars())
    call.transaction.files.extend(connection.execute(_FILES_BELOW, tree).scalars())
    call.noted["ids"] = first_ids(ids)
    forget_answers(call.transaction, call.workspace_id, _BELOW, tree)
    connection.execute(_DELETE_BELOW, tree)
    emit_deleted(call.transaction, call.workspace_id, ids)
    if row.parent_id is not None:
        emit(call.transaction, call.workspace_id, "conversation.updated", conversation=row.parent_id)
    return Deleted(id=row.id, deleted=len(ids))


def seen(call: Writing, conversation_id: str) -> Conversation:
    """A conversation as the caller sees it after the change."""
    member_id = call.caller.member_id
    return conversations_by_id(call.transaction.connection, call.workspace_id, member_id, [conversation_id])[
        conversation_id
    ]


def imported_at(call: Writing, created_at: Any) -> int | None:
    """The time that an import gives, which needs a permission of its own; None without one."""
    if created_at is None:
        return None
    call.caller.require(MANAGE)
    at = as_milliseconds(created_at)
    if at > call.transaction.now:
        raise bad_request("createdAt must not be in the future")
    return at


def path_to(call: Writing, conversation_id: str) -> list[str]:
    """The conversation and all above it; nothing for one that is missing."""
    values = {"workspace": call.workspace_id, "conversation": conversation_id}
    return list(call.transaction.connection.execute(_ABOVE, values).scalars())


def _members(call: Writing, ids: Sequence[str] | None) -> list[str]:
    """The key's member, and those that are named."""
    return list(
        dict.fromkeys((call.caller.member_id, *known(call.transaction.connection, call.workspace_id, "Member", ids)))
    )


def _top_of_customer(call: Writing, customer_id: str) -> str | None:
    values = {"workspace": call.workspace_id, "customer": customer_id}
    return call.transaction.connection.execute(_TOP_OF_CUSTOMER, values).scalar()


def _top_of_members(call: Writing, member_ids: Sequence[str]) -> str | None:
    """The conversation without a customer in which exactly these members take part."""
    values = {"workspace": call.workspace_id, "members": member_ids, "count": len(member_ids)}
    return call.transaction.connection.execute(_TOP_OF_MEMBERS, values).scalar()


def _reuse(
    call: Writing,
    conversation_id: str,
    wanted: GetOrCreateConversation,
    member_ids: Sequence[str],
    channel_ids: Sequence[str],
) -> Conversation:
    """Add to a conversation what the call brings and it lacks."""
    row = conversation_row(call.transaction.connection, call.workspace_id, conversation_id)
    kept = unpack(row.metadata)
    metadata = merged(kept, wanted.metadata)
    changes = {} if metadata == kept else metadata_changes(call, row, metadata)
    if row.name is None and wanted.name:
        changes["name"] = wanted.name
    if changes:
        change(call, row.id, changes)
    people = [("member", member) for member in member_ids]
    is_joined = join(call.transaction, call.workspace_id, row.id, people)
    is_attached = attach(call.transaction, call.workspace_id, row.id, channel_ids)
    if changes or is_joined or is_attached:
        emit(call.transaction, call.workspace_id, "conversation.updated", conversation=row.id)
    return seen(call, row.id)


def _make(call: Writing, new: _New) -> Conversation:
    at = call.transaction.now if new.at is None else new.at
    conversation_id = call.transaction.ids.new("conv", at)
    sorting = triage(new.metadata)
    values = {
        "workspace_id": call.workspace_id,
        "id": conversation_id,
        "name": new.name,
        "type": new.type,
        "parent_id": new.parent_id,
        "customer_id": new.customer_id,
        "metadata": pack_within(new.metadata, "metadata"),
        "status": sorting.status,
        "assignee_id": sorting.assignee_id,
        "snoozed_until": sorting.snoozed_until,
        "status_at": at,
        "message_count": 0,
        "activity_at": at,
        "created_at": at,
        "updated_at": at,
    }
    call.transaction.connection.execute(conversations.insert(), values)
    people = [("member", member) for member in new.member_ids]
    if new.customer_id is not None:
        people.append(("customer", new.customer_id))
    join(call.transaction, call.workspace_id, conversation_id, people)
    attach(call.transaction, call.workspace_id, conversation_id, new.channel_ids)
    emit(call.transaction, call.workspace_id, "conversation.created", conversation=conversation_id)
    return seen(call, conversation_id)


def metadata_changes(call: Writing, row: Any, metadata: dict[str, Any]) -> dict[str, Any]:
    """The columns that new metadata changes: with it what lists are sorted by, and since when."""
    sorting = triage(metadata)
    return {
        "metadata": pack_within(metadata, "metadata"),
        "status": sorting.status,
        "assignee_id": sorting.assignee_id,
        "snoozed_until": sorting.snoozed_until,
        "status_at": row.status_at if sorting.status == row.status else call.transaction.now,
    }


def _new_parent(call: Writing, conversation_id: str, parent_id: str | None) -> str | None:
    if parent_id is None:
        return None
    path = path_to(call, parent_id)
    if not path:
        raise not_found("Conversation")
    refuse_cycle(conversation_id, path)
    return parent_id


def change(call: Writing, conversation_id: str, changes: dict[str, Any]) -> None:
    """Write new columns of a conversation. Its time never goes back, as a clock may: by that consoles tell records."""
    here = (conversations.c.workspace_id == call.workspace_id) & (conversations.c.id == conversation_id)
    newest = func.max(conversations.c.updated_at, call.transaction.now)
    call.transaction.connection.execute(update(conversations).where(here).values(changes | {"updated_at": newest}))
