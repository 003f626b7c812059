"""Where a text says what is looked for, as people take letters for the same."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from console.text.fold import fold

Range = tuple[int, int]
"""Characters from one to before another."""


def says(text: str, folded: str) -> bool:
    """Whether a text says what is looked for, which is folded already."""
    return folded in fold(text)


def ranges(text: str, folded: str) -> list[Range]:
    """Where a text says it: characters of the text as it is, which may be more or fewer than those of `folded`."""
    if not folded or not says(text, folded):
        return []
    parts = [fold(character) for character in text]
    whole, ends = "".join(parts), list(accumulate(map(len, parts)))
    found: list[Range] = []
    at = whole.find(folded)
    while at >= 0:
        stop = bisect_right(ends, at + len(folded) - 1) + 1
        while stop < len(text) and not parts[stop]:  # marks on the last letter are part of it
            stop += 1
        found.append((bisect_right(ends, at), stop))
        at = whole.find(folded, at + len(folded))
    return found
