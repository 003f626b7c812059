"""The workspace itself: who calls, members, agents, templates, articles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Table, select, update

from console.contract.events import FEATURES
from console.contract.inputs import NoInput, Paged, SaveArticle, SaveTemplate
from console.contract.permissions import PERMISSIONS
from console.contract.shapes import Agent, Article, Channel, Limits, Member, Page, Role, Session, Template, Workspace
from console.server.clock import as_time
from console.server.procedures.calls import Reading, Writing
from console.server.procedures.pages import Cursor, read_cursor, write_cursor
from console.server.refusal import not_found
from console.server.store.packing import pack_within, unpack
from console.server.store.schema import articles, channels, members, templates

R = TypeVar("R", Template, Article)


def session(call: Reading, _: NoInput) -> Session:
    """Who the key is, what it may do and what this server can."""
    caller = call.caller
    return Session(
        workspace=Workspace(id=caller.workspace_id, name=caller.workspace_name),
        member=Member(
            id=caller.member_id, name=caller.member_name, email=caller.member_email, image=caller.member_image
        ),
        role=Role(id=caller.role, name=caller.role),
        permissions=tuple(permission for permission in PERMISSIONS if permission in caller.permissions),
        features=FEATURES,
        limits=Limits(),
    )


def list_members(call: Reading, wanted: Paged) -> Page[Member]:
    """The workspace's members, the oldest first."""
    return _page(call, wanted, members, lambda row: Member(id=row.id, name=row.name, email=row.email, image=row.image))


def list_channels(call: Reading, wanted: Paged) -> Page[Channel]:
    """The workspace's channels, the oldest first."""
    shape = lambda row: Channel(id=row.id, kind=row.kind, identifier=row.identifier, name=row.name)  # noqa: E731
    return _page(call, wanted, channels, shape)


def list_agents(call: Reading, wanted: Paged) -> Page[Agent]:
    """The server's AI agents."""
    start = read_cursor(wanted.cursor) or Cursor(0, "")
    rest = call.agents[max(0, start.at) :]
    page = rest[: wanted.limit]
    more = write_cursor(Cursor(start.at + len(page), "")) if len(rest) > len(page) else None
    return Page(items=page, next_cursor=more)


def list_templates(call: Reading, wanted: Paged) -> Page[Template]:
    """The workspace's templates, the oldest first."""
    return _page(call, wanted, templates, lambda row: _text(Template, row))


def save_template(call: Writing, wanted: SaveTemplate) -> Template:
    """Make a template, or change one."""
    return _text(Template, _save(call, templates, "Template", "tpl", wanted))


def save_article(call: Writing, wanted: SaveArticle) -> Article:
    """Make a knowledge article, or change one."""
    return _text(Article, _save(call, articles, "Article", "art", wanted))


T = TypeVar("T", Member, Template, Channel)


def _page(call: Reading, wanted: Paged, table: Table, shape: Callable[[Any], T]) -> Page[T]:
    """A page of a table, by id, which is by age."""
    start = read_cursor(wanted.cursor) or Cursor(0, "")
    query = (
        select(table)
        .where(table.c.workspace_id == call.workspace_id, table.c.id > start.id)
        .order_by(table.c.id)
        .limit(wanted.limit + 1)
    )
    rows = call.connection.execute(query).all()
    page = rows[: wanted.limit]
    more = write_cursor(Cursor(0, page[-1].id)) if len(rows) > len(page) else None
    return Page(items=tuple(shape(row) for row in page), next_cursor=more)


def _save(call: Writing, table: Table, kind: str, prefix: str, wanted: SaveTemplate | SaveArticle) -> Any:
    now = call.transaction.now
    connection = call.transaction.connection
    record_id = wanted.id or call.transaction.ids.new(prefix, now)
    here = (table.c.workspace_id == call.workspace_id) & (table.c.id == record_id)
    said = {"name": wanted.name, "content": pack_within(dict(wanted.content), "content"), "updated_at": now}
    if wanted.id is None:
        made = {"workspace_id": call.workspace_id, "id": record_id, "created_at": now}
        connection.execute(table.insert(), made | said)
    elif connection.execute(update(table).where(here).values(said)).rowcount == 0:
        raise not_found(kind)
    return connection.execute(select(table).where(here)).one()


def _text(shape: type[R], row: Any) -> R:
    return shape(
        id=row.id,
        name=row.name,
        content=unpack(row.content),
        created_at=as_time(row.created_at),
        updated_at=as_time(row.updated_at),
    )
