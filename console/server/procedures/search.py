"""Finding messages by their words, and by who, where, when and what they are."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement

from console.contract.inputs import SearchMessages
from console.contract.shapes import Hit, Message, Page
from console.server.clock import as_milliseconds
from console.server.procedures.calls import Reading
from console.server.procedures.narrowing import narrowings
from console.server.procedures.pages import Cursor, read_cursor, write_cursor
from console.server.refusal import bad_request
from console.server.rules.highlights import highlights
from console.server.rules.query import Query, read_query
from console.server.store import search
from console.server.store.conversations import conversations_by_id
from console.server.store.indexing import LAST_TIME, SEQUENCE_BITS, spoken
from console.server.store.messages import messages_by_id

_FILTERS = frozenset({"conversation_id", "customer_id", "sender_kind", "before", "after"})


def search_messages(call: Reading, wanted: SearchMessages) -> Page[Hit]:
    """Messages in which all the words stand, the newest first.

    Where a filter is none of the index, a page may hold fewer than asked for though there are more: what is looked at
    for one call is bounded.
    """
    query = read_query(wanted.query)
    rows = _rows(wanted, query)
    is_narrowed = any(getattr(wanted, name) is not None for name in _FILTERS)
    if query.is_empty and (wanted.query.strip() or not is_narrowed):
        return Page(items=())
    match, conditions = _asked(call, wanted, query)
    values = {"member": call.caller.member_id, "now": call.now}
    found = search.newest_messages(call.connection, call.workspace_id, match, rows, wanted.limit, conditions, values)
    said = messages_by_id(call.connection, call.workspace_id, found.ids)
    return Page(items=_hits(call, [said[one] for one in found.ids], query), next_cursor=_cursor(found.end))


def _hits(call: Reading, found: Sequence[Message], query: Query) -> tuple[Hit, ...]:
    ids = {message.conversation_id for message in found}
    shown = conversations_by_id(call.connection, call.workspace_id, call.caller.member_id, ids)
    return tuple(
        Hit(
            message=message,
            conversation=shown[message.conversation_id],
            highlights=highlights(spoken(message.content), query.terms),
        )
        for message in found
    )


def _rows(wanted: SearchMessages, query: Query) -> search.Rows:
    """The range of time that is asked for: `before` and `after` of the input are both exclusive."""
    first = [0] if query.since is None else [query.since]
    if wanted.after is not None:
        first.append(as_milliseconds(wanted.after) + 1)
    end = [LAST_TIME] if query.before is None else [query.before]
    if wanted.before is not None:
        end.append(as_milliseconds(wanted.before))
    start = _start(wanted.cursor)
    last = _row(min(end))
    return search.Rows(_row(max(first)), last if start is None else min(last, start))


def _row(at: int) -> int:
    """The first row of a millisecond."""
    return min(max(at, 0), LAST_TIME) << SEQUENCE_BITS


def _start(text: str | None) -> int | None:
    """The row that a cursor stands for."""
    cursor = read_cursor(text)
    if cursor is None:
        return None
    place = int(cursor.id) if cursor.id.isascii() and cursor.id.isdecimal() and len(cursor.id) <= SEQUENCE_BITS else -1
    if not (0 <= cursor.at <= LAST_TIME and 0 <= place < 1 << SEQUENCE_BITS):
        raise bad_request("cursor is not one that this server gave")
    return (cursor.at << SEQUENCE_BITS) + place


def _cursor(end: int | None) -> str | None:
    return None if end is None else write_cursor(Cursor(end >> SEQUENCE_BITS, str(end & ((1 << SEQUENCE_BITS) - 1))))


def _asked(call: Reading, wanted: SearchMessages, query: Query) -> tuple[str, list[ColumnElement[bool]]]:
    """The expression for the index, and what of each message is asked besides."""
    expressions = [search.marked("w", call.workspace_id)]
    excluded: list[str] = []
    conditions: list[ColumnElement[bool]] = []
    for term in query.terms:
        (excluded if term.is_excluded else expressions).append(search.term(term))
    for one, is_excluded in narrowings(call, wanted, query):
        if one.expression is None:
            conditions.append(one.inverted() if is_excluded else one.condition)
        else:
            (excluded if is_excluded else expressions).append(one.expression)
    match = search.all_of(expressions)
    return (f"({match}) NOT {search.any_of(excluded)}" if excluded else match), conditions
