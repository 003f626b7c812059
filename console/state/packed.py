"""A conversation's row as the few bytes that it takes, so that a hundred thousand of them are no burden. Pure.

A row is some thirty objects, of which the tree shows some forty rows at a time: the others lie here and are made again
when they are asked for, in a few microseconds. What many rows have in common is kept once.
"""

from __future__ import annotations

import marshal
from datetime import UTC, datetime, timedelta
from typing import Any

from console.state.rows import ConversationRow, CustomerCard

_VERSION = 2  # of the format: the last without references, whose bytes are the same for the same values
_MOST_SHARED = 4096  # values of a kind that are kept once; what comes after them is in its own bytes
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_THE_NAME = True
"""Stands for the name that the row has already."""


class Packer:
    """Makes bytes of rows, and rows of its own bytes."""

    def __init__(self) -> None:
        self._channels = _Shared()
        self._metadata = _Shared()

    def packed(self, row: ConversationRow, *beside: Any) -> bytes:
        """The row without its id, and what is to be kept beside it. The same values make the same bytes."""
        name = row.name
        fields = (
            row.parent_id,
            name,
            _THE_NAME if row.raw_name == name else row.raw_name,
            _of_customer(row.customer, name),
            self._channels.put((row.channel, row.channel_id)),
            tuple([_THE_NAME if one == name else one for one in row.participants]),
            row.child_count,
            row.unread,
            row.waiting_since and micros(row.waiting_since),
            micros(row.at),
            row.last_who,
            row.last_text,
            row.status,
            row.snoozed_until and micros(row.snoozed_until),
            row.assignee_id,
            row.labels,
            row.priority,
            self._metadata.put(row.metadata),
            *beside,
        )
        return marshal.dumps(fields, _VERSION)

    def unpacked(self, id: str, raw: bytes) -> ConversationRow:
        """The row again."""
        return self.row_of(id, marshal.loads(raw))

    def row_of(self, id: str, fields: Any) -> ConversationRow:
        """The row of what was read of its bytes (`marshal.loads`), behind which stands what is kept beside it."""
        (
            parent_id,
            name,
            raw_name,
            customer,
            channel,
            participants,
            child_count,
            unread,
            waiting_since,
            at,
            last_who,
            last_text,
            status,
            snoozed_until,
            assignee_id,
            labels,
            priority,
            metadata,
        ) = fields[:18]
        channel, channel_id = self._channels.get(channel)
        return ConversationRow(
            id,
            parent_id,
            name,
            name if raw_name is _THE_NAME else raw_name,
            _to_customer(customer, name),
            channel,
            channel_id,
            tuple([name if one is _THE_NAME else one for one in participants]),
            child_count,
            unread,
            None if waiting_since is None else moment(waiting_since),
            moment(at),
            last_who,
            last_text,
            status,
            None if snoozed_until is None else moment(snoozed_until),
            assignee_id,
            labels,
            priority,
            self._metadata.get(metadata),
        )


def micros(at: datetime) -> int:
    """A time as whole microseconds, which a float of seconds does not hold for every year."""
    return (at - _EPOCH) // _MICROSECOND


def moment(at: int) -> datetime:
    """The time again."""
    return _EPOCH + timedelta(microseconds=at)


class _Shared:
    """Values that many rows have: in a row's bytes stands the number of one, or it itself where these are many."""

    def __init__(self) -> None:
        self._values: list[bytes] = []
        self._numbers: dict[bytes, int] = {}

    def put(self, value: Any) -> Any:
        raw = marshal.dumps(value, _VERSION)
        number = self._numbers.get(raw)
        if number is not None:
            return number
        if len(self._values) >= _MOST_SHARED:
            return value
        self._values.append(raw)
        return self._numbers.setdefault(raw, len(self._values) - 1)

    def get(self, kept: Any) -> Any:
        return marshal.loads(self._values[kept]) if isinstance(kept, int) else kept


def _of_customer(card: CustomerCard | None, name: str) -> Any:
    if card is None:
        return None
    said = _THE_NAME if card.name == name else card.name
    return (card.id, said, card.email, card.phone, card.external_id, card.language, card.facts)


def _to_customer(kept: Any, name: Any) -> CustomerCard | None:
    if kept is None:
        return None
    id, said, *others = kept
    return CustomerCard(id, name if said is _THE_NAME else said, *others)
