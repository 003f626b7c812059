"""Lists of conversations: filtered, sorted, in pages."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, literal, literal_column, or_, select, text

from console.contract.inputs import ConversationId, CustomerId, ListConversations
from console.contract.shapes import Conversation, CustomerDetails, Page
from console.server.procedures.calls import Reading
from console.server.procedures.pages import Cursor, read_cursor, write_cursor
from console.server.refusal import not_found
from console.server.store import search
from console.server.store.conversations import UNREAD, as_shapes, conversations_by_id, shown
from console.server.store.packing import unpack
from console.server.store.schema import conversation_channels, conversations, customers, read_marks
from console.text.words import words_of

_NOBODY_WAITS = 1 << 60

_IS_SNOOZED = (conversations.c.status == "snoozed") & or_(
    conversations.c.snoozed_until.is_(None), conversations.c.snoozed_until > bindparam("now")
)
STATUS = {
    "open": (conversations.c.status != "resolved") & ~func.coalesce(_IS_SNOOZED, literal(False)),
    "resolved": conversations.c.status == "resolved",
    "snoozed": _IS_SNOOZED,
}
# What sorts a list, and how: the newest activity first, the longest waiting first and after them those who do not wait.
_waiting = conversations.c.waiting_since
_activity = conversations.c.activity_at

MOST_OF_CUSTOMER = 100
"""How many conversations `getCustomer` shows."""

_FEW = 5_000
"""Up to so many conversations with the words are fetched and sorted; of more, the list itself soon has a page."""


def list_conversations(call: Reading, wanted: ListConversations, few: int = _FEW) -> Page[Conversation]:
    """A page of the conversations at one place of the hierarchy: below a parent, else at the top."""
    by_waiting = wanted.order == "waiting"
    query, values = _filtered(call, wanted, few)
    start = read_cursor(wanted.cursor)
    if start is not None:
        values |= {"at": start.at, "last": start.id}
    rows: list[Row[Any]] = []
    for part in _by_waiting(query, start) if by_waiting else _by_activity(query, start):
        if len(rows) <= wanted.limit:
            rows += call.connection.execute(part.limit(wanted.limit + 1 - len(rows)), values).all()
    page = rows[: wanted.limit]
    more = None
    if len(rows) > len(page):
        last = page[-1]
        waiting = _NOBODY_WAITS if last.waiting_since is None else last.waiting_since
        more = write_cursor(Cursor(waiting if by_waiting else last.activity_at, last.id))
    if not wanted.query:
        return Page(items=tuple(as_shapes(call.connection, call.workspace_id, page)), next_cursor=more)
    found = conversations_by_id(call.connection, call.workspace_id, call.caller.member_id, (row.id for row in page))
    return Page(items=tuple(found[row.id] for row in page), next_cursor=more)


def get_conversation(call: Reading, wanted: ConversationId) -> Conversation:
    """One conversation."""
    found = conversations_by_id(call.connection, call.workspace_id, call.caller.member_id, [wanted.id])
    if wanted.id not in found:
        raise not_found("Conversation")
    return found[wanted.id]


def get_customer(call: Reading, wanted: CustomerId) -> CustomerDetails:
    """One customer, with their newest conversations, those first in which something happened last.

    Bounded, since an answer must stay small: `listConversations` with `customerId` has the rest.
    """
    here = (customers.c.workspace_id == call.workspace_id) & (customers.c.id == wanted.id)
    row = call.connection.execute(select(customers).where(here)).one_or_none()
    if row is None:
        raise not_found("Customer")
    values = {"workspace": call.workspace_id, "member": call.caller.member_id, "customer": row.id}
    rows = call.connection.execute(newest_of_customer(), values).all()
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


@cache
def newest_of_customer() -> Select[Any]:
    """The conversations that `getCustomer` shows, found by index however many there are."""
    newest = (
        select(conversations.c.id)
        .where(
            conversations.c.workspace_id == bindparam("workspace"), conversations.c.customer_id == bindparam("customer")
        )
        .order_by(conversations.c.id.desc())
        .limit(MOST_OF_CUSTOMER)
    )
    theirs = shown().where(conversations.c.id.in_(newest))
    return theirs.order_by(_activity.desc(), conversations.c.id.desc())


_of_mark = (
    (read_marks.c.workspace_id == conversations.c.workspace_id)
    & (read_marks.c.conversation_id == conversations.c.id)
    & (read_marks.c.member_id == bindparam("member"))
)
_narrow = select(conversations.c.id, _activity, conversations.c.waiting_since).outerjoin(read_marks, _of_mark)
_sorted_by = _narrow.where(conversations.c.workspace_id == bindparam("workspace"))
# With a plus, a column is no reason for SQLite to take the index that has it: it would read the list from its top.
_found = _narrow.where(literal_column("+conversations.workspace_id") == bindparam("workspace"))
_kept_words = (
    select(literal_column("c0 || ' ' || c1 || ' ' || c2"))
    .select_from(text("conversation_search_content"))
    .where(literal_column("conversation_search_content.id") == conversations.c.search_id)
    .scalar_subquery()
)


def _by_activity(query: Select[Any], start: Cursor | None) -> Iterator[Select[Any]]:
    at: Any = bindparam("at")
    if start is not None:
        query = query.where(_activity <= at, or_(_activity < at, conversations.c.id < bindparam("last")))
    yield query.order_by(_activity.desc(), conversations.c.id.desc())


def _by_waiting(query: Select[Any], start: Cursor | None) -> Iterator[Select[Any]]:
    """In two parts, each of which an index has in its order: those who wait, then those who do not."""
    at: Any = bindparam("at")
    is_later: Any = conversations.c.id > bindparam("last")
    if start is None or start.at < _NOBODY_WAITS:
        waiting = query.where(_waiting.is_not(None))
        if start is not None:
            waiting = waiting.where(_waiting >= at, or_(_waiting > at, is_later))
        yield waiting.order_by(_waiting, conversations.c.id)
    others = query.where(_waiting.is_(None))
    if start is not None and start.at >= _NOBODY_WAITS:
        others = others.where(is_later)
    yield others.order_by(conversations.c.id)


def _filtered(call: Reading, wanted: ListConversations, few: int) -> tuple[Select[Any], dict[str, Any]]:
    """The query of the filters that were given, and its values."""
    values: dict[str, Any] = {"workspace": call.workspace_id, "member": call.caller.member_id}
    query = shown()
    if wanted.query:
        query, named = _named(call, wanted.query, few)
        values |= named
    if wanted.parent_id is None:
        query = query.where(conversations.c.parent_id.is_(None))
    else:
        get_conversation(call, ConversationId(id=wanted.parent_id))
        query = query.where(conversations.c.parent_id == wanted.parent_id)
    if wanted.status is not None:
        values["now"] = call.now
        query = query.where(STATUS[wanted.status])
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


def _named(call: Reading, typed: str, few: int) -> tuple[Select[Any], dict[str, Any]]:
    """Ids of conversations in which all of the words are begun, and what the query wants: of odd signs alone, none."""
    words = words_of(typed)
    if not words:
        return _sorted_by.where(literal(not typed.strip())), {}
    expression = search.beginnings(words)
    rows = search.rows_named(call.workspace_id, expression)
    count = call.connection.execute(select(func.count()).select_from(rows.limit(few + 1).subquery())).scalar_one()
    if count <= few:
        return _found.where(conversations.c.search_id.in_(rows)), {}
    return _sorted_by.where(func.begins(_kept_words, bindparam("words"))), {"words": "\n".join(words)}
