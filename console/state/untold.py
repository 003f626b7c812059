"""What a server leaves untold that has the documented procedures alone (contract, 4): it neither lists nor pushes.

Of a conversation the documentation shows only the id. So what an answer leaves out is taken to be as it was, and what
its messages say of it, which are read anyway, stands beside what the server said. Pure.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field, replace
from datetime import datetime

from console.contract.base import EARLIEST
from console.contract.shapes import Message
from console.state.reduce import name_of, said_in
from console.state.rows import ConversationRow

Key = tuple[datetime, str]

# what a row keeps for each field of the wire that an answer left out
_KEPT: dict[str, tuple[str, ...]] = {
    "name": ("raw_name",),
    "parent_id": ("parent_id",),
    "customer": ("customer",),
    "participants": ("participants",),
    "channels": ("channel", "channel_id"),
    "metadata": ("metadata", "status", "snoozed_until", "assignee_id", "labels", "priority"),
    "child_count": ("child_count",),
    "waiting_since": ("waiting_since",),
    "last_message": ("last_who", "last_text"),
}


def completed(row: ConversationRow, before: ConversationRow, told: Set[str]) -> ConversationRow:
    """A row made of an answer that told only the fields `told`, with the others as they were."""
    kept = {name: getattr(before, name) for one in _KEPT.keys() - told for name in _KEPT[one]}
    row = replace(row, **kept, at=max(row.at, before.at))
    return replace(row, name=name_of(row.raw_name, row.customer, row.channel))


@dataclass(slots=True)
class Heard:
    """What the messages of a conversation say of it. Any order of them ends the same, however often each is heard."""

    newest: Message | None = None
    _answered: Key = (EARLIEST, "")  # the newest reply
    _asked: set[Key] = field(default_factory=set)  # what the customer wrote after it

    def take(self, message: Message) -> None:
        """Hear one."""
        key = (message.created_at, message.id)
        if self.newest is None or key > (self.newest.created_at, self.newest.id):
            self.newest = message
        if message.sender.kind == "customer" and key > self._answered:
            self._asked.add(key)
        elif message.sender.kind in ("member", "agent") and not message.is_note and key > self._answered:
            self._answered = key
            self._asked = {one for one in self._asked if one > key}

    def on(self, row: ConversationRow) -> ConversationRow:
        """The row, with what was said after the server told of it last."""
        if self.newest is None or self.newest.created_at <= row.at:
            return row
        asked = min((at for at, _ in self._asked if at > row.at), default=None)
        since = row.waiting_since if self._answered[0] <= row.at else None
        return replace(
            row,
            at=self.newest.created_at,
            last_who=self.newest.sender.kind,
            last_text=said_in(self.newest),
            waiting_since=since or asked,
        )
