"""Reading the indexes of words: messages newest first, and conversations by what they are called, with whom and where.

An expression of FTS5 is made here alone, from words that hold no sign of its language and from marks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, literal_column, select, text

from console.server.rules.query import Term
from console.server.store.indexing import mark
from console.server.store.prepared import Prepared
from console.server.store.schema import conversation_search, conversations, message_search, messages

MOST_SCANNED = 20_000
"""How many messages with the words are looked at for one page, where a filter is none of the index."""
_FIRST_CHUNK = 300

_NEWEST = Prepared(
    text(
        "SELECT rowid, message_id FROM message_search WHERE message_search MATCH :match"
        " AND rowid >= :first AND rowid < :end ORDER BY rowid DESC LIMIT :limit"
    )
)
_CONVERSATIONS = Prepared(
    text(
        "SELECT conversations.id, conversations.customer_id, conversations.search_id FROM conversation_search"
        " CROSS JOIN conversations ON conversations.search_id = conversation_search.rowid"
        " WHERE conversation_search MATCH :match AND conversations.workspace_id = :workspace LIMIT :limit"
    )
)


@dataclass(frozen=True, slots=True)
class Rows:
    """A range of rows of the index, which is one of time."""

    first: int
    end: int


@dataclass(frozen=True, slots=True)
class Found:
    """Messages of a page, and the row below which the next one begins; None at the end."""

    ids: tuple[str, ...]
    end: int | None


def all_of(parts: Iterable[str]) -> str:
    """What all of the expressions want."""
    return " AND ".join(parts)


def any_of(parts: Iterable[str]) -> str:
    """What one of the expressions wants; there must be one."""
    return f"({' OR '.join(parts)})"


def marked(kind: str, value: str = "") -> str:
    """An expression for a mark."""
    return f'"{mark(kind, value)}"'


def term(wanted: Term) -> str:
    """An expression for a term; whether it is excluded is for its reader to say."""
    return f'"{" ".join(wanted.words)}"{" *" if wanted.is_beginning else ""}'


def beginnings(words: Iterable[str], column: str | None = None) -> str:
    """An expression for conversations in which all of the words are begun, in one column or in any."""
    asked = sorted(set(words))
    # What begins the word after it holds where that does.
    longest = [one for one, after in zip(asked, [*asked[1:], ""], strict=True) if not after.startswith(one)]
    all_words = all_of(f'"{word}" *' for word in longest)
    return f"{column} : ({all_words})" if column else f"({all_words})"


def newest_messages(
    connection: Connection,
    workspace_id: str,
    match: str,
    rows: Rows,
    limit: int,
    conditions: Sequence[ColumnElement[bool]] = (),
    values: dict[str, Any] | None = None,
) -> Found:
    """The newest messages that an expression wants, and of which all the conditions hold."""
    if not conditions:
        found = _page(connection, match, rows, limit + 1)
        return Found(tuple(one for _, one in found[:limit]), found[limit - 1][0] if len(found) > limit else None)
    kept: list[str] = []
    query = _looked_at(and_(*conditions))
    end, scanned, chunk = rows.end, 0, _FIRST_CHUNK
    while scanned < MOST_SCANNED:
        asked = {"workspace": workspace_id, "match": match, "first": rows.first, "end": end, "limit": chunk}
        looked_at = connection.execute(query, asked | (values or {})).all()
        for row, message_id, is_wanted in looked_at:
            if is_wanted:
                kept.append(message_id)
                if len(kept) == limit:
                    return Found(tuple(kept), row)
        if len(looked_at) < chunk:
            return Found(tuple(kept), None)
        end, scanned, chunk = looked_at[-1][0], scanned + chunk, chunk * 2
    return Found(tuple(kept), end)


def conversations_named(connection: Connection, workspace_id: str, expression: str, limit: int) -> list[Any]:
    """Some of the conversations that an expression wants: `id`, `customer_id` and `search_id`, in no order."""
    values = {"match": of_workspace(workspace_id, expression), "workspace": workspace_id, "limit": limit}
    return _CONVERSATIONS.all(connection, values)


def rows_named(workspace_id: str, expression: str) -> Select[Any]:
    """The `search_id` of all of them, as a part of another query."""
    match = literal_column("conversation_search").op("MATCH")(of_workspace(workspace_id, expression))
    return select(conversation_search.c.rowid).where(match)


def of_workspace(workspace_id: str, expression: str) -> str:
    """An expression for conversations, in one workspace alone."""
    return f"{expression} AND {marked('w', workspace_id)}"


def _page(connection: Connection, match: str, rows: Rows, limit: int) -> list[tuple[int, str]]:
    values = {"match": match, "first": rows.first, "end": rows.end, "limit": limit}
    return _NEWEST.run(connection, values).fetchall()


def _looked_at(condition: ColumnElement[bool]) -> Select[Any]:
    """Messages that an expression wants, and of each whether a condition on it and its conversation holds.

    Outer joins, so that SQLite begins with what was found, and not with all that the condition holds of.
    """
    found = (
        select(message_search.c.rowid, message_search.c.message_id)
        .where(
            literal_column("message_search").op("MATCH")(bindparam("match")),
            message_search.c.rowid >= bindparam("first"),
            message_search.c.rowid < bindparam("end"),
        )
        .order_by(message_search.c.rowid.desc())
        .limit(bindparam("limit"))
        .subquery()
    )
    of_message = (messages.c.workspace_id == bindparam("workspace")) & (messages.c.id == found.c.message_id)
    of_conversation = (conversations.c.workspace_id == messages.c.workspace_id) & (
        conversations.c.id == messages.c.conversation_id
    )
    return (
        select(found.c.rowid, found.c.message_id, condition)
        .select_from(found.outerjoin(messages, of_message).outerjoin(conversations, of_conversation))
        .order_by(found.c.rowid.desc())
    )
