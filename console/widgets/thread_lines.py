"""A thread as lines: day lines, who wrote when, quotes, bodies, files. Each line knows its message.

A customer's lines carry a gutter mark in a column of their own, which no text can reach.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from console.state.rows import Entry, FileCard, Who
from console.text.bidi import visual
from console.text.language import is_rtl
from console.text.safe import SafeBlock, SafeLine
from console.text.size import size
from console.text.width import cell_width, wrap
from console.values import dataclass
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

BOX_HEIGHT = 3
"""Lines of a picture's box."""
_AROUND = 6  # cells of the frame and the mark around a file's words
_LEAST_BOX = 24

HOW_ON: dict[str, str] = {
    "waiting": "Enter looks at it",
    "stopped": "Enter looks at it",
    "failed": "Enter sends it again",
    "unknown": "Enter looks at it",
}


@dataclass(frozen=True, slots=True)
class Said:
    """What of a message's body a line shows: the characters from `start` on, which begin at a column of the line."""

    start: int
    text: str
    column: int
    is_turned: bool  # drawn in another order than it is read in: no column is a character


@dataclass(frozen=True, slots=True)
class ThreadLine:
    """One line; `entry` is its message's id, None for what stands between messages."""

    spans: tuple[Span, ...]
    entry: str | None = None
    said: Said | None = None


def entry_lines(entry: Entry, width: int, body: int = 0) -> Iterator[ThreadLine]:
    """The lines of one message and the blank one after it."""
    gutter: tuple[Span, ...] = (_gutter(entry), (" ", "text"))
    for spans, said in _rows(entry, width - GUTTER - 1, body):
        yield ThreadLine((*gutter, *spans), entry.id, said)
    yield ThreadLine((), entry.id)


def estimate(entry: Entry, width: int, body: int = 0) -> int:
    """About how many lines `entry_lines` gives, told from lengths alone."""
    rows = 2 + (entry.quote is not None)
    if entry.bodies:
        text = entry.bodies[min(body, len(entry.bodies) - 1)]
        rows += 1 + text.count("\n") + len(text) // max(1, min(width - GUTTER - 1, MEASURE))
    for file in entry.files:
        rows += BOX_HEIGHT if is_image(file) else 1
    return rows if entry.delivery == "sent" else rows + 2 * (entry.problem is not None)


def is_image(file: FileCard) -> bool:
    """Whether a file is a picture, which is told by a box."""
    return file.type.startswith("image/")


def rule(words: str, role: Role, width: int) -> ThreadLine:
    """A line between messages, such as a day's."""
    text = f"── {words} ──"
    return ThreadLine(((" " * max(0, (width - cell_width(text)) // 2), "text"), (text, role)))


def day_name(day: date, today: date) -> str:
    """`Today`, `Yesterday`, else the weekday and date, with the year when it is another."""
    if day == today:
        return "Today"
    if (today - day).days == 1:
        return "Yesterday"
    name = f"{day:%A} {day.day} {day:%B}"
    return name if day.year == today.year else f"{name} {day.year}"


def _rows(entry: Entry, room: int, body: int) -> Iterator[tuple[list[Span], Said | None]]:
    yield _head(entry, room, body), None
    if entry.quote:
        words = f"{entry.quote.sender}: {entry.quote.text}"
        yield [(QUOTE_MARK + " ", "faint"), (shown(SafeLine(words), min(room, MEASURE) - 2), "muted")], None
    if entry.bodies:
        yield from _body(entry, min(room, MEASURE), entry.bodies[min(body, len(entry.bodies) - 1)])
    for file in entry.files:
        if is_image(file) and room >= _LEAST_BOX:
            yield from ((spans, None) for spans in _box(file, min(room, MEASURE)))
        else:
            yield [(FILE_MARK + " ", "accent"), *_file(file, room - 2)], None
    if entry.problem:
        for part in wrap(entry.problem, room):
            yield [(visual(part), "muted" if entry.delivery == "waiting" else "danger")], None
    if entry.delivery in HOW_ON and (entry.problem or entry.delivery != "waiting"):
        yield [(HOW_ON[entry.delivery] + " · Backspace takes it back", "muted")], None


def _body(entry: Entry, measure: int, text: SafeBlock) -> Iterator[tuple[list[Span], Said]]:
    role: Role = "note" if entry.note else "muted" if entry.who == "system" else "text"
    begin = 0
    for line in text.split("\n"):
        right, here = is_rtl(line), 0
        for part in wrap(line, measure) or [""]:
            here = line.find(part, here)  # what was left out at a break is space
            drawn = visual(part)
            pad = measure - cell_width(part) if right else 0
            yield [(" " * pad + drawn, role)], Said(begin + here, part, GUTTER + pad, right or drawn != part)
            here += len(part)
        begin += len(line) + 1


def _box(file: FileCard, room: int) -> Iterator[list[Span]]:
    """A picture, which a terminal does not show: a frame with what it is."""
    kind = file.type.partition("/")[2].upper()
    words = [*_file(file, room - _AROUND - len(kind) - 1), (f" {kind}", "muted")]
    inside = width_of(words) + 4
    yield [("╭" + "─" * inside + "╮", "border")]
    yield [("│ ", "border"), (FILE_MARK + " ", "accent"), *words, (" │", "border")]
    yield [("╰" + "─" * inside + "╯", "border")]


def _head(entry: Entry, room: int, body: int) -> list[Span]:
    role: Role = "note-name" if entry.note else NAME_ROLES[entry.who]
    right: list[Span] = []
    if entry.cleaned:
        right.append((CLEANED_MARK + " cleaned  ", "waiting"))
    if len(entry.languages) > 1:
        right.append((f"{entry.languages[min(body, len(entry.languages) - 1)]} of {len(entry.languages)} L  ", "muted"))
    if entry.delivery != "sent":
        is_parked = entry.delivery == "waiting" and entry.problem  # it leaves when somebody says so
        words, how = DELIVERIES["held" if is_parked else entry.delivery]
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
