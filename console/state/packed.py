"""A conversation's row as the few bytes that it takes, so that a hundred thousand of them are no burden. Pure.

A row is some thirty objects, of which the tree shows some forty rows at a time: the others lie here and are made again
when they are asked for, in a few microseconds. What many rows have in common is kept once.
"""

from __future__ import annotations

import marshal
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar, cast

from console.state.rows import ConversationRow, CustomerCard
from console.state.triage import triage_of
from console.text.safe import SafeLine

T = TypeVar("T", dict[str, Any], tuple[SafeLine | None, str | None])

_SHORT, _SAME = 4, 2  # versions of the format: the shortest, and that in which the same values are the same bytes
_MOST_SHARED = 4096  # values of a kind that are kept once; what comes after them is in its own bytes
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_AGAIN = True
"""Stands for what was said already: the name, or the time of the last activity."""


class Packer:
    """Makes bytes of rows, and rows of its own bytes."""

    def __init__(self) -> None:
        self._channels = _Shared[tuple[SafeLine | None, str | None]]()
        self._metadata = _Shared[dict[str, Any]]()

    def packed(self, row: ConversationRow, *beside: Any) -> bytes:
        """The row without its id, and what is to be kept beside it. Its triage must be that of its metadata."""
        name, at, card = row.name, micros(row.at), row.customer
        since = None if row.waiting_since is None else micros(row.waiting_since)
        fields = (
            row.parent_id,
            name,
            _AGAIN if row.raw_name == name else row.raw_name,
            card and (card.id, _AGAIN if card.name == name else card.name, card.email, card.phone, card.external_id),
            card and (_AGAIN if card.language is None and not card.facts else (card.language, card.facts)),
            self._channels.put((row.channel, row.channel_id)),
            tuple([_AGAIN if one == name else one for one in row.participants]),
            row.child_count,
            row.unread,
            _AGAIN if since == at else since,
            at,
            row.last_who,
            row.last_text,
            self._metadata.put(row.metadata),
            *beside,
        )
        return marshal.dumps(fields, _SHORT)

    def unpacked(self, id: str, raw: bytes) -> tuple[ConversationRow, list[Any]]:
        """The row again, and what was kept beside it."""
        parent_id, name, raw_name, person, told, where, others, below, unread, since, at, who, text, kept, *beside = (
            marshal.loads(raw)
        )
        channel, channel_id = self._channels.get(where)
        metadata, card = self._metadata.get(kept), None
        if person is not None:
            language, facts = (None, ()) if told is _AGAIN else told
            said = name if person[1] is _AGAIN else person[1]
            card = CustomerCard(person[0], said, person[2], person[3], person[4], language, facts)
        triage = triage_of(metadata)
        row = ConversationRow(
            id,
            parent_id,
            name,
            name if raw_name is _AGAIN else raw_name,
            card,
            channel,
            channel_id,
            tuple([name if one is _AGAIN else one for one in others]),
            below,
            unread,
            None if since is None else moment(at if since is _AGAIN else since),
            moment(at),
            who,
            text,
            triage.status,
            triage.snoozed_until,
            triage.assignee_id,
            triage.labels,
            triage.priority,
            metadata,
        )
        return row, beside


def micros(at: datetime) -> int:
    """A time as whole microseconds, which a float of seconds does not hold for every year."""
    return (at - _EPOCH) // _MICROSECOND


def moment(at: int) -> datetime:
    """The time again."""
    return _EPOCH + timedelta(microseconds=at)


class _Shared(Generic[T]):
    """Values that many rows have: in a row's bytes stands the number of one, or it itself where these are many."""

    def __init__(self) -> None:
        self._values: list[bytes] = []
        self._numbers: dict[bytes, int] = {}

    def put(self, value: T) -> T | int:
        if isinstance(value, dict) and "snoozedUntil" in value:  # a time, as hardly two have it
            return value
        raw = marshal.dumps(value, _SAME)
        number = self._numbers.get(raw)
        if number is not None:
            return number
        if len(self._values) >= _MOST_SHARED:
            return value
        self._values.append(raw)
        return self._numbers.setdefault(raw, len(self._values) - 1)

    def get(self, kept: T | int) -> T:
        return cast(T, marshal.loads(self._values[kept]) if isinstance(kept, int) else kept)
