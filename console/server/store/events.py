"""What changed, numbered without a gap in each workspace, written in the transaction of the change itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Connection, Row, bindparam, delete, func, select

from console.contract.shapes import Conversation
from console.server.clock import as_text
from console.server.store.conversations import Unread, conversations_by_id, unread
from console.server.store.messages import messages_as_json
from console.server.store.packing import pack
from console.server.store.prepared import Prepared
from console.server.store.schema import events
from console.server.store.writer import Transaction

KEPT = 100_000
"""How many events of a workspace a client can be behind before it has to load again."""
_PRUNE_EVERY = 1_000
PAGE = 100
PAGE_CHARACTERS = 1_000_000
"""How much a page holds before the next begins: each event carries its whole conversation."""

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


def was_deleted(connection: Connection, since: int) -> bool:
    """Whether the log tells of conversations that were deleted since a moment, in any workspace."""
    told = select(events.c.id).where(events.c.type == "conversation.deleted", events.c.at >= since)
    return connection.execute(told.limit(1)).first() is not None


@dataclass(frozen=True, slots=True)
class Told:
    """An event as JSON text, cut where each listener has their own number: how many messages they have not read.

    `member_id` is whom alone it concerns; `idempotency_key` goes to the key that sent the message, and to no other.
    """

    id: int
    before: str
    after: str
    conversation_id: str | None = None
    member_id: str | None = None
    is_message: bool = False
    key_id: str | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class Following:
    """Events in their order without those that are void, the last number looked at, and whether there are more.

    `is_lost` says that what came right after is no longer kept: nothing may be told that leaves it out.
    """

    told: tuple[Told, ...]
    unread: Unread
    last: int
    has_more: bool
    is_lost: bool = False

    def to(self, member_id: str, key_id: str) -> Iterator[tuple[int, bytes]]:
        """The number and JSON text of what this member, through this key, is told."""
        for told in self.told:
            if told.member_id not in (None, member_id):
                continue
            count = "" if told.conversation_id is None else str(self.unread.of(told.conversation_id, member_id))
            own = told.idempotency_key if told.key_id == key_id else None
            key = f',"idempotencyKey":{pack(own)}' if told.is_message else ""
            yield told.id, f"{told.before}{count}{told.after}{key}}}".encode()


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


_OLDEST = Prepared(select(func.min(events.c.id)).where(events.c.workspace_id == bindparam("workspace")))
_AFTER = Prepared(
    select(events)
    .where(events.c.workspace_id == bindparam("workspace"), events.c.id > bindparam("last"))
    .order_by(events.c.id)
    .limit(bindparam("limit"))
)


def after(connection: Connection, workspace_id: str, last: int) -> Following:
    """What came after the event numbered `last`, told as things are now, for every listener of the workspace."""
    oldest: int | None = _OLDEST.scalar(connection, {"workspace": workspace_id})
    if oldest is not None and last < oldest - 1:
        return Following((), Unread({}, {}), last, has_more=False, is_lost=True)
    rows = _AFTER.all(connection, {"workspace": workspace_id, "last": last, "limit": PAGE})
    named = dict.fromkeys(row.conversation_id for row in rows if row.conversation_id)
    shown = conversations_by_id(connection, workspace_id, "", named)
    said = messages_as_json(connection, workspace_id, (row.message_id for row in rows if row.message_id))
    texts = {conversation.id: _cut(conversation) for conversation in shown.values()}
    told: list[Told] = []
    left, has_more = PAGE_CHARACTERS, len(rows) == PAGE
    for row in rows:
        if left <= 0:
            has_more = True
            break
        last = row.id
        if (one := _told(row, texts, said)) is not None:
            told.append(one)
            left -= len(one.before)
    return Following(tuple(told), unread(connection, workspace_id, shown), last, has_more)


def _cut(conversation: Conversation) -> str:
    """A conversation as JSON, up to where the number of unread messages stands."""
    return conversation.model_dump_json(by_alias=True, exclude={"unread_count"})[:-1] + ',"unreadCount":'


def _told(row: Row[Any], shown: Mapping[str, str], said: Mapping[str, str]) -> Told | None:
    """The event, or None when what it tells of has been deleted since: another event says so."""
    stamp = f'{{"id":"{row.id}","at":"{as_text(row.at)}","type":"{row.type}"'
    if row.type == "conversation.deleted":
        return Told(row.id, f'{stamp},"ids":{row.ids}', "")
    conversation = shown.get(row.conversation_id)
    if conversation is None:
        return None
    match row.type:
        case "message.created" if row.message_id in said:
            before = f'{stamp},"message":{said[row.message_id]},"conversation":{conversation}'
            return Told(row.id, before, "}", row.conversation_id, None, True, row.key_id, row.idempotency_key)
        case "conversation.created" | "conversation.updated":
            return Told(row.id, f'{stamp},"conversation":{conversation}', "}", row.conversation_id)
        case "read.updated":
            place = f'"conversationId":{pack(row.conversation_id)},"messageId":{pack(row.message_id)}'
            return Told(row.id, f'{stamp},{place},"unreadCount":', "", row.conversation_id, row.member_id)
        case _:
            return None
