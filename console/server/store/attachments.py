"""Uploaded files as records: first of nobody, then of the message that was sent with them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, bindparam, delete, literal_column, select, update

from console.contract.shapes import Attachment
from console.server.refusal import not_found
from console.server.store.messages import as_attachment
from console.server.store.schema import attachments
from console.server.store.writer import Transaction

_AT_ONCE = 500  # variables of a statement


def add_attachments(transaction: Transaction, workspace_id: str, files: Sequence[Attachment]) -> None:
    """Keep what was uploaded; no message has it yet."""
    rows = [
        {
            "workspace_id": workspace_id,
            "id": file.id,
            "s3_key": file.s3_key,
            "name": file.name,
            "type": file.type,
            "size": file.size,
            "message_id": None,
            "place": place,
            "created_at": transaction.now,
        }
        for place, file in enumerate(files)
    ]
    transaction.connection.execute(attachments.insert(), rows)


def attachment_by_key(connection: Connection, workspace_id: str, s3_key: str) -> Attachment | None:
    """The file that is downloaded by this key, if it is the workspace's."""
    here = (attachments.c.workspace_id == workspace_id) & (attachments.c.s3_key == s3_key)
    row = connection.execute(select(attachments).where(here)).one_or_none()
    return None if row is None else as_attachment(row)


def known_keys(connection: Connection, keys: Sequence[str]) -> frozenset[str]:
    """Which of these files have a record, in any workspace."""
    known: set[str] = set()
    for start in range(0, len(keys), _AT_ONCE):
        wanted = select(attachments.c.s3_key).where(attachments.c.s3_key.in_(keys[start : start + _AT_ONCE]))
        known.update(connection.execute(wanted).scalars())
    return frozenset(known)


def drop_unsent(transaction: Transaction, before: int, most: int) -> bool:
    """Drop some of what was uploaded before this moment and never sent, anywhere; whether there may be more."""
    row: ColumnElement[int] = literal_column("rowid")
    unsent = attachments.c.message_id.is_(None) & (attachments.c.created_at < before)
    left = select(row).select_from(attachments).where(unsent).limit(most)
    dropped = delete(attachments).where(row.in_(left)).returning(attachments.c.s3_key)
    keys = transaction.connection.execute(dropped).scalars().all()
    transaction.files.extend(keys)
    return len(keys) == most


_UNSENT = select(attachments).where(
    attachments.c.workspace_id == bindparam("workspace"),
    attachments.c.id.in_(bindparam("ids", expanding=True)),
    attachments.c.message_id.is_(None),
)
_BIND = (
    update(attachments)
    .where(attachments.c.workspace_id == bindparam("workspace"), attachments.c.id == bindparam("attachment"))
    .values(message_id=bindparam("message"), place=bindparam("place_in_message"))
)


def bind_attachments(
    transaction: Transaction, workspace_id: str, message_id: str, ids: Sequence[str]
) -> tuple[Attachment, ...]:
    """Give uploaded files to a message, in this order. One that is missing, foreign or sent already is not found."""
    if not ids:
        return ()
    wanted = list(dict.fromkeys(ids))
    rows = transaction.connection.execute(_UNSENT, {"workspace": workspace_id, "ids": wanted})
    found = {row.id: as_attachment(row) for row in rows}
    if len(found) < len(wanted):
        raise not_found("Attachment")
    transaction.connection.execute(
        _BIND,
        [
            {"workspace": workspace_id, "attachment": one, "message": message_id, "place_in_message": place}
            for place, one in enumerate(wanted)
        ],
    )
    return tuple(found[one] for one in wanted)
