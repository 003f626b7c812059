"""Who waits: what a new message does to a conversation, whatever the order in which messages arrive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SenderKind = Literal["member", "customer", "agent", "system"]


@dataclass(frozen=True, slots=True)
class Standing:
    """Of a conversation, in milliseconds: its newest message, its last reply, since when a customer waits."""

    newest_at: int | None
    last_reply_at: int | None
    waiting_since: int | None


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message as far as waiting goes. An internal note is no reply."""

    kind: SenderKind
    at: int
    is_note: bool

    @property
    def is_reply(self) -> bool:
        """Whether it answers the customer."""
        return self.kind in ("member", "agent") and not self.is_note


def is_newest(standing: Standing, arrival: Arrival) -> bool:
    """Whether nothing stands after it: of two at one time the later arrival is the newer."""
    return standing.newest_at is None or arrival.at >= standing.newest_at


def after_customer(standing: Standing, at: int) -> int | None:
    """Since when somebody waits once a customer's message of `at` is there: an imported one may be answered already."""
    if standing.last_reply_at is not None and at < standing.last_reply_at:
        return standing.waiting_since
    return at if standing.waiting_since is None else min(at, standing.waiting_since)
