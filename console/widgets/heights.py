"""Heights of many things that stand below each other: estimated till they are known, summed in blocks.

What is asked for costs a block and a look at the blocks' sums, however many there are. A block that nobody looked into
is estimated as a whole, so that a new width costs no look at each.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from itertools import accumulate

from console.values import dataclass

Weigh = Callable[[int, int], list[int]]
"""Estimates the heights of those from one place to before another, each at least 1."""

_BLOCK = 256
GUESS = 4
"""Lines that one has, where nobody looked."""


@dataclass(slots=True)
class _Block:
    count: int
    height: int
    heights: list[int] | None = None  # None: not weighed


class Heights:
    """How high each is, where it begins, and which one a line lies in."""

    def __init__(self, weigh: Weigh) -> None:
        self._weigh = weigh
        self._blocks: list[_Block] = []
        self._counts: list[int] = []  # up to the end of each block
        self._sums: list[int] = []
        self._is_counted = self._is_summed = True

    def __len__(self) -> int:
        self._count()
        return self._counts[-1] if self._counts else 0

    def __getitem__(self, place: int) -> int:
        block, within = self._weighed(place)
        return self._of(block)[within]

    @property
    def total(self) -> int:
        """Lines of all."""
        self._sum()
        return self._sums[-1] if self._sums else 0

    def reset(self, count: int) -> None:
        """There are `count`, none of them weighed."""
        self._blocks = _unweighed(count)
        self._is_counted = self._is_summed = False

    def top(self, place: int) -> int:
        """The line in which one begins; of the place behind the last, the line behind all."""
        if place >= len(self):
            return self.total
        block, within = self._weighed(place)
        self._sum()
        return self._sums_before(block) + sum(self._of(block)[:within])

    def at(self, line: int) -> tuple[int, int]:
        """The one that a line lies in, and which of its lines that is. Where nobody looked yet it is about there."""
        self._count()
        self._sum()
        block = min(bisect_right(self._sums, max(0, line)), len(self._blocks) - 1)
        inside = max(0, line - self._sums_before(block))
        one = self._blocks[block]
        if one.heights is None:
            share = inside / max(1, one.height)
            self._weigh_block(block)
            inside = int(share * one.height)
        heights = self._of(block)
        ends = list(accumulate(heights))
        within = min(bisect_right(ends, inside), len(ends) - 1)
        inside -= ends[within - 1] if within else 0
        return self._counts_before(block) + within, min(inside, heights[within] - 1)

    def set(self, place: int, height: int) -> None:
        """Now it is known."""
        block, within = self._weighed(place)
        one, heights = self._blocks[block], self._of(block)
        if heights[within] != height:
            one.height += height - heights[within]
            heights[within] = height
            self._is_summed = False

    def splice(self, start: int, gone: int, came: int) -> None:
        """`gone` of them from `start` on gave way to `came` others, which are estimated."""
        self._count()
        block = min(bisect_right(self._counts, start), max(0, len(self._blocks) - 1))
        within = start - self._counts_before(block) if self._blocks else 0
        self._is_counted = self._is_summed = False
        first = block
        while gone:
            one = self._blocks[block]
            few = min(gone, one.count - within)
            one.count -= few
            if one.heights is None:
                one.height = one.count * GUESS
            else:
                one.height -= sum(one.heights[within : within + few])
                del one.heights[within : within + few]
            gone -= few
            block, within = block + 1, 0
        if came:
            self._insert(first, start, came)
        self._blocks = [one for one in self._blocks if one.count]

    def _insert(self, block: int, start: int, came: int) -> None:
        """Put those that came where they belong: into a block, or as blocks of their own if they are many."""
        before = sum(one.count for one in self._blocks[:block])
        within = start - before
        one = self._blocks[block] if self._blocks else _Block(0, 0, [])
        if came > _BLOCK:
            tail = _split(one, within)
            self._blocks[block : block + 1] = [one, *_unweighed(came), tail]
            return
        if not self._blocks:
            self._blocks.append(one)
        one.count += came
        if one.heights is None:
            one.height += came * GUESS
        else:
            heights = self._weigh(start, start + came)
            one.heights[within:within] = heights
            one.height += sum(heights)
        if one.count > 2 * _BLOCK:
            self._blocks.insert(block + 1, _split(one, one.count // 2))

    def _weighed(self, place: int) -> tuple[int, int]:
        """The block that one lies in, weighed, and where in it."""
        self._count()
        block = bisect_right(self._counts, place)
        if place < 0 or block == len(self._blocks):
            raise IndexError(place)
        if self._blocks[block].heights is None:
            self._weigh_block(block)
        return block, place - self._counts_before(block)

    def _weigh_block(self, block: int) -> None:
        start = self._counts_before(block)
        one = self._blocks[block]
        one.heights = self._weigh(start, start + one.count)
        one.height = sum(one.heights)
        self._is_summed = False

    def _of(self, block: int) -> list[int]:
        heights = self._blocks[block].heights
        assert heights is not None
        return heights

    def _count(self) -> None:
        if not self._is_counted:
            self._counts = list(accumulate(one.count for one in self._blocks))
            self._is_counted = True

    def _sum(self) -> None:
        if not self._is_summed:
            self._sums = list(accumulate(one.height for one in self._blocks))
            self._is_summed = True

    def _counts_before(self, block: int) -> int:
        return self._counts[block - 1] if block else 0

    def _sums_before(self, block: int) -> int:
        return self._sums[block - 1] if block else 0


def _unweighed(count: int) -> list[_Block]:
    full, rest = divmod(count, _BLOCK)
    return [_Block(one, one * GUESS) for one in [_BLOCK] * full + [rest] * bool(rest)]


def _split(one: _Block, within: int) -> _Block:
    """Take what lies from `within` on out of a block, as one of its own."""
    tail = _Block(one.count - within, (one.count - within) * GUESS)
    if one.heights is not None:
        tail.heights = one.heights[within:]
        tail.height = sum(tail.heights)
        del one.heights[within:]
    one.count = within
    one.height = within * GUESS if one.heights is None else one.height - tail.height
    return tail
