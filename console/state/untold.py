"""What a server leaves untold that has the documented procedures alone (contract, 4): it neither lists nor pushes.

Of a conversation the documentation shows only the id. So what an answer leaves out is taken to be as it was, and what
its messages say of it, which are read anyway, stands beside what the server said. Pure.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import field, replace
from datetime import datetime

from console.contract.shapes import Customer, Message
from console.contract.times import EARLIEST
from console.state.reduce import customer_of, name_of, said_in
from console.state.rows import ConversationRow
from console.values import dataclass

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


@dataclass(frozen=True, slots=True)
class Marks:
    """What a person did in a conversation here, by its newest message then: no server keeps it for them."""

    read: Key = (EARLIEST, "")
    settled: Key | None = None  # when its status was set; None of one that was not set here


@dataclass(slots=True)
class Heard:
    """What the messages of a conversation say of it. Any order of them ends the same, however often each is heard."""

    newest: Message | None = None
    _customers: Message | None = None  # the newest that a customer wrote
    _answered: Key = (EARLIEST, "")  # the newest reply
    _asked: set[Key] = field(default_factory=set)  # what the customer wrote after it
    _unread: set[Key] = field(default_factory=set)  # what the customer wrote after what was read
    marks: Marks = Marks()

    @property
    def unread(self) -> int:
        """How many of the customer's messages nobody has read here."""
        return len(self._unread)

    def take(self, message: Message) -> None:
        """Hear one."""
        key = (message.created_at, message.id)
        if self.newest is None or key > (self.newest.created_at, self.newest.id):
            self.newest = message
        if message.sender.kind == "customer":
            self._of_a_customer(message, key)
        elif message.sender.kind in ("member", "agent") and not message.is_note and key > self._answered:
            self._answered = key
            self._asked = {one for one in self._asked if one > key}

    def read(self, at: datetime, message_id: str) -> None:
        """All up to this message is read."""
        self.keep(replace(self.marks, read=(at, message_id)))

    def settle(self) -> None:
        """A person here set its status, in the face of all that was said."""
        newest = (self.newest.created_at, self.newest.id) if self.newest else (EARLIEST, "")
        self.keep(replace(self.marks, settled=newest))

    def keep(self, marks: Marks) -> None:
        """These count, where they are newer."""
        before = self.marks
        settled = max((one for one in (before.settled, marks.settled) if one), default=None)
        self.marks = Marks(max(before.read, marks.read), settled)
        self._unread = {key for key in self._unread if key > self.marks.read}

    def opened(self, row: ConversationRow) -> ConversationRow:
        """The row, open again if the customer wrote since it was resolved or put off here (contract, 5)."""
        if row.status == "open" or self.marks.settled is None:
            return row
        last = self._customers
        at = row.at if row.last_who == "customer" else EARLIEST  # as it is known from before
        key = (last.created_at, last.id) if last else (at, "")
        return replace(row, status="open", snoozed_until=None) if key > self.marks.settled else row

    def on(self, row: ConversationRow) -> ConversationRow:
        """The row, with what was said since the server told of it last, and with whom it is, should nothing tell."""
        if row.customer is None and self._customers is not None:
            sender = self._customers.sender
            customer = customer_of(Customer(id=sender.id, name=sender.name))
            row = replace(row, customer=customer, name=name_of(row.raw_name, customer, row.channel))
        if self.newest is None or self.newest.created_at < row.at:
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

    def _of_a_customer(self, message: Message, key: Key) -> None:
        before = self._customers
        if before is None or key > (before.created_at, before.id):
            self._customers = message
        if key > self._answered:
            self._asked.add(key)
        if key > self.marks.read:
            self._unread.add(key)
