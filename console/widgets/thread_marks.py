"""What is marked in a thread: text that was selected, and what a search found. Pure: offsets, columns, no drawing.

Text is marked as it is read. A line that is drawn in another order than it is read in is marked whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from console.state.entries import Entries, Key
from console.state.rows import Entry
from console.text.find import Range, ranges, says
from console.text.safe import SafeBlock
from console.text.width import cell_width, clusters
from console.values import dataclass
from console.widgets.thread_layout import ThreadLayout, key_of
from console.widgets.thread_lines import Said, ThreadLine


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in what a message says; of a line that is marked whole, all of it."""

    key: Key
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Selection:
    """From where it was begun to where it was drawn."""

    begun: Spot
    drawn: Spot

    def over(self, entries: Entries) -> tuple[tuple[int, int], tuple[int, int]] | None:
        """Its first and its last character, each as a message's place and an offset; None if an end of it is gone."""
        one, two = entries.find(self.begun.key), entries.find(self.drawn.key)
        if one is None or two is None:
            return None
        first = min((one, self.begun.start), (two, self.drawn.start))
        return first, max((one, self.begun.stop), (two, self.drawn.stop))


@dataclass(frozen=True, slots=True)
class Found:
    """A place where a message says what is looked for."""

    key: Key
    start: int
    stop: int


def whole(layout: ThreadLayout, entry: Entry) -> Spot:
    """All that a message says."""
    return Spot(key_of(entry), 0, len(layout.text(entry)))


def spot(layout: ThreadLayout, place: int, line: ThreadLine, column: int) -> Spot:
    """What a cell of a message's line stands for: where it shows no text, the end of the text before."""
    key = key_of(layout.entries[place])
    if line.said is not None:
        if line.said.is_turned:
            return Spot(key, line.said.start, line.said.start + len(line.said.text))
        at = line.said.start + _characters(line.said, column)
        return Spot(key, at, at)
    end = 0
    for one in layout.lines(place):
        if one is line:
            break
        if one.said is not None:
            end = one.said.start + len(one.said.text)
    return Spot(key, end, end)


def selected(layout: ThreadLayout, selection: Selection) -> SafeBlock:
    """The text of a selection as it is read: no gutter, no padding, no turned line; a blank line between messages."""
    ends = selection.over(layout.entries)
    if ends is None:
        return SafeBlock("")
    (first, start), (last, stop) = ends
    said = [layout.text(entry) for entry in layout.entries[first : last + 1]]
    said[-1] = SafeBlock(said[-1][:stop])
    said[0] = SafeBlock(said[0][start:])
    return SafeBlock("\n\n".join(text for text in said if text))


def columns(said: Said, start: int, stop: int) -> Range | None:
    """The cells of a line that show the characters from `start` to before `stop`; None if it shows none of them."""
    start, stop = max(0, start - said.start), min(len(said.text), stop - said.start)
    if start >= stop:
        return None
    if said.is_turned:
        return said.column, said.column + cell_width(said.text)
    begin = said.column + cell_width(said.text[:start])
    return begin, begin + cell_width(said.text[start:stop])


def seek(layout: ThreadLayout, folded: str, place: int, offset: int, step: int) -> Found | None:
    """The next place that says it, up (`step` -1) or down from a character of a message."""
    entry = layout.entries[place]
    here = [one for one in ranges(layout.text(entry), folded) if (one[0] - offset) * step > 0]
    if here:
        return Found(key_of(entry), *here[0 if step > 0 else -1])
    for entry in _beyond(layout.entries, place, step):
        if says(text := layout.text(entry), folded):
            return Found(key_of(entry), *ranges(text, folded)[0 if step > 0 else -1])
    return None


def row_of(lines: Sequence[ThreadLine], offset: int) -> int:
    """Which of a message's lines shows a character of it."""
    shown = (row for row, one in enumerate(lines) if one.said and offset < one.said.start + len(one.said.text))
    return next(shown, 0)


def _beyond(entries: Entries, place: int, step: int) -> Iterator[Entry]:
    stops = range(place + 1, len(entries)) if step > 0 else range(place - 1, -1, -1)
    return (entries[one] for one in stops)


def _characters(said: Said, column: int) -> int:
    """How many characters of a line stand before a cell."""
    before = taken = 0
    for cluster, cells in clusters(said.text):
        if said.column + taken + (cells + 1) // 2 > column:
            break
        before, taken = before + len(cluster), taken + cells
    return before
