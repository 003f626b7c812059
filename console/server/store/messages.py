"""Messages as the contract shows them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from json.encoder import encode_basestring
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, func, select

from console.contract.procedures import ASSET
from console.contract.shapes import Attachment, Message, Sender
from console.server.clock import as_text, as_time
from console.server.store.packing import unpack
from console.server.store.prepared import Prepared
from console.server.store.schema import attachments, customers, members, messages

ASSETS = ASSET.path.removesuffix("{key}")
"""What stands before a file's key in its address."""


@cache
def shown() -> Select[Any]:
    """Messages with their senders; wants the parameter `workspace`."""
    is_member = (messages.c.sender_kind == "member") & (members.c.workspace_id == messages.c.workspace_id)
    is_customer = (messages.c.sender_kind == "customer") & (customers.c.workspace_id == messages.c.workspace_id)
    return (
        select(
            messages,
            func.coalesce(members.c.name, customers.c.name, messages.c.sender_name).label("name"),
            func.coalesce(members.c.image, customers.c.image).label("image"),
        )
        .outerjoin(members, is_member & (members.c.id == messages.c.sender_id))
        .outerjoin(customers, is_customer & (customers.c.id == messages.c.sender_id))
        .where(messages.c.workspace_id == bindparam("workspace"))
    )


@cache
def spoken() -> Select[Any]:
    """The same, with just the columns that `as_json` wants, in its order."""
    shapes = shown()
    said = shapes.selected_columns
    columns = ("id", "created_at", "conversation_id", "parent_id", "sender_kind", "sender_id", "name", "image")
    texts = ("content", "flags", "channel_id", "template_id")
    return shapes.with_only_columns(*(said[name] for name in columns + texts), maintain_column_froms=True)


_SPOKEN_BY_ID = Prepared(lambda: spoken().where(messages.c.id.in_(bindparam("ids", expanding=True))))
_SHOWN_BY_ID = Prepared(lambda: shown().where(messages.c.id.in_(bindparam("ids", expanding=True))))
_FILES = Prepared(
    select(attachments)
    .where(
        attachments.c.workspace_id == bindparam("workspace"),
        attachments.c.message_id.in_(bindparam("ids", expanding=True)),
    )
    .order_by(attachments.c.message_id, attachments.c.place)
)


def messages_by_id(connection: Connection, workspace_id: str, ids: Iterable[str]) -> dict[str, Message]:
    """Those of `ids` that are in the workspace."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return {}
    rows = _SHOWN_BY_ID.all_for(connection, wanted, {"workspace": workspace_id})
    return {message.id: message for message in as_shapes(connection, workspace_id, rows)}


def messages_as_json(connection: Connection, workspace_id: str, ids: Iterable[str]) -> dict[str, str]:
    """The same as JSON text."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return {}
    rows = _SPOKEN_BY_ID.run_for(connection, wanted, {"workspace": workspace_id}).fetchall()
    return {row[0]: text for row, text in zip(rows, as_json(connection, workspace_id, rows), strict=True)}


def as_shapes(connection: Connection, workspace_id: str, rows: Sequence[Row[Any]]) -> list[Message]:
    """Rows of `shown()` as the contract has them, in their order."""
    files = _files_of(connection, workspace_id, [row.id for row in rows])
    return [_shape(row, files.get(row.id, ())) for row in rows]


def as_json(connection: Connection, workspace_id: str, rows: Sequence[Sequence[Any]]) -> list[str]:
    """Rows of `spoken()` as JSON text: made of what the tables keep, without a value for each field between."""
    files = _files_of(connection, workspace_id, [row[0] for row in rows])
    return [_json(files.get(row[0], ()), *row) for row in rows]


def _files_of(connection: Connection, workspace_id: str, ids: Sequence[str]) -> dict[str, list[Attachment]]:
    """The files of each message that has any."""
    files: dict[str, list[Attachment]] = {}
    if ids:
        for row in _FILES.all_for(connection, ids, {"workspace": workspace_id}):
            files.setdefault(row.message_id, []).append(as_attachment(row))
    return files


def as_attachment(row: Row[Any]) -> Attachment:
    """A row of the table of attachments as the contract has it."""
    return Attachment.model_validate(
        {
            "id": row.id,
            "name": row.name,
            "s3Key": row.s3_key,
            "type": row.type,
            "url": ASSETS + row.s3_key,
            "size": row.size,
        }
    )


def _shape(row: Row[Any], files: Sequence[Attachment]) -> Message:
    return Message(
        id=row.id,
        conversation_id=row.conversation_id,
        parent_id=row.parent_id,
        sender=Sender(kind=row.sender_kind, id=row.sender_id, name=row.name, image=row.image),
        content=unpack(row.content),
        attachments=tuple(files),
        flags=tuple(unpack(row.flags)),
        channel_id=row.channel_id,
        template_id=row.template_id,
        created_at=as_time(row.created_at),
    )


def _json(
    files: Sequence[Attachment],
    message_id: str,
    created_at: int,
    conversation_id: str,
    parent_id: str | None,
    kind: str,
    sender_id: str | None,
    name: str | None,
    image: str | None,
    content: str,
    flags: str,
    channel_id: str | None,
    template_id: str | None,
) -> str:
    """`_shape` and its text in one. Content and flags are kept as JSON; ids and kinds are ours and need no escape."""
    sent = ",".join(file.model_dump_json(by_alias=True) for file in files) if files else ""
    return (
        f'{{"id":"{message_id}","conversationId":"{conversation_id}","parentId":{_named(parent_id)},'
        f'"sender":{{"kind":"{kind}","id":{_named(sender_id)},"name":{_quoted(name)},"image":{_quoted(image)}}},'
        f'"content":{content},"attachments":[{sent}],"flags":{flags},"channelId":{_named(channel_id)},'
        f'"templateId":{_named(template_id)},"createdAt":"{as_text(created_at)}"}}'
    )


def _named(one: str | None) -> str:
    return f'"{one}"' if one else "null"


def _quoted(text: str | None) -> str:
    return "null" if text is None else encode_basestring(text)
