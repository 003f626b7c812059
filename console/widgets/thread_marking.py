"""What is marked in a thread now: a selection, and what a search found. It knows the layout and draws nothing."""

from __future__ import annotations

from console.state.rows import Entry
from console.text.find import Range, ranges
from console.text.fold import fold
from console.text.safe import SafeBlock
from console.widgets.thread_layout import ThreadLayout, key_of
from console.widgets.thread_lines import ThreadLine
from console.widgets.thread_marks import Found, Selection, Spot, columns, seek, selected, whole

_PAST_ALL = 1 << 30


class Marking:
    """A selection by mouse or by message, and a search; each until it is ended."""

    def __init__(self, layout: ThreadLayout) -> None:
        self._layout = layout
        self.selection: Selection | None = None
        self.is_by_message = False  # the cursor draws the selection
        self.query = ""  # as it was written
        self.found: Found | None = None
        self._folded = ""
        self._ranges: dict[str, tuple[Entry, str, list[Range]]] = {}  # of messages that were seen
        self._over: tuple[tuple[int, int], tuple[int, int]] | None = None

    @property
    def text(self) -> SafeBlock:
        """What is selected."""
        return selected(self._layout, self.selection) if self.selection else SafeBlock("")

    def end(self) -> bool:
        """Nothing is marked any more; whether something was."""
        had = self.selection is not None or bool(self._folded)
        self.select(None)
        self._folded, self.found, self._ranges = "", None, {}
        return had

    def select(self, selection: Selection | None, *, by_message: bool = False) -> None:
        """Mark this text."""
        self.selection, self.is_by_message = selection, by_message and selection is not None
        self.moved()

    def draw_to(self, spot: Spot) -> None:
        """The selection goes on to here."""
        if self.selection:
            self.select(Selection(self.selection.begun, spot), by_message=self.is_by_message)

    def draw_to_message(self, entry: Entry) -> None:
        """The selection goes on to the end, or to the beginning, of a message."""
        self.draw_to(whole(self._layout, entry))

    def begin_with_message(self, entry: Entry) -> None:
        """Select a message as a whole."""
        all_of_it = whole(self._layout, entry)
        self.select(Selection(all_of_it, all_of_it), by_message=True)

    def search(self, query: str) -> None:
        """Mark what says this."""
        self.query, self._folded = query, fold(query.strip())
        self.found, self._ranges = None, {}

    @property
    def is_searching(self) -> bool:
        """Whether something is looked for."""
        return bool(self._folded)

    def next(self, place: int, step: int) -> Found | None:
        """The next place that says it, up or down from the last one found, at first from the message at `place`."""
        offset = _PAST_ALL if step < 0 else -1
        if self.found is not None and (there := self._layout.entries.find(self.found.key)) is not None:
            place, offset = there, self.found.start
        found = seek(self._layout, self._folded, place, offset, step)
        if found is not None:
            self.found = found
        return found

    def moved(self) -> None:
        """Messages stand elsewhere, or the selection is another: where it is now."""
        self._over = self.selection.over(self._layout.entries) if self.selection else None

    def picked(self, place: int, line: ThreadLine) -> Range | None:
        """The cells of a line that are selected."""
        if self._over is None or line.said is None:
            return None
        (first, start), (last, stop) = self._over
        if not first <= place <= last:
            return None
        begin = start if place == first else 0
        end = stop if place == last else _PAST_ALL
        return columns(line.said, begin, end)

    def columns(self, place: int, line: ThreadLine) -> list[tuple[int, int, bool]]:
        """The cells of a line that show what is looked for, and whether it is what was found last."""
        if not self._folded or line.said is None:
            return []
        entry = self._layout.entries[place]
        cells = []
        for start, stop in self._said_in(entry):
            if shown := columns(line.said, start, stop):
                cells.append((*shown, self.found == Found(key_of(entry), start, stop)))
        return cells

    def _said_in(self, entry: Entry) -> list[Range]:
        text = self._layout.text(entry)
        known = self._ranges.get(entry.id)
        if known is None or known[0] is not entry or known[1] is not text:
            known = self._ranges[entry.id] = (entry, text, ranges(text, self._folded))
        return known[2]
