"""Conversations as the contract shows them, read for one member, whose unread count they carry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, func, select

from console.contract.content import text_in
from console.contract.shapes import Channel, Conversation, Customer, LastMessage, Participant
from console.server.clock import as_optional_time, as_time
from console.server.store.packing import unpack
from console.server.store.prepared import Prepared
from console.server.store.schema import (
    channels,
    conversation_channels,
    conversations,
    customers,
    members,
    messages,
    participants,
    read_marks,
)

_EXCERPT = 300
"""How much of the newest message a list carries: a page of a hundred must stay small."""

UNREAD = func.coalesce(read_marks.c.unread, conversations.c.message_count)
"""Without a mark nothing was read yet, and nothing of it is the member's own: writing sets a mark."""


@cache
def shown() -> Select[Any]:
    """Conversations with all that a list shows; wants the parameters `workspace` and `member`."""
    children = conversations.alias("children")
    last = messages.alias("last")
    of_customer = (customers.c.workspace_id == conversations.c.workspace_id) & (
        customers.c.id == conversations.c.customer_id
    )
    of_last = (last.c.workspace_id == conversations.c.workspace_id) & (last.c.id == conversations.c.last_message_id)
    of_mark = (
        (read_marks.c.workspace_id == conversations.c.workspace_id)
        & (read_marks.c.conversation_id == conversations.c.id)
        & (read_marks.c.member_id == bindparam("member"))
    )
    below = (children.c.workspace_id == conversations.c.workspace_id) & (children.c.parent_id == conversations.c.id)
    return (
        select(
            conversations,
            customers.c.external_id.label("customer_external_id"),
            customers.c.name.label("customer_name"),
            customers.c.email.label("customer_email"),
            customers.c.phone.label("customer_phone"),
            customers.c.image.label("customer_image"),
            customers.c.metadata.label("customer_metadata"),
            last.c.sender_kind.label("last_sender_kind"),
            last.c.content.label("last_content"),
            UNREAD.label("unread"),
            select(func.count()).where(below).scalar_subquery().label("child_count"),
        )
        .outerjoin(customers, of_customer)
        .outerjoin(last, of_last)
        .outerjoin(read_marks, of_mark)
        .where(conversations.c.workspace_id == bindparam("workspace"))
    )


_SHOWN_BY_ID = Prepared(lambda: shown().where(conversations.c.id.in_(bindparam("ids", expanding=True))))


def _participants() -> Select[Any]:
    is_member = (participants.c.kind == "member") & (members.c.workspace_id == participants.c.workspace_id)
    is_customer = (participants.c.kind == "customer") & (customers.c.workspace_id == participants.c.workspace_id)
    return (
        select(
            participants.c.conversation_id,
            participants.c.kind,
            participants.c.person_id,
            func.coalesce(members.c.name, customers.c.name, participants.c.name),
        )
        .outerjoin(members, is_member & (members.c.id == participants.c.person_id))
        .outerjoin(customers, is_customer & (customers.c.id == participants.c.person_id))
        .where(
            participants.c.workspace_id == bindparam("workspace"),
            participants.c.conversation_id.in_(bindparam("ids", expanding=True)),
        )
    )


_PARTICIPANTS = Prepared(_participants)


def _channels() -> Select[Any]:
    of_channel = (channels.c.workspace_id == conversation_channels.c.workspace_id) & (
        channels.c.id == conversation_channels.c.channel_id
    )
    return (
        select(
            conversation_channels.c.conversation_id,
            channels.c.id,
            channels.c.kind,
            channels.c.identifier,
            channels.c.name,
        )
        .join(channels, of_channel)
        .where(
            conversation_channels.c.workspace_id == bindparam("workspace"),
            conversation_channels.c.conversation_id.in_(bindparam("ids", expanding=True)),
        )
        .order_by(channels.c.id)
    )


_CHANNELS = Prepared(_channels)


def conversations_by_id(
    connection: Connection, workspace_id: str, member_id: str, ids: Iterable[str]
) -> dict[str, Conversation]:
    """Those of `ids` that are in the workspace, as the member sees them."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return {}
    rows = _SHOWN_BY_ID.all_for(connection, wanted, {"workspace": workspace_id, "member": member_id})
    return {shape.id: shape for shape in as_shapes(connection, workspace_id, rows)}


_MARKS = Prepared(
    select(read_marks.c.conversation_id, read_marks.c.member_id, read_marks.c.unread).where(
        read_marks.c.workspace_id == bindparam("workspace"),
        read_marks.c.conversation_id.in_(bindparam("ids", expanding=True)),
    )
)


@dataclass(frozen=True, slots=True)
class Unread:
    """How many messages each member has not read of some conversations: all of one in which they have no mark."""

    counts: Mapping[str, int]
    marked: Mapping[tuple[str, str], int]

    def of(self, conversation_id: str, member_id: str) -> int:
        """One member's number."""
        return self.marked.get((conversation_id, member_id), self.counts[conversation_id])


def unread(connection: Connection, workspace_id: str, unmarked: Mapping[str, Conversation]) -> Unread:
    """Everybody's numbers, of conversations as one sees them who has no mark anywhere."""
    counts = {conversation.id: conversation.unread_count for conversation in unmarked.values()}
    rows = _MARKS.all_for(connection, counts, {"workspace": workspace_id}) if counts else ()
    return Unread(counts, {(conversation, member): count for conversation, member, count in rows})


def as_shapes(connection: Connection, workspace_id: str, rows: Sequence[Row[Any]]) -> list[Conversation]:
    """Rows of `shown()` as the contract has them, in their order."""
    if not rows:
        return []
    ids, here = [row.id for row in rows], {"workspace": workspace_id}
    people: dict[str, list[Participant]] = {}
    for conversation_id, kind, person_id, name in _PARTICIPANTS.run_for(connection, ids, here):
        people.setdefault(conversation_id, []).append(Participant(kind=kind, id=person_id, name=name))
    held_on: dict[str, list[Channel]] = {}
    for conversation_id, channel_id, kind, identifier, name in _CHANNELS.run_for(connection, ids, here):
        channel = Channel(id=channel_id, kind=kind, identifier=identifier, name=name)
        held_on.setdefault(conversation_id, []).append(channel)
    return [_shape(row, people.get(row.id, ()), held_on.get(row.id, ())) for row in rows]


def _shape(row: Row[Any], people: Sequence[Participant], held_on: Sequence[Channel]) -> Conversation:
    return Conversation(
        id=row.id,
        name=row.name,
        type=row.type,
        parent_id=row.parent_id,
        customer=_customer(row),
        participants=tuple(people),
        channels=tuple(held_on),
        metadata=unpack(row.metadata),
        child_count=row.child_count,
        unread_count=row.unread,
        waiting_since=as_optional_time(row.waiting_since),
        last_message=_last_message(row),
        created_at=as_time(row.created_at),
        updated_at=as_time(row.updated_at),
    )


def _customer(row: Row[Any]) -> Customer | None:
    if row.customer_id is None:
        return None
    return Customer(
        id=row.customer_id,
        external_id=row.customer_external_id,
        name=row.customer_name,
        email=row.customer_email,
        phone=row.customer_phone,
        image=row.customer_image,
        metadata=unpack(row.customer_metadata),
    )


def _last_message(row: Row[Any]) -> LastMessage | None:
    if row.last_message_id is None:
        return None
    return LastMessage(
        id=row.last_message_id,
        sender_kind=row.last_sender_kind,
        text=text_in(unpack(row.last_content))[:_EXCERPT],
        created_at=as_time(row.last_message_at),
    )
