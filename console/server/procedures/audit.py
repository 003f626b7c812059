"""Reading the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from console.contract.inputs import ListAuditLog
from console.contract.shapes import Actor, AuditEntry, Page
from console.server.clock import as_milliseconds, as_time
from console.server.ids import first_id
from console.server.procedures.calls import Reading
from console.server.procedures.pages import Cursor, read_cursor, write_cursor
from console.server.store.packing import unpack
from console.server.store.schema import audit, members


def list_audit_log(call: Reading, wanted: ListAuditLog) -> Page[AuditEntry]:
    """A page of what was done, the newest first."""
    rows = call.connection.execute(entries(call.workspace_id, wanted)).all()
    page = rows[: wanted.limit]
    more = write_cursor(Cursor(page[-1].at, page[-1].id)) if len(rows) > len(page) else None
    return Page(items=tuple(map(_entry, page)), next_cursor=more)


def entries(workspace_id: str, wanted: ListAuditLog) -> Select[Any]:
    """The rows of a page and one more. Times are looked for in the ids, which every index is sorted by."""
    of_actor = (members.c.workspace_id == audit.c.workspace_id) & (members.c.id == audit.c.actor_id)
    query = select(audit, members.c.name).outerjoin(members, of_actor).where(audit.c.workspace_id == workspace_id)
    for column, value in (
        (audit.c.actor_id, wanted.actor_id),
        (audit.c.action, wanted.action),
        (audit.c.target_id, wanted.target_id),
    ):
        if value is not None:
            query = query.where(column == value)
    start = read_cursor(wanted.cursor)
    ends = [
        *([start.id] if start is not None else []),
        *([_first_at(wanted.before)] if wanted.before is not None else []),
    ]
    if ends:
        query = query.where(audit.c.id < min(ends))
    if wanted.after is not None:
        query = query.where(audit.c.id >= _first_at(wanted.after, 1))
    return query.order_by(audit.c.id.desc()).limit(wanted.limit + 1)


def _first_at(moment: datetime, later: int = 0) -> str:
    return first_id("aud", as_milliseconds(moment) + later)


def _entry(row: Any) -> AuditEntry:
    return AuditEntry(
        id=row.id,
        at=as_time(row.at),
        actor=Actor(id=row.actor_id, name=row.name),
        key_id=row.key_id,
        action=row.action,
        target_kind=row.target_kind,
        target_id=row.target_id,
        details=unpack(row.details),
    )
