"""Reading the audit log."""

from __future__ import annotations

from sqlalchemy import select

from console.contract.inputs import ListAuditLog
from console.contract.shapes import Actor, AuditEntry, Page
from console.server.clock import as_milliseconds, as_time
from console.server.procedures.calls import Reading
from console.server.procedures.pages import Cursor, read_cursor, write_cursor
from console.server.store.packing import unpack
from console.server.store.schema import audit, members


def list_audit_log(call: Reading, wanted: ListAuditLog) -> Page[AuditEntry]:
    """A page of what was done, the newest first."""
    of_actor = (members.c.workspace_id == audit.c.workspace_id) & (members.c.id == audit.c.actor_id)
    query = select(audit, members.c.name).outerjoin(members, of_actor).where(audit.c.workspace_id == call.workspace_id)
    for column, value in (
        (audit.c.actor_id, wanted.actor_id),
        (audit.c.action, wanted.action),
        (audit.c.target_id, wanted.target_id),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.before is not None:
        query = query.where(audit.c.at < as_milliseconds(wanted.before))
    if wanted.after is not None:
        query = query.where(audit.c.at > as_milliseconds(wanted.after))
    start = read_cursor(wanted.cursor)
    if start is not None:
        query = query.where(audit.c.id < start.id)
    rows = call.connection.execute(query.order_by(audit.c.id.desc()).limit(wanted.limit + 1)).all()
    page = rows[: wanted.limit]
    more = write_cursor(Cursor(page[-1].at, page[-1].id)) if len(rows) > len(page) else None
    entries = tuple(
        AuditEntry(
            id=row.id,
            at=as_time(row.at),
            actor=Actor(id=row.actor_id, name=row.name),
            key_id=row.key_id,
            action=row.action,
            target_kind=row.target_kind,
            target_id=row.target_id,
            details=unpack(row.details),
        )
        for row in page
    )
    return Page(items=entries, next_cursor=more)
