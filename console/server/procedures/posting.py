"""Posting a message: the record, and all that follows from it in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from console.contract.shapes import NOTE_FLAG, Message, Sender
from console.server.clock import as_time
from console.server.procedures.channels import join
from console.server.refusal import not_found
from console.server.rules.metadata import reopened
from console.server.rules.waiting import Arrival, Standing, after_customer, is_newest
from console.server.store.attachments import bind_attachments
from console.server.store.events import emit
from console.server.store.packing import pack, pack_within, unpack
from console.server.store.prepared import Prepared
from console.server.store.schema import conversations, messages, read_marks
from console.server.store.writer import Transaction


@dataclass(frozen=True, slots=True)
class Post:
    """A message to be, its references checked. `at` is None for now."""

    sender: Sender
    content: Mapping[str, Any]
    flags: tuple[str, ...] = ()
    attachment_ids: tuple[str, ...] = ()
    parent_id: str | None = None
    channel_id: str | None = None
    template_id: str | None = None
    at: int | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Through which key a change came, and the idempotency key that its event brings back to that key alone."""

    key_id: str | None = None
    idempotency_key: str | None = None


_CONVERSATION = Prepared(
    select(conversations).where(
        conversations.c.workspace_id == bindparam("workspace"), conversations.c.id == bindparam("conversation")
    )
)
_MOVED = (
    "metadata",
    "status",
    "snoozed_until",
    "status_at",
    "message_count",
    "last_message_id",
    "last_message_at",
    "last_reply_at",
    "waiting_since",
    "activity_at",
    "updated_at",
)
_moved = attrgetter(*_MOVED)
_MOVE_ON = Prepared(
    update(conversations)
    .where(conversations.c.workspace_id == bindparam("workspace"), conversations.c.id == bindparam("conversation"))
    .values({name: bindparam(f"new_{name}") for name in _MOVED})
)
_FIRST_UNANSWERED = Prepared(
    select(func.min(messages.c.created_at)).where(
        messages.c.workspace_id == bindparam("workspace"),
        messages.c.conversation_id == bindparam("conversation"),
        messages.c.sender_kind == "customer",
        messages.c.created_at > bindparam("at"),
    )
)
_LAST_AT = Prepared(
    select(func.max(messages.c.id)).where(
        messages.c.workspace_id == bindparam("workspace"),
        messages.c.conversation_id == bindparam("conversation"),
        messages.c.created_at == bindparam("at"),
    )
)
_MORE_UNREAD = Prepared(
    update(read_marks)
    .where(
        read_marks.c.workspace_id == bindparam("workspace"),
        read_marks.c.conversation_id == bindparam("conversation"),
        read_marks.c.member_id != bindparam("author"),
        read_marks.c.message_at <= bindparam("at"),  # of one moment, the new message stands last
    )
    .values(unread=read_marks.c.unread + 1)
)
_MARK = insert(read_marks)
_MARK_FORWARD = Prepared(
    _MARK.on_conflict_do_update(
        index_elements=["workspace_id", "conversation_id", "member_id"],
        set_={name: _MARK.excluded[name] for name in ("message_id", "message_at", "unread")},
        where=(read_marks.c.message_at < _MARK.excluded.message_at)
        | (
            (read_marks.c.message_at == _MARK.excluded.message_at)
            & (read_marks.c.message_id < _MARK.excluded.message_id)
        ),
    )
)
_INSERT = Prepared(messages.insert())
_LATER = Prepared(
    select(func.count()).where(
        messages.c.workspace_id == bindparam("workspace"),
        messages.c.conversation_id == bindparam("conversation"),
        or_(
            messages.c.created_at > bindparam("at"),
            (messages.c.created_at == bindparam("at")) & (messages.c.id > bindparam("message")),
        ),
        or_(messages.c.sender_kind != "member", messages.c.sender_id != bindparam("author")),
    )
)


def conversation_row(connection: Connection, workspace_id: str, conversation_id: str) -> Row[Any]:
    """A conversation's columns. Raises the refusal of a missing one."""
    values = {"workspace": workspace_id, "conversation": conversation_id}
    row: Row[Any] | None = _CONVERSATION.first(connection, values)
    if row is None:
        raise not_found("Conversation")
    return row


def post(transaction: Transaction, workspace_id: str, row: Row[Any], wanted: Post, origin: Origin) -> Message:
    """Write a message into the conversation `row` and tell everybody."""
    at = transaction.now if wanted.at is None else wanted.at
    message_id = transaction.ids.new("msg", at, _last_of_that_moment(transaction, workspace_id, row, at))
    _INSERT.run(
        transaction.connection,
        {
            "workspace_id": workspace_id,
            "id": message_id,
            "conversation_id": row.id,
            "parent_id": wanted.parent_id,
            "sender_kind": wanted.sender.kind,
            "sender_id": wanted.sender.id,
            "sender_name": wanted.sender.name if wanted.sender.kind == "agent" else None,
            "content": pack_within(dict(wanted.content), "content"),
            "flags": pack(list(wanted.flags)),
            "channel_id": wanted.channel_id,
            "template_id": wanted.template_id,
            "created_at": at,
            "search_id": None,  # the writer indexes what a batch brought, all at once
        },
    )
    files = bind_attachments(transaction, workspace_id, message_id, wanted.attachment_ids)
    is_open_again = _move_on(transaction, workspace_id, row, wanted, message_id, at)
    _count_unread(transaction, workspace_id, row, wanted.sender, message_id, at)
    if wanted.sender.kind != "system" and wanted.sender.id is not None:
        person = [(wanted.sender.kind, wanted.sender.id)]
        join(transaction, workspace_id, row.id, person, wanted.sender.name if wanted.sender.kind == "agent" else None)
    emit(
        transaction,
        workspace_id,
        "message.created",
        conversation=row.id,
        message=message_id,
        key=origin.key_id,
        idempotency=origin.idempotency_key,
    )
    if is_open_again:
        emit(transaction, workspace_id, "conversation.updated", conversation=row.id)
    return Message(
        id=message_id,
        conversation_id=row.id,
        parent_id=wanted.parent_id,
        sender=wanted.sender,
        content=dict(wanted.content),
        attachments=files,
        flags=wanted.flags,
        channel_id=wanted.channel_id,
        template_id=wanted.template_id,
        created_at=as_time(at),
    )


def _last_of_that_moment(transaction: Transaction, workspace_id: str, row: Row[Any], at: int) -> str | None:
    """After which message of the same millisecond this one stands: imports may bring many of one second."""
    if row.last_message_at is None or row.last_message_at < at:
        return None
    if row.last_message_at == at:
        return str(row.last_message_id)
    values = {"workspace": workspace_id, "conversation": row.id, "at": at}
    last: str | None = _LAST_AT.scalar(transaction.connection, values)
    return last


def _move_on(
    transaction: Transaction, workspace_id: str, row: Row[Any], wanted: Post, message_id: str, at: int
) -> bool:
    """What the message does to its conversation; whether it opened it again."""
    standing = Standing(row.last_message_at, row.last_reply_at, row.waiting_since)
    arrival = Arrival(wanted.sender.kind, at, NOTE_FLAG in wanted.flags)
    changes: dict[str, Any] = {
        "message_count": row.message_count + 1,
        "updated_at": max(row.updated_at, at),
    }
    if is_newest(standing, arrival):
        changes |= {"last_message_id": message_id, "last_message_at": at, "activity_at": at}
    if arrival.is_reply and (row.last_reply_at is None or at >= row.last_reply_at):
        changes |= {"last_reply_at": at, "waiting_since": _unanswered(transaction, workspace_id, row, at)}
    elif arrival.kind == "customer":
        changes["waiting_since"] = after_customer(standing, at)
    opens = arrival.kind == "customer" and row.status != "open" and at >= row.status_at
    if opens:
        metadata = reopened(unpack(row.metadata))
        changes |= {"metadata": pack(metadata), "status": "open", "snoozed_until": None, "status_at": at}
    # All columns each time, changed or not, so that the statement is always the same.
    values = {f"new_{name}": kept for name, kept in zip(_MOVED, _moved(row), strict=True)}
    values |= {f"new_{name}": value for name, value in changes.items()}
    _MOVE_ON.run(transaction.connection, {"workspace": workspace_id, "conversation": row.id} | values)
    return opens


def _unanswered(transaction: Transaction, workspace_id: str, row: Row[Any], at: int) -> int | None:
    """The first customer's message after a reply of `at`; a reply that is newest leaves none."""
    if row.last_message_at is None or row.last_message_at <= at:
        return None
    values = {"workspace": workspace_id, "conversation": row.id, "at": at}
    first: int | None = _FIRST_UNANSWERED.scalar(transaction.connection, values)
    return first


def _count_unread(
    transaction: Transaction, workspace_id: str, row: Row[Any], sender: Sender, message_id: str, at: int
) -> None:
    """One more for everyone who has read less far; whoever wrote it has read up to it."""
    author = sender.id if sender.kind == "member" and sender.id else ""
    values = {
        "workspace": workspace_id,
        "conversation": row.id,
        "author": author,
        "at": at,
        "message": message_id,
    }
    _MORE_UNREAD.run(transaction.connection, values)
    if author:
        is_last = row.last_message_at is None or at >= row.last_message_at
        unread = 0 if is_last else _LATER.scalar(transaction.connection, values)
        mark = {
            "workspace_id": workspace_id,
            "conversation_id": row.id,
            "member_id": author,
            "message_id": message_id,
            "message_at": at,
            "unread": unread,
        }
        _MARK_FORWARD.run(transaction.connection, mark)


def later_than(
    transaction: Transaction, workspace_id: str, conversation_id: str, member_id: str, at: int, message_id: str
) -> int:
    """How many messages of others come after this one."""
    values = {
        "workspace": workspace_id,
        "conversation": conversation_id,
        "author": member_id,
        "at": at,
        "message": message_id,
    }
    return int(_LATER.scalar(transaction.connection, values))
