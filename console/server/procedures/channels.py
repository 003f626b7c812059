"""Channels and participants of a conversation, inside a mutation's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, Executable, Select, Table, bindparam, select, union_all
from sqlalchemy.dialects.sqlite import insert

from console.server.refusal import not_found
from console.server.rules.channels import website_host
from console.server.store.prepared import Prepared
from console.server.store.schema import channels, conversation_channels, customers, members, participants
from console.server.store.writer import Transaction

_BY_HOST = select(channels.c.id).where(
    channels.c.workspace_id == bindparam("workspace"),
    channels.c.kind == "website",
    channels.c.identifier == bindparam("host"),
)


def _among(table: Table) -> Select[tuple[str]]:
    """The ids of the parameter `ids` that a table of the workspace has."""
    return select(table.c.id).where(
        table.c.workspace_id == bindparam("workspace"), table.c.id.in_(bindparam("ids", expanding=True))
    )


_KNOWN: dict[str, Executable] = {
    "Channel": _among(channels),
    "Member": _among(members),
    "Sender": union_all(_among(customers), _among(members)),
}
_ATTACH = insert(conversation_channels).on_conflict_do_nothing()
_JOIN = Prepared(insert(participants).on_conflict_do_nothing())


def known(connection: Connection, workspace_id: str, kind: str, ids: Iterable[str] | None) -> list[str]:
    """The ids, each once. Raises the refusal of a missing one for any that is not of the workspace."""
    wanted = list(dict.fromkeys(ids or ()))
    if wanted:
        values = {"workspace": workspace_id, "ids": wanted}
        if len(connection.execute(_KNOWN[kind], values).all()) < len(wanted):
            raise not_found(kind)
    return wanted


def channels_named(
    transaction: Transaction, workspace_id: str, ids: Iterable[str] | None, identifier: str | None
) -> list[str]:
    """The channels that a call names: by id, and by host, whose channel is made if it is new."""
    named = known(transaction.connection, workspace_id, "Channel", ids)
    if identifier:
        named.append(website_channel(transaction, workspace_id, identifier))
    return list(dict.fromkeys(named))


def website_channel(transaction: Transaction, workspace_id: str, identifier: str) -> str:
    """The channel of a website, made or reused."""
    host = website_host(identifier)
    found = transaction.connection.execute(_BY_HOST, {"workspace": workspace_id, "host": host}).scalar()
    if found is not None:
        return str(found)
    channel_id = transaction.ids.new("chan", transaction.now)
    transaction.connection.execute(
        channels.insert(),
        {
            "workspace_id": workspace_id,
            "id": channel_id,
            "kind": "website",
            "identifier": host,
            "name": host,
            "created_at": transaction.now,
        },
    )
    return channel_id


def attach(transaction: Transaction, workspace_id: str, conversation_id: str, channel_ids: Sequence[str]) -> bool:
    """Hold the conversation on these channels too; whether any was new to it."""
    rows = [
        {"workspace_id": workspace_id, "conversation_id": conversation_id, "channel_id": one} for one in channel_ids
    ]
    return bool(rows) and transaction.connection.execute(_ATTACH, rows).rowcount > 0


def join(
    transaction: Transaction,
    workspace_id: str,
    conversation_id: str,
    people: Sequence[tuple[str, str]],
    name: str | None = None,
) -> bool:
    """Have people, as kind and id, take part; whether any did not before."""
    here = {"workspace_id": workspace_id, "conversation_id": conversation_id, "name": name}
    joined = [_JOIN.run(transaction.connection, here | {"kind": kind, "person_id": person}) for kind, person in people]
    return any(cursor.rowcount > 0 for cursor in joined)
