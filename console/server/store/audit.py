"""The audit log: every mutation, in its own transaction. It names what was changed, never what a customer wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from console.server.store.packing import pack
from console.server.store.prepared import Prepared
from console.server.store.schema import audit
from console.server.store.writer import Transaction

COMMAND_LINE = "command-line"
"""The actor of what is done at the machine itself, where nobody has a key."""

_INSERT = Prepared(audit.insert())


@dataclass(frozen=True, slots=True)
class Deed:
    """What was done: the action is a procedure's or endpoint's name, `details` a JSON object."""

    action: str
    target_kind: str
    target_id: str
    details: Mapping[str, Any]


def record(transaction: Transaction, workspace_id: str, actor_id: str, key_id: str | None, deed: Deed) -> None:
    """Write down who did what, with which key."""
    values = {
        "workspace_id": workspace_id,
        "id": transaction.ids.new("aud", transaction.now),
        "at": transaction.now,
        "actor_id": actor_id,
        "key_id": key_id,
        "action": deed.action,
        "target_kind": deed.target_kind,
        "target_id": deed.target_id,
        "details": pack(dict(deed.details)),
    }
    _INSERT.run(transaction.connection, values)
