"""Lists of conversations: filtered, sorted, in pages."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, literal, or_, select

from console.contract.inputs import ConversationId, CustomerId, ListConversations
from console.contract.shapes import Conversation, CustomerDetails, Page
from console.server.procedures.calls import Reading
from console.server.procedures.pages import Cursor, read_cursor, write_cursor
from console.server.refusal import not_found
from console.server.store.conversations import UNREAD, as_shapes, conversations_by_id, shown
from console.server.store.packing import unpack
from console.server.store.schema import channels, conversation_channels, conversations, customers
from console.text.fold import fold

_NOBODY_WAITS = 1 << 60

_IS_SNOOZED = (conversations.c.status == "snoozed") & or_(
    conversations.c.snoozed_until.is_(None), conversations.c.snoozed_until > bindparam("now")
)
_STATUS = {
    "open": (conversations.c.status != "resolved") & ~func.coalesce(_IS_SNOOZED, literal(False)),
    "resolved": conversations.c.status == "resolved",
    "snoozed": _IS_SNOOZED,
}
# What sorts a list, and how: the newest activity first, the longest waiting first.
_waiting = func.coalesce(conversations.c.waiting_since, _NOBODY_WAITS)
_activity = conversations.c.activity_at


def list_conversations(call: Reading, wanted: ListConversations) -> Page[Conversation]:
    """A page of the conversations at one place of the hierarchy: below a parent, else at the top."""
    by_waiting = wanted.order == "waiting"
    query, values = _filtered(call, wanted)
    start = read_cursor(wanted.cursor)
    if start is not None:
        values |= {"at": start.at, "last": start.id}
        query = query.where(_after(by_waiting))
    sort = (_waiting.asc(), conversations.c.id.asc()) if by_waiting else (_activity.desc(), conversations.c.id.desc())
    rows = call.connection.execute(query.order_by(*sort).limit(wanted.limit + 1), values).all()
    page = rows[: wanted.limit]
    more = None
    if len(rows) > len(page):
        last = page[-1]
        waiting = _NOBODY_WAITS if last.waiting_since is None else last.waiting_since
        more = write_cursor(Cursor(waiting if by_waiting else last.activity_at, last.id))
    return Page(items=tuple(as_shapes(call.connection, call.workspace_id, page)), next_cursor=more)


def get_conversation(call: Reading, wanted: ConversationId) -> Conversation:
    """One conversation."""
    found = conversations_by_id(call.connection, call.workspace_id, call.caller.member_id, [wanted.id])
    if wanted.id not in found:
        raise not_found("Conversation")
    return found[wanted.id]


def get_customer(call: Reading, wanted: CustomerId) -> CustomerDetails:
    """One customer, with all of their conversations."""
    here = (customers.c.workspace_id == call.workspace_id) & (customers.c.id == wanted.id)
    row = call.connection.execute(select(customers).where(here)).one_or_none()
    if row is None:
        raise not_found("Customer")
    theirs = shown().where(conversations.c.customer_id == row.id).order_by(_activity.desc(), conversations.c.id.desc())
    rows = call.connection.execute(theirs, {"workspace": call.workspace_id, "member": call.caller.member_id}).all()
    return CustomerDetails(
        id=row.id,
        external_id=row.external_id,
        name=row.name,
        email=row.email,
        phone=row.phone,
        image=row.image,
        metadata=unpack(row.metadata),
        conversations=tuple(as_shapes(call.connection, call.workspace_id, rows)),
    )


def _after(by_waiting: bool) -> Any:
    at: Any = bindparam("at")
    last: Any = bindparam("last")
    if by_waiting:
        return and_(_waiting >= at, or_(_waiting > at, conversations.c.id > last))
    return and_(_activity <= at, or_(_activity < at, conversations.c.id < last))


def _filtered(call: Reading, wanted: ListConversations) -> tuple[Select[Any], dict[str, Any]]:
    """The query of the filters that were given, and its values."""
    values: dict[str, Any] = {"workspace": call.workspace_id, "member": call.caller.member_id}
    query = shown()
    if wanted.parent_id is None:
        query = query.where(conversations.c.parent_id.is_(None))
    else:
        get_conversation(call, ConversationId(id=wanted.parent_id))
        query = query.where(conversations.c.parent_id == wanted.parent_id)
    if wanted.status is not None:
        values["now"] = call.now
        query = query.where(_STATUS[wanted.status])
    if wanted.gave("assignee_id"):
        query = query.where(conversations.c.assignee_id.is_not_distinct_from(wanted.assignee_id))
    if wanted.unread is not None:
        query = query.where(UNREAD > 0 if wanted.unread else UNREAD == 0)
    if wanted.waiting is not None:
        waits = conversations.c.waiting_since
        query = query.where(waits.is_not(None) if wanted.waiting else waits.is_(None))
    if wanted.customer_id is not None:
        query = query.where(conversations.c.customer_id == wanted.customer_id)
    if wanted.channel_id is not None:
        query = query.where(_held_on(wanted.channel_id))
    if wanted.query and (words := wanted.query.split()):
        values["words"] = "\n".join(map(fold, words))
        query = query.where(func.mentions(_searched(), bindparam("words")))
    return query, values


def _held_on(channel_id: str) -> Any:
    return (
        select(literal(1))
        .where(
            conversation_channels.c.workspace_id == conversations.c.workspace_id,
            conversation_channels.c.conversation_id == conversations.c.id,
            conversation_channels.c.channel_id == channel_id,
        )
        .exists()
    )


@cache
def _searched() -> Any:
    """All of a conversation that a word is looked for in, in one text."""
    hosts = (
        select(func.group_concat(channels.c.identifier, " "))
        .join(
            conversation_channels,
            (conversation_channels.c.workspace_id == channels.c.workspace_id)
            & (conversation_channels.c.channel_id == channels.c.id),
        )
        .where(
            conversation_channels.c.workspace_id == conversations.c.workspace_id,
            conversation_channels.c.conversation_id == conversations.c.id,
        )
        .scalar_subquery()
    )
    parts = (
        conversations.c.name,
        customers.c.name,
        customers.c.email,
        customers.c.phone,
        customers.c.external_id,
        hosts,
    )
    text: Any = literal("")
    for part in parts:
        text = text + literal("\n") + func.coalesce(part, "")
    return text
