"""What a procedure gets besides its input: who calls, and what it may read or write with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from console.contract.shapes import Agent
from console.server.auth import Caller
from console.server.procedures.posting import Origin
from console.server.store.writer import Transaction

if TYPE_CHECKING:
    from sqlalchemy import Connection


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
    """A mutation's surroundings."""

    transaction: Transaction
    caller: Caller
    idempotency_key: str | None
    agents: tuple[Agent, ...]

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
