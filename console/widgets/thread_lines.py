"""A thread as lines: day lines, who wrote when, quotes, bodies, files. Each line knows its message.

A customer's lines carry a gutter mark in a column of their own, which no text can reach.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from console.state.rows import Entry, FileCard, ThreadView, Who
from console.text.bidi import visual
from console.text.language import is_rtl
from console.text.safe import SafeLine
from console.text.size import size
from console.text.width import cell_width, wrap
from console.widgets.spans import Role, Span, shown, spread, width_of

GUTTER = 2
MEASURE = 88
"""Cells of a body's line at most: longer ones are hard to read."""

ROLES: dict[Who, Role] = {"customer": "customer", "member": "colleague", "agent": "ai", "system": "muted"}
NAME_ROLES: dict[Who, Role] = {
    "customer": "customer-name",
    "member": "colleague-name",
    "agent": "ai-name",
    "system": "muted",
}
GUTTER_MARKS: dict[Who, str] = {"customer": "▎", "member": " ", "agent": "╎", "system": " "}
NOTE_MARK = "┋"
FILE_MARK = "▤"
QUOTE_MARK = "│"
CLEANED_MARK = "⚠"
DELIVERIES: dict[str, tuple[str, Role]] = {
    "held": ("not sent yet", "waiting"),
    "waiting": ("waiting to leave", "waiting"),
    "stopped": ("stopped: look first", "waiting"),
    "sending": ("sending…", "muted"),
    "failed": ("not sent", "danger"),
    "unknown": ("perhaps sent", "waiting"),
}


HOW_ON: dict[str, str] = {
    "waiting": "Enter looks at it",
    "stopped": "Enter looks at it",
    "failed": "Enter sends it again",
    "unknown": "Enter looks at it",
}


@dataclass(frozen=True, slots=True)
class ThreadLine:
    """One line; `entry` is its message's id, None for what stands between messages."""

    spans: tuple[Span, ...]
    entry: str | None = None


Language = Callable[[Entry], int]
"""Which of an entry's bodies is shown."""


class ThreadLayout:
    """Lays a thread out; a message that did not change keeps its lines."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Entry, int, int, tuple[ThreadLine, ...]]] = {}

    def lines(self, view: ThreadView, *, width: int, today: date, bodies: dict[str, int]) -> list[ThreadLine]:
        """All lines of the thread in `width` cells; `bodies` says which body is shown where it is not the first."""
        lines: list[ThreadLine] = []
        day: date | None = None
        known: dict[str, tuple[Entry, int, int, tuple[ThreadLine, ...]]] = {}
        for entry in view.entries:
            if (on := entry.at.astimezone().date()) != day:
                day = on
                lines.append(ThreadLine(_rule(day_name(on, today), "muted", width)))
            if entry.id == view.first_unread:
                lines.append(ThreadLine(_rule("new", "accent", width)))
            body = bodies.get(entry.id, 0)
            had = self._known.get(entry.id)
            if had is None or had[0] is not entry or had[1] != width or had[2] != body:
                had = (entry, width, body, tuple(entry_lines(entry, width, body)))
            known[entry.id] = had
            lines += had[3]
        self._known = known
        return lines


def entry_lines(entry: Entry, width: int, body: int = 0) -> Iterator[ThreadLine]:
    """The lines of one message and the blank one after it."""
    for spans in _rows(entry, width, body):
        yield ThreadLine((_gutter(entry), (" ", "text"), *spans), entry.id)
    yield ThreadLine((), entry.id)


def day_name(day: date, today: date) -> str:
    """`Today`, `Yesterday`, else the weekday and date, with the year when it is another."""
    if day == today:
        return "Today"
    if (today - day).days == 1:
        return "Yesterday"
    name = f"{day:%A} {day.day} {day:%B}"
    return name if day.year == today.year else f"{name} {day.year}"


def _rows(entry: Entry, width: int, body: int) -> Iterator[list[Span]]:
    room = width - GUTTER - 1
    yield _head(entry, room, body)
    if entry.quote:
        words = f"{entry.quote.sender}: {entry.quote.text}"
        yield [(QUOTE_MARK + " ", "faint"), (shown(SafeLine(words), min(room, MEASURE) - 2), "muted")]
    if entry.bodies:
        role: Role = "note" if entry.note else "muted" if entry.who == "system" else "text"
        measure = min(room, MEASURE)
        for line in entry.bodies[min(body, len(entry.bodies) - 1)].split("\n"):
            right = is_rtl(line)
            for part in wrap(line, measure) or [""]:
                pad = measure - cell_width(part) if right else 0
                yield [(" " * pad + visual(part), role)]
    for file in entry.files:
        yield [(FILE_MARK + " ", "accent"), *_file(file, room - 2)]
    if entry.problem:
        for part in wrap(entry.problem, room):
            yield [(visual(part), "muted" if entry.delivery == "waiting" else "danger")]
    if entry.delivery in HOW_ON and (entry.problem or entry.delivery != "waiting"):
        yield [(HOW_ON[entry.delivery] + " · Backspace takes it back", "muted")]


def _head(entry: Entry, room: int, body: int) -> list[Span]:
    role: Role = "note-name" if entry.note else NAME_ROLES[entry.who]
    right: list[Span] = []
    if entry.cleaned:
        right.append((CLEANED_MARK + " cleaned  ", "waiting"))
    if len(entry.languages) > 1:
        right.append((f"{entry.languages[min(body, len(entry.languages) - 1)]} of {len(entry.languages)} L  ", "muted"))
    if entry.delivery != "sent":
        words, how = DELIVERIES[entry.delivery]
        right.append((words + "  ", how))
    right.append((f"{entry.at.astimezone():%H:%M}", "muted"))
    kind = " · note" if entry.note else {"agent": " · AI", "system": ""}.get(entry.who, "")
    while len(right) > 1 and width_of(right) + len(kind) + 9 > room:
        right.pop(0)  # the time stays, and some of the name
    taken = width_of(right) + len(kind) + 1
    plain: Role = "note" if entry.note else ROLES[entry.who]
    return spread([(shown(entry.sender, max(4, room - taken)), role), (kind, plain)], right, room)


def _file(file: FileCard, room: int) -> list[Span]:
    bytes_ = size(file.size)
    return [(shown(file.name, max(4, room - len(bytes_) - 1)), "text"), (" " + bytes_, "muted")]


def _gutter(entry: Entry) -> Span:
    mark = NOTE_MARK if entry.note else GUTTER_MARKS[entry.who]
    return (mark, "note" if entry.note else ROLES[entry.who])


def _rule(words: str, role: Role, width: int) -> tuple[Span, ...]:
    text = f"── {words} ──"
    return ((" " * max(0, (width - cell_width(text)) // 2), "text"), (text, role))
