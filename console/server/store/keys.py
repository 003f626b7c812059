"""Keys, members and workspaces as they are kept. Of a key there is only its keyed hash."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, select, update

from console.contract.permissions import RoleName
from console.server.store import audit
from console.server.store.audit import COMMAND_LINE, Deed
from console.server.store.prepared import Prepared
from console.server.store.schema import keys, members, workspaces
from console.server.store.writer import Transaction


class KeyRecord(NamedTuple):
    """A key with whose it is and where it opens."""

    id: str
    hash: str
    role: RoleName
    workspace_id: str
    workspace_name: str
    member_id: str
    member_name: str
    member_email: str
    member_image: str | None
    created_at: int
    last_used_at: int | None
    expires_at: int | None
    revoked_at: int | None

    def is_good(self, now: int) -> bool:
        """Whether it is neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


_KEY = (
    select(
        keys.c.id,
        keys.c.hash,
        keys.c.role,
        keys.c.workspace_id,
        workspaces.c.name,
        keys.c.member_id,
        members.c.name,
        members.c.email,
        members.c.image,
        keys.c.created_at,
        keys.c.last_used_at,
        keys.c.expires_at,
        keys.c.revoked_at,
    )
    .join(workspaces, workspaces.c.id == keys.c.workspace_id)
    .join(members, (members.c.workspace_id == keys.c.workspace_id) & (members.c.id == keys.c.member_id))
)
_BY_HASH = Prepared(_KEY.where(keys.c.hash == bindparam("hash")))
_USED = (
    update(keys)
    .where(keys.c.workspace_id == bindparam("workspace"), keys.c.id == bindparam("key"))
    .values(last_used_at=bindparam("at"))
)


def _record(row: Sequence[Any]) -> KeyRecord:
    return KeyRecord._make(row)


def key_by_hash(connection: Connection, hashed: str) -> KeyRecord | None:
    """The key with this hash, good or not."""
    row = _BY_HASH.first(connection, {"hash": hashed})
    return None if row is None else _record(row)


def all_keys(connection: Connection) -> list[KeyRecord]:
    """Every key of every workspace, the oldest first: for the person at the machine."""
    return [_record(row) for row in connection.execute(_KEY.order_by(keys.c.created_at, keys.c.id))]


def good_keys(connection: Connection, ids: Collection[str], now: int) -> frozenset[str]:
    """Which of these keys still open anything."""
    rows = connection.execute(_KEY.where(keys.c.id.in_(ids)))
    return frozenset(record.id for record in (_record(row) for row in rows) if record.is_good(now))


def is_good(connection: Connection, key_id: str, now: int) -> bool:
    """Whether this key still opens anything."""
    return key_id in good_keys(connection, [key_id], now)


def used(transaction: Transaction, workspace_id: str, key_id: str) -> None:
    """The key was used just now."""
    transaction.connection.execute(_USED, {"workspace": workspace_id, "key": key_id, "at": transaction.now})


def revoke(transaction: Transaction, key_id: str) -> bool:
    """Shut a key for good; False if there is none with this id. One that is revoked already keeps its time."""
    known = transaction.connection.execute(select(keys).where(keys.c.id == key_id)).one_or_none()
    if known is None:
        return False
    if known.revoked_at is None:
        transaction.connection.execute(update(keys).where(keys.c.id == key_id).values(revoked_at=transaction.now))
        _write_down(transaction, known.workspace_id, "revokeKey", key_id, known.member_id, known.role)
    return True


@dataclass(frozen=True, slots=True)
class NewKey:
    """What a key is made of."""

    workspace: str
    member_name: str
    member_email: str
    role: RoleName
    hash: str
    expires_at: int | None = None


def create(transaction: Transaction, wanted: NewKey) -> str:
    """Keep a new key and return its id; its workspace and member are made if they are new."""
    workspace_id = _workspace(transaction, wanted.workspace)
    member_id = _member(transaction, workspace_id, wanted.member_name, wanted.member_email)
    key_id = transaction.ids.new("key", transaction.now)
    transaction.connection.execute(
        keys.insert(),
        {
            "id": key_id,
            "workspace_id": workspace_id,
            "member_id": member_id,
            "role": wanted.role,
            "hash": wanted.hash,
            "created_at": transaction.now,
            "expires_at": wanted.expires_at,
        },
    )
    _write_down(transaction, workspace_id, "createKey", key_id, member_id, wanted.role)
    return key_id


def _write_down(
    transaction: Transaction, workspace_id: str, action: str, key_id: str, member_id: str, role: RoleName
) -> None:
    """Keys are made and revoked at the machine itself; the workspace reads of it all the same."""
    deed = Deed(action, "key", key_id, {"memberId": member_id, "role": role})
    audit.record(transaction, workspace_id, COMMAND_LINE, None, deed)


def _workspace(transaction: Transaction, name: str) -> str:
    found = transaction.connection.execute(select(workspaces.c.id).where(workspaces.c.name == name)).scalar()
    if found is not None:
        return str(found)
    workspace_id = transaction.ids.new("ws", transaction.now)
    transaction.connection.execute(
        workspaces.insert(), {"id": workspace_id, "name": name, "created_at": transaction.now}
    )
    return workspace_id


def _member(transaction: Transaction, workspace_id: str, name: str, email: str) -> str:
    """The same address is the same member, whatever name comes with it."""
    here = (members.c.workspace_id == workspace_id) & (members.c.email_folded == email.casefold())
    found = transaction.connection.execute(select(members.c.id).where(here)).scalar()
    if found is not None:
        return str(found)
    member_id = transaction.ids.new("mem", transaction.now)
    transaction.connection.execute(
        members.insert(),
        {
            "workspace_id": workspace_id,
            "id": member_id,
            "name": name,
            "email": email,
            "email_folded": email.casefold(),
            "created_at": transaction.now,
        },
    )
    return member_id
