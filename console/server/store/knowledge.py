"""What an agent may know: articles, past answers, and the thread it answers. Internal notes are in none of them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, not_, or_, select

from console.contract.content import text_in
from console.contract.shapes import NOTE_FLAG, Article, Message
from console.server.clock import as_time
from console.server.store.messages import as_shapes, shown
from console.server.store.packing import unpack
from console.server.store.schema import articles as articles_table
from console.server.store.schema import conversations, messages

_IS_NOTE = messages.c.flags.contains(f'"{NOTE_FLAG}"')


@dataclass(frozen=True, slots=True)
class PastAnswer:
    """What a member answered, and what the customer had said just before."""

    message_id: str
    conversation_id: str
    conversation_name: str | None
    question: str
    answer: str


def articles(connection: Connection, workspace_id: str) -> list[Article]:
    """The workspace's knowledge articles."""
    rows = connection.execute(
        select(articles_table).where(articles_table.c.workspace_id == workspace_id).order_by(articles_table.c.id)
    )
    return [
        Article(
            id=row.id,
            name=row.name,
            content=unpack(row.content),
            created_at=as_time(row.created_at),
            updated_at=as_time(row.updated_at),
        )
        for row in rows
    ]


def past_answers(
    connection: Connection, workspace_id: str, *, without: str | None = None, limit: int = 500
) -> list[PastAnswer]:
    """The newest answers of members to customers, outside the conversation `without`."""
    asked = messages.alias("asked")
    before = (
        select(asked.c.content)
        .where(
            asked.c.workspace_id == messages.c.workspace_id,
            asked.c.conversation_id == messages.c.conversation_id,
            asked.c.sender_kind == "customer",
            or_(
                asked.c.created_at < messages.c.created_at,
                (asked.c.created_at == messages.c.created_at) & (asked.c.id < messages.c.id),
            ),
        )
        .order_by(asked.c.created_at.desc(), asked.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(messages.c.id, messages.c.conversation_id, conversations.c.name, before, messages.c.content)
        .join(
            conversations,
            (conversations.c.workspace_id == messages.c.workspace_id)
            & (conversations.c.id == messages.c.conversation_id),
        )
        .where(messages.c.workspace_id == workspace_id, messages.c.sender_kind == "member", not_(_IS_NOTE))
        .order_by(messages.c.created_at.desc())
        .limit(limit)
    )
    if without is not None:
        query = query.where(messages.c.conversation_id != without)
    return [
        PastAnswer(message_id, conversation_id, name, text_in(unpack(question)), text_in(unpack(answer)))
        for message_id, conversation_id, name, question, answer in connection.execute(query)
        if question is not None
    ]


def thread(connection: Connection, workspace_id: str, conversation_id: str, limit: int = 50) -> list[Message] | None:
    """The newest messages of a conversation, oldest first, without notes; None when it is not the workspace's."""
    known = select(func.count()).where(
        conversations.c.workspace_id == workspace_id, conversations.c.id == conversation_id
    )
    if not connection.execute(known).scalar_one():
        return None
    query = (
        shown()
        .where(messages.c.conversation_id == conversation_id, not_(_IS_NOTE))
        .order_by(messages.c.created_at.desc(), messages.c.id.desc())
        .limit(limit)
    )
    rows = connection.execute(query, {"workspace": workspace_id}).all()
    return as_shapes(connection, workspace_id, rows[::-1])
