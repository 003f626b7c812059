"""What agents are given to read of a workspace: its articles, what it answered before, a thread without its notes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Select, Table, bindparam, or_, select

from console.contract.shapes import NOTE_FLAG, Article, Message, Template
from console.server.ai.privacy import PastAnswer
from console.server.clock import as_time
from console.server.store.database import Store
from console.server.store.messages import as_shapes, shown
from console.server.store.packing import pack, unpack
from console.server.store.schema import articles, messages, templates

if TYPE_CHECKING:
    from sqlalchemy import Connection

Text = TypeVar("Text", Article, Template)

THREAD = 60
"""How many of a thread's newest messages an agent hears."""
_LOOKED_BACK = 5_000
"""How many of a workspace's newest messages are searched for past answers: the cost stays as the workspace grows."""


class WorkspaceKnowledge:
    """Knowledge out of the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def articles(self, workspace: str) -> Sequence[Article]:
        """All of the workspace's articles."""
        return await self._store.read(_texts, workspace, articles, Article)

    async def templates(self, workspace: str) -> Sequence[Template]:
        """All of the workspace's templates."""
        return await self._store.read(_texts, workspace, templates, Template)

    async def past_answers(self, workspace: str, besides: str) -> Sequence[PastAnswer]:
        """Customers' messages and what colleagues said to them, not of the conversation `besides`.

        What agents said is left out: quotes need no quoting, and what a model made up would become a source.
        """
        return await self._store.read(_past_answers, workspace, besides)


def thread(connection: Connection, workspace_id: str, conversation_id: str, last: Message | None) -> list[Message]:
    """The newest messages of a conversation up to `last`, oldest first, without internal notes."""
    query = _thread()
    values: dict[str, Any] = {"workspace": workspace_id, "conversation": conversation_id}
    if last is not None:
        at = select(messages.c.created_at).where(
            messages.c.workspace_id == bindparam("workspace"), messages.c.id == bindparam("last")
        )
        before = messages.c.created_at < at.scalar_subquery()
        same = (messages.c.created_at == at.scalar_subquery()) & (messages.c.id <= bindparam("last"))
        query = query.where(or_(before, same))
        values["last"] = last.id
    rows = connection.execute(query, values).all()
    return [message for message in as_shapes(connection, workspace_id, rows[::-1]) if not message.is_note]


@cache
def _thread() -> Select[Any]:
    # However many notes stand at its end, there are sixty messages left: whoever may be one is left out here already.
    return (
        shown()
        .where(
            messages.c.conversation_id == bindparam("conversation"),
            messages.c.flags.not_like(f"%{pack(NOTE_FLAG)}%"),
        )
        .order_by(messages.c.created_at.desc(), messages.c.id.desc())
        .limit(THREAD)
    )


def _texts(connection: Connection, workspace_id: str, table: Table, shape: type[Text]) -> list[Text]:
    query = select(table).where(table.c.workspace_id == bindparam("workspace")).order_by(table.c.id)
    return [
        shape(
            id=row.id,
            name=row.name,
            content=unpack(row.content),
            created_at=as_time(row.created_at),
            updated_at=as_time(row.updated_at),
        )
        for row in connection.execute(query, {"workspace": workspace_id})
    ]


@cache
def _newest() -> Select[Any]:
    # By id, which sorts by time and is the primary key; an imported message bears the id of its own time.
    return shown().order_by(messages.c.id.desc()).limit(_LOOKED_BACK)


def _past_answers(connection: Connection, workspace_id: str, besides: str) -> list[PastAnswer]:
    threads: dict[str, list[Any]] = {}
    for row in connection.execute(_newest(), {"workspace": workspace_id}):
        if row.conversation_id != besides:
            threads.setdefault(row.conversation_id, []).append(row)
    return [answer for rows in threads.values() for answer in _answers(rows)]


def _answers(newest_first: Iterable[Any]) -> list[PastAnswer]:
    """Each reply of one conversation with what the customer had said last."""
    rows = sorted(newest_first, key=lambda row: (row.created_at, row.id))
    names = tuple({row.name for row in rows if row.sender_kind == "customer" and row.name})
    found: list[PastAnswer] = []
    asked: Any = None
    for row in rows:
        if row.sender_kind == "customer":
            asked = row
        elif asked is not None and row.sender_kind == "member" and NOTE_FLAG not in unpack(row.flags):
            question, answer = unpack(asked.content), unpack(row.content)
            at = as_time(row.created_at)
            found.append(PastAnswer(row.id, asked.sender_id, question, answer, names, at))
    return found
