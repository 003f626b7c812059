"""What a procedure gets besides its input: who calls, and what it may read or write with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from console.contract.shapes import Agent
from console.server.auth import Caller
from console.server.procedures.posting import Origin
from console.server.store.writer import Transaction

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from console.server.service import Service


@dataclass(frozen=True, slots=True)
class Reading:
    """A query's surroundings."""

    connection: Connection
    caller: Caller
    now: int
    agents: tuple[Agent, ...]

    @property
    def workspace_id(self) -> str:
        """The only workspace that it may see."""
        return self.caller.workspace_id


@dataclass(frozen=True, slots=True)
class Writing:
    """A mutation's surroundings. In `noted` it says for the audit log what neither its input nor its answer tells."""

    transaction: Transaction
    caller: Caller
    idempotency_key: str | None
    agents: tuple[Agent, ...]
    noted: dict[str, Any] = field(default_factory=dict)

    @property
    def workspace_id(self) -> str:
        """The only workspace that it may touch."""
        return self.caller.workspace_id

    @property
    def origin(self) -> Origin:
        """Whose change it is."""
        return Origin(self.caller.key_id, self.idempotency_key)


Query = Callable[[Reading, Any], Any]
Mutation = Callable[[Writing, Any], Any]
Momentary = Callable[["Service", Caller, Any], Awaitable[Any]]
"""A mutation of what a server keeps in memory: nothing of it goes to disk, so it waits for no writer."""
