"""A thread's entries as an immutable sequence, which shares with the one that it was made from what did not change.

It is kept in blocks, so that a change costs a block and not the thread, and what changed between two is told by the
blocks that only one of them has.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import accumulate, chain
from typing import TYPE_CHECKING, overload

from console.values import dataclass

if TYPE_CHECKING:
    from console.state.rows import Entry

Key = tuple[datetime, str]
Block = tuple["Entry", ...]

_BLOCK = 256
"""Entries of a block that is cut from a larger one; none has twice as many."""


@dataclass(frozen=True, slots=True)
class Splice:
    """What changed in one place: `before` gave way to `after`, which begins at the place `start` of the new entries."""

    start: int
    before: tuple[Entry, ...]
    after: tuple[Entry, ...]


class Entries(Sequence["Entry"]):
    """Entries in the order in which they stand. Equal to any sequence of the same entries."""

    __slots__ = ("_blocks", "_ends")

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._blocks: tuple[Block, ...] = tuple(_cut(tuple(entries)))
        self._ends = tuple(accumulate(map(len, self._blocks)))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __iter__(self) -> Iterator[Entry]:
        return chain.from_iterable(self._blocks)

    def __reversed__(self) -> Iterator[Entry]:
        return chain.from_iterable(map(reversed, reversed(self._blocks)))

    @overload
    def __getitem__(self, place: int) -> Entry: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Entry, ...]: ...
    def __getitem__(self, place: int | slice) -> Entry | tuple[Entry, ...]:
        if isinstance(place, slice):
            return self._slice(*place.indices(len(self)))
        if place < 0:
            place += len(self)
        if not 0 <= place < len(self):
            raise IndexError(place)
        block = bisect_right(self._ends, place)
        return self._blocks[block][place - self._begin(block)]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or isinstance(other, str):
            return NotImplemented
        if len(self) != len(other):
            return False
        if isinstance(other, Entries) and self._ends == other._ends:
            return all(one is two or one == two for one, two in zip(self._blocks, other._blocks, strict=True))
        return all(one is two or one == two for one, two in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return hash((len(self), self[0].id, self[-1].id)) if self else 0

    def __repr__(self) -> str:
        return f"Entries({list(self)!r})"

    def spliced(self, start: int, stop: int, entries: Sequence[Entry]) -> Entries:
        """The same with `entries` instead of those from `start` to before `stop`."""
        first = min(bisect_right(self._ends, start), max(0, len(self._blocks) - 1))
        last = max(first, bisect_left(self._ends, stop)) if stop > start else first
        head = self._blocks[first][: start - self._begin(first)] if self._blocks else ()
        tail = self._blocks[last][stop - self._begin(last) :] if self._blocks else ()
        made = tuple(_cut((*head, *entries, *tail)))
        new = Entries()
        new._blocks = self._blocks[:first] + made + self._blocks[last + 1 :]
        new._ends = tuple(accumulate(map(len, new._blocks)))
        return new

    def with_entry(self, place: int, entry: Entry) -> Entries:
        """The same with another entry at this place."""
        return self.spliced(place, place + 1, (entry,))

    def place_of(self, key: Key) -> int:
        """Where the first stands whose time and id are not before `key`, among those that stand by time and id."""
        told = self.told
        return bisect_left(range(told), key, key=self._key)

    def find(self, key: Key) -> int | None:
        """Where the entry of this time and id stands; unsent ones stand at the end, in the order of their writing."""
        told = self.told
        place = bisect_left(range(told), key, key=self._key)
        if place < told and self[place].id == key[1]:
            return place
        return next((place for place in range(told, len(self)) if self[place].id == key[1]), None)

    @property
    def told(self) -> int:
        """How many of them the server has named: those at the end it has not."""
        count = len(self)
        for entry in reversed(self):
            if entry.delivery == "sent":
                break
            count -= 1
        return count

    def _key(self, place: int) -> Key:
        entry = self[place]
        return entry.at, entry.id

    def _begin(self, block: int) -> int:
        return self._ends[block - 1] if block else 0

    def _slice(self, start: int, stop: int, step: int) -> tuple[Entry, ...]:
        if step != 1:
            return tuple(self)[start:stop:step]
        found: list[Entry] = []
        for block in range(bisect_right(self._ends, start), len(self._blocks)):
            begin = self._begin(block)
            if begin >= stop:
                break
            found += self._blocks[block][max(0, start - begin) : stop - begin]
        return tuple(found)


def splices(before: Entries, after: Entries) -> list[Splice]:
    """What changed from one to the other, from the top down; applied in this order, each finds its `start`."""
    kept = {id(block): number for number, block in enumerate(before._blocks)}
    found: list[Splice] = []
    last, since = -1, 0
    for number, block in enumerate((*after._blocks, None)):
        had = kept.get(id(block), -1) if block is not None else len(before._blocks)
        if had <= last:
            continue
        if (had, number) != (last + 1, since):
            gone = tuple(chain.from_iterable(before._blocks[last + 1 : had]))
            came = tuple(chain.from_iterable(after._blocks[since:number]))
            if splice := _trimmed(after._begin(since), gone, came):
                found.append(splice)
        last, since = had, number + 1
    return found


def _trimmed(start: int, gone: Block, came: Block) -> Splice | None:
    """Without what both begin and end with."""
    least = min(len(gone), len(came))
    head = next((place for place in range(least) if gone[place] is not came[place]), least)
    least -= head
    tail = next((place for place in range(least) if gone[-1 - place] is not came[-1 - place]), least)
    gone, came = gone[head : len(gone) - tail], came[head : len(came) - tail]
    return Splice(start + head, gone, came) if gone or came else None


def _cut(entries: Block) -> Iterator[Block]:
    if len(entries) < 2 * _BLOCK:
        if entries:
            yield entries
        return
    for start in range(0, len(entries), _BLOCK):
        yield entries[start : start + _BLOCK]


NONE = Entries()
