"""What changed, numbered without a gap in each workspace, written in the transaction of the change itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Connection, Row, bindparam, delete, func, literal, or_, select

from console.contract.events import (
    ConversationCreated,
    ConversationDeleted,
    ConversationUpdated,
    Event,
    MessageCreated,
    ReadUpdated,
)
from console.contract.shapes import Conversation, Message
from console.server.clock import as_time
from console.server.store.conversations import conversations_by_id
from console.server.store.messages import messages_by_id
from console.server.store.packing import pack, unpack
from console.server.store.prepared import Prepared
from console.server.store.schema import events
from console.server.store.writer import Transaction

KEPT = 100_000
"""How many events of a workspace a client can be behind before it has to load again."""
_PRUNE_EVERY = 1_000
PAGE = 100

_NEXT = func.coalesce(func.max(events.c.id), 0) + 1
_INSERT = Prepared(
    events.insert()
    .from_select(
        [column.name for column in events.c],
        select(
            bindparam("workspace", type_=events.c.workspace_id.type),
            _NEXT,
            bindparam("now", type_=BigInteger),
            *(
                bindparam(name, type_=events.c.type.type)
                for name in ("kind", "conversation", "message", "member", "key", "idempotency", "gone")
            ),
        )
        .select_from(events)
        .where(events.c.workspace_id == bindparam("workspace")),
    )
    .returning(events.c.id)
)
_PRUNE = delete(events).where(events.c.workspace_id == bindparam("workspace"), events.c.id <= bindparam("oldest"))
_NOTHING: dict[str, str | None] = dict.fromkeys(("conversation", "message", "member", "key", "idempotency", "gone"))


def emit(transaction: Transaction, workspace_id: str, kind: str, **named: str | None) -> None:
    """Write an event down and have its listeners woken after the commit."""
    values = {"workspace": workspace_id, "now": transaction.now, "kind": kind} | _NOTHING | named
    number: int = _INSERT.scalar(transaction.connection, values)
    if number % _PRUNE_EVERY == 0:
        transaction.connection.execute(_PRUNE, {"workspace": workspace_id, "oldest": number - KEPT})
    transaction.woken.add(workspace_id)


def emit_deleted(transaction: Transaction, workspace_id: str, ids: Sequence[str]) -> None:
    """Conversations are gone."""
    emit(transaction, workspace_id, "conversation.deleted", gone=pack(list(ids)))


@dataclass(frozen=True, slots=True)
class Follow:
    """Who follows what: the events of a workspace that this member, through this key, may see."""

    workspace_id: str
    member_id: str
    key_id: str


@dataclass(frozen=True, slots=True)
class Following:
    """Events in their order, the last number looked at, and whether there are more. `events` has none that are void."""

    events: tuple[Event, ...]
    last: int
    has_more: bool


def bounds(connection: Connection, workspace_id: str) -> tuple[int, int]:
    """The oldest and the newest number that is kept; (1, 0) when nothing has happened yet."""
    ends = select(func.min(events.c.id), func.max(events.c.id)).where(events.c.workspace_id == workspace_id)
    oldest, newest = connection.execute(ends).one()
    return (1, 0) if newest is None else (oldest, newest)


def newest(connection: Connection, workspace_ids: Sequence[str]) -> dict[str, int]:
    """The newest number of each of these workspaces."""
    wanted = select(events.c.workspace_id, func.max(events.c.id)).where(events.c.workspace_id.in_(workspace_ids))
    rows = connection.execute(wanted.group_by(events.c.workspace_id))
    return {row[0]: row[1] for row in rows}


_AFTER = (
    select(events)
    .where(
        events.c.workspace_id == bindparam("workspace"),
        events.c.id > bindparam("last"),
        or_(events.c.member_id.is_(None), events.c.member_id == bindparam("member")),
    )
    .order_by(events.c.id)
    .limit(literal(PAGE))
)


def after(connection: Connection, follow: Follow, last: int) -> Following:
    """What came after the event numbered `last`, told as things are now."""
    values = {"workspace": follow.workspace_id, "last": last, "member": follow.member_id}
    rows = connection.execute(_AFTER, values).all()
    shown = conversations_by_id(
        connection, follow.workspace_id, follow.member_id, (row.conversation_id for row in rows if row.conversation_id)
    )
    said = messages_by_id(connection, follow.workspace_id, (row.message_id for row in rows if row.message_id))
    told = [_event(row, follow, shown, said) for row in rows]
    return Following(
        tuple(event for event in told if event is not None), rows[-1].id if rows else last, len(rows) == PAGE
    )


def _event(row: Row[Any], follow: Follow, shown: dict[str, Conversation], said: dict[str, Message]) -> Event | None:
    """The event, or None when what it tells of has been deleted since: another event says so."""
    stamp = {"id": str(row.id), "at": as_time(row.at)}
    if row.type == "conversation.deleted":
        return ConversationDeleted(**stamp, ids=tuple(unpack(row.ids)))
    conversation = shown.get(row.conversation_id)
    if conversation is None:
        return None
    match row.type:
        case "message.created" if row.message_id in said:
            own = row.idempotency_key if row.key_id == follow.key_id else None
            return MessageCreated(**stamp, message=said[row.message_id], conversation=conversation, idempotency_key=own)
        case "conversation.created":
            return ConversationCreated(**stamp, conversation=conversation)
        case "conversation.updated":
            return ConversationUpdated(**stamp, conversation=conversation)
        case "read.updated":
            return ReadUpdated(
                **stamp,
                conversation_id=conversation.id,
                message_id=row.message_id,
                unread_count=conversation.unread_count,
            )
        case _:
            return None
