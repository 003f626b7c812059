"""The records of the model: what a workspace holds, as plain values. What can be worked out is not kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

NOTE = "internal-note"


@dataclass(frozen=True, order=True)
class Ref:
    """A record, whatever id a server gave it. Numbers follow the order of making."""

    number: int
    kind: str


@dataclass(frozen=True)
class Member:
    """A member of a workspace."""

    ref: Ref
    name: str
    is_admin: bool


@dataclass(eq=False)
class Customer:
    """A customer's record."""

    ref: Ref
    fields: dict[str, Any]
    metadata: dict[str, Any]


@dataclass(eq=False)
class Said:
    """A message."""

    ref: Ref
    at: int
    kind: str
    sender: Ref
    content: dict[str, str]
    flags: list[str]
    parent: Ref | None
    channel: Ref | None
    template: Ref | None

    @property
    def place(self) -> tuple[int, int]:
        """Where it stands in its thread: by time, and of one moment by arrival."""
        return self.at, self.ref.number


@dataclass(eq=False)
class Talk:
    """A conversation. A mark is the place up to which a member has read."""

    ref: Ref
    name: str | None
    type: str
    parent: Talk | None
    customer: Customer | None
    metadata: dict[str, Any]
    created: int
    updated: int
    status_at: int
    people: list[tuple[str, Ref]] = field(default_factory=list)
    channels: list[Ref] = field(default_factory=list)
    thread: list[Said] = field(default_factory=list)
    marks: dict[Ref, tuple[int, int]] = field(default_factory=dict)

    @property
    def status(self) -> str:
        """As lists are filtered by it: what is no word of triage means open."""
        status = self.metadata.get("status")
        return status if status in ("resolved", "snoozed") else "open"

    def path(self) -> Iterator[Talk]:
        """It, and all above it."""
        at: Talk | None = self
        while at is not None:
            yield at
            at = at.parent

    def waiting(self) -> int | None:
        """Since the first customer's message after the last reply. A note is no reply."""
        replies = [one.place for one in self.thread if one.kind != "customer" and NOTE not in one.flags]
        last = max(replies, default=(0, 0))
        return min((one.at for one in self.thread if one.kind == "customer" and one.place > last), default=None)

    def unread(self, member: Ref) -> int:
        """How many messages of others stand after what the member has read."""
        mark = self.marks.get(member, (0, 0))
        return sum(one.place > mark and one.sender != member for one in self.thread)


@dataclass(frozen=True)
class Told:
    """An event: what happened to what, for which member alone, and under which member's idempotency key."""

    at: int
    type: str
    conversation: Ref | None = None
    message: Ref | None = None
    member: Ref | None = None
    key: tuple[Ref, str] | None = None
    ids: tuple[Ref, ...] = ()


@dataclass(frozen=True)
class Deed:
    """An entry of the audit log: who did what to what."""

    actor: Ref
    action: str
    target: Ref


def merged(kept: dict[str, Any], given: dict[str, Any] | None) -> dict[str, Any]:
    """Key by key at the top level; null takes a key away."""
    return {key: value for key, value in (kept | (given or {})).items() if value is not None}


def added(kept: list[Any], more: list[Any]) -> bool:
    """Put in what is not there yet; whether anything was new."""
    new = [one for one in more if one not in kept]
    kept += new
    return bool(new)
