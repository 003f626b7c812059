"""Whether what changed is what was there, some rows higher or lower: then the terminal can move it by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from console.terminal.canvas import Row
from console.values import dataclass

_FEWEST = 4
"""Rows that must have moved: of fewer the margins cost as much as the cells."""


@dataclass(frozen=True, slots=True)
class Scroll:
    """The rows from `top` to `bottom`, both included, move up `by` rows; down where that is negative."""

    top: int
    bottom: int
    by: int


def find_scroll(wanted: Sequence[Row], shown: Sequence[Row | None], drawn: Sequence[int]) -> Scroll | None:
    """The longest block of whole rows that is shown elsewhere, if moving it leaves less to be written."""
    if len(drawn) < _FEWEST:
        return None
    places: dict[tuple[str, ...], list[int]] = {}
    for y in range(drawn[0], drawn[-1] + 1):
        if (row := shown[y]) is not None and row != wanted[y]:
            places.setdefault(tuple(row.clusters), []).append(y)
    shifts = Counter[int]()
    for y in drawn:
        row = wanted[y]
        if row == shown[y] or _is_even(row):
            continue
        for place in places.get(tuple(row.clusters), ()):
            if row == shown[place]:
                shifts[place - y] += 1
    if not shifts:
        return None
    by, count = shifts.most_common(1)[0]
    if count < _FEWEST:
        return None
    moved = [y for y in drawn if 0 <= y + by < len(shown) and wanted[y] == shown[y + by] and wanted[y] != shown[y]]
    top, bottom = min(moved[0], moved[0] + by), max(moved[-1], moved[-1] + by)
    # Within the block everything moves, also what stood right: that would have to be written again.
    spoiled = sum(1 for y in range(top, bottom + 1) if wanted[y] == shown[y])
    return Scroll(top, bottom, by) if count - spoiled >= _FEWEST else None


def _is_even(row: Row) -> bool:
    """Whether all its cells are alike: such rows are everywhere, and cheap."""
    return len(set(row.clusters)) == 1 and len(set(row.pens)) == 1
