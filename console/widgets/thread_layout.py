"""Where every message of a thread stands, and the lines of those that are seen. Nothing is drawn here.

A message is laid out when it comes near the screen; the others have estimated heights. What is known later moves
nothing that is on the screen: a screen is told by one message and the row that its head stands in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime

from console.state.entries import NONE, Key, Splice, splices
from console.state.rows import Entry, ThreadView
from console.text.safe import SafeBlock
from console.values import dataclass
from console.widgets.heights import Heights
from console.widgets.thread_lines import ThreadLine, day_name, entry_lines, estimate, rule

_MOST_LAID = 4_000
"""Lines that are kept."""


@dataclass(frozen=True, slots=True)
class Stand:
    """A message, and in which row of the screen its head stands; above the screen that is less than 0."""

    place: int
    row: int


@dataclass(frozen=True, slots=True)
class _Laid:
    entry: Entry
    body: int
    day: date | None  # that a line above it names
    is_first_unread: bool
    lines: tuple[ThreadLine, ...]


class ThreadLayout:
    """The lines of a thread in `width` cells. A message that did not change keeps its lines."""

    def __init__(self) -> None:
        self.entries = NONE
        self.heights = Heights(self._estimates)
        self._width = 0
        self._today = datetime.now(UTC).date()
        self._first_unread: str | None = None
        self._bodies: dict[str, int] = {}
        self._laid: dict[str, _Laid] = {}
        self._laid_lines = 0

    def reset(self, view: ThreadView | None) -> None:
        """Another thread."""
        self.entries = view.entries if view else NONE
        self._first_unread = view.first_unread if view else None
        self._bodies = {}
        self._forget_lines()
        self.heights.reset(len(self.entries))

    def take(self, view: ThreadView) -> list[Splice]:
        """The same thread as it is now; what changed, from the top down."""
        changed = splices(self.entries, view.entries)
        self.entries, self._first_unread = view.entries, view.first_unread
        for one in changed:
            self.heights.splice(one.start, len(one.before), len(one.after))
        return changed

    def resize(self, width: int) -> None:
        """Another width: all heights are estimated anew, when somebody looks."""
        if width != self._width:
            self._width = width
            self._forget_lines()
            self.heights.reset(len(self.entries))

    def turn_day(self, today: date) -> None:
        """Another day: lines between messages say so."""
        if today != self._today:
            self._today = today
            self._forget_lines()

    def next_body(self, entry: Entry) -> bool:
        """Show a message in the next of its languages; False when it has one alone."""
        if len(entry.bodies) < 2:
            return False
        self._bodies[entry.id] = (self._body(entry) + 1) % len(entry.bodies)
        return True

    def text(self, entry: Entry) -> SafeBlock:
        """What a message says in the language that it is shown in."""
        return entry.bodies[min(self._body(entry), len(entry.bodies) - 1)] if entry.bodies else SafeBlock("")

    def lines(self, place: int) -> tuple[ThreadLine, ...]:
        """The lines of a message, with those between it and the one before. Its height is known now."""
        entry = self.entries[place]
        day, first, body = self._new_day(place), entry.id == self._first_unread, self._body(entry)
        had = self._laid.get(entry.id)
        if not had or had.entry is not entry or (had.body, had.day, had.is_first_unread) != (body, day, first):
            lines = (*self._rules(day, first), *entry_lines(entry, self._width, body))
            if self._laid_lines > _MOST_LAID:
                self._forget_lines()
            self._laid_lines += len(lines)
            had = self._laid[entry.id] = _Laid(entry, body, day, first, lines)
        self.heights.set(place, len(had.lines))
        return had.lines

    def rules(self, place: int) -> int:
        """How many lines stand between a message and the one before."""
        return (self._new_day(place) is not None) + (self.entries[place].id == self._first_unread)

    def head(self, place: int) -> int:
        """The line in which a message begins."""
        return self.heights.top(place) + self.rules(place)

    def stand(self, line: int) -> Stand:
        """The screen whose first row is this line."""
        place, within = self.heights.at(line)
        return Stand(place, self.rules(place) - within)

    def settle(self, stand: Stand, height: int) -> int:
        """Lay out what such a screen shows, and as much above and below it; the line that its first row is."""
        for lines in self._from(stand.place, 2 * height - stand.row, 1):
            del lines
        for lines in self._from(stand.place - 1, height + stand.row, -1):
            del lines
        return max(0, min(self.head(stand.place) - stand.row, self.heights.total - height))

    def end(self, height: int) -> int:
        """Lay out the newest screen; the line that its first row is."""
        if not self.entries:
            return 0
        last = len(self.entries) - 1
        return self.settle(Stand(last, height - len(self.lines(last)) + self.rules(last)), height)

    def window(self, line: int, height: int) -> list[tuple[int, ThreadLine]]:
        """The lines from this one on that a settled screen shows, each with its message's place."""
        shown: list[tuple[int, ThreadLine]] = []
        if not self.entries:
            return shown
        place, within = self.heights.at(line)
        while place < len(self.entries) and len(shown) < height:
            shown += ((place, one) for one in self.lines(place)[within : within + height - len(shown)])
            place, within = place + 1, 0
        return shown

    def hold(self, line: int, height: int) -> list[tuple[Key, int]]:
        """The messages of the screen that begins with this line, each by what finds it again, and its head's row."""
        held: list[tuple[Key, int]] = []
        if not self.entries:
            return held
        place = self.heights.at(line)[0]
        while place < len(self.entries) and (row := self.head(place) - line) < height:
            held.append((key_of(self.entries[place]), row))
            place += 1
        return held

    def again(self, held: Sequence[tuple[Key, int]]) -> Stand | None:
        """Where what was held stands now, told by the first that is still there, of which some is on the screen."""
        for key, row in held:
            if (place := self.entries.find(key)) is not None:
                least = self.rules(place) - len(self.lines(place)) + 1
                return Stand(place, max(row, least))
        return None

    def _from(self, place: int, rows: int, step: int) -> Iterator[tuple[ThreadLine, ...]]:
        """Lay out messages, one after the other, until they take that many rows."""
        while rows > 0 and 0 <= place < len(self.entries):
            yield (lines := self.lines(place))
            rows -= len(lines)
            place += step

    def _body(self, entry: Entry) -> int:
        return self._bodies.get(entry.id, 0)

    def _new_day(self, place: int) -> date | None:
        """The day that a message begins."""
        on = self.entries[place].at.astimezone().date()
        return on if not place or self.entries[place - 1].at.astimezone().date() != on else None

    def _rules(self, day: date | None, is_first_unread: bool) -> Iterator[ThreadLine]:
        if day is not None:
            yield rule(day_name(day, self._today), "muted", self._width)
        if is_first_unread:
            yield rule("new", "accent", self._width)

    def _estimates(self, start: int, stop: int) -> list[int]:
        found: list[int] = []
        day = self.entries[start - 1].at.astimezone().date() if start else None
        for entry in self.entries[start:stop]:
            before, day = day, entry.at.astimezone().date()
            rules = (day != before) + (entry.id == self._first_unread)
            found.append(rules + estimate(entry, self._width, self._body(entry)))
        return found

    def _forget_lines(self) -> None:
        self._laid, self._laid_lines = {}, 0


def key_of(entry: Entry) -> Key:
    """What finds an entry again."""
    return entry.at, entry.id


def came_after(splice: Splice, last: datetime | None) -> int:
    """How many messages came in one place below what there was."""
    had = {entry.id for entry in splice.before}
    return sum(1 for entry in splice.after if entry.id not in had and (last is None or entry.at >= last))


def line_in(rows: Sequence[tuple[int, ThreadLine]], row: int) -> ThreadLine | None:
    """The line that stands in a row of a screen."""
    return rows[row][1] if row < len(rows) else None
