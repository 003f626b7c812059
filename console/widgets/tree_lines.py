"""A conversation's line in the tree: who, how many unread, who waits and how long."""

from __future__ import annotations

from datetime import datetime

from console.contract.times import EARLIEST
from console.state.rows import ConversationRow
from console.state.shown import OutlineLine
from console.text.age import age
from console.text.safe import SafeLine
from console.values import dataclass
from console.widgets.spans import Role, Span, shown, spread, width_of

OPEN_MARK = "▌"
CURSOR_MARK = "▸"
WAITING_MARK = "●"
DRAFT_MARK = "✎"
RESOLVED_MARK = "✓"
SNOOZED_MARK = "z"
_GAP: Span = (" ", "text")
PRIORITY_MARKS = {"urgent": "!", "high": "↑", "low": "↓"}


@dataclass(frozen=True, slots=True)
class Marks:
    """What a line shows besides its conversation."""

    is_open: bool = False
    is_under_cursor: bool = False
    has_draft: bool = False
    is_spare: bool = False
    """The cursor is its mark alone, which then comes before that of the open one."""


def tree_line(line: OutlineLine, marks: Marks, *, width: int, now: datetime) -> list[Span]:
    """The line in `width` cells: mark of the open one or the cursor, guides, name; right: state, unread count, age."""
    row = line.row
    guides = _guides(line)
    right = _right(row, marks, now)
    if line.folded_away:
        hidden: list[Span] = [(f"+{line.folded_away}", "unread" if line.hides_unread else "muted")]
        hidden += [(WAITING_MARK, "waiting")] if line.hides_waiting else []
        right = [*hidden, _GAP, *right]
    room = width - 1 - len(guides) - width_of(right) - 2
    mark = OPEN_MARK if marks.is_open else CURSOR_MARK if marks.is_under_cursor else " "
    if marks.is_spare and marks.is_under_cursor:
        mark = CURSOR_MARK
    left: list[Span] = [
        (mark, "accent"),
        (guides, "faint"),
        (shown(row.name, max(1, room)), _name_role(line)),
    ]
    return spread(left, [*right, (" ", "text")], width)


def age_of(row: ConversationRow, now: datetime) -> SafeLine:
    """How long somebody waits, else since when nothing happened; nothing where no server told, and no message."""
    since = row.waiting_since or row.at
    return age(since, now) if since > EARLIEST else SafeLine("")


def _name_role(line: OutlineLine) -> Role:
    if not line.is_match:
        return "faint"
    if line.row.unread:
        return "name"
    return "muted" if line.row.status != "open" else "text"


def _guides(line: OutlineLine) -> str:
    """`├` and `└` before a sub-conversation, `│` where one above it goes on."""
    if line.depth == 0:
        return ""
    above = "".join("  " if is_last else " │" for is_last in line.is_last[1:-1])
    return above + (" └ " if line.is_last[-1] else " ├ ")


def _right(row: ConversationRow, marks: Marks, now: datetime) -> list[Span]:
    spans: list[Span] = []
    if marks.has_draft:
        spans += [(DRAFT_MARK, "accent"), _GAP]
    if mark := PRIORITY_MARKS.get(row.priority):
        spans += [(mark, "danger" if row.priority in ("urgent", "high") else "muted"), _GAP]
    if row.status == "resolved":
        spans += [(RESOLVED_MARK, "success"), _GAP]
    elif row.status == "snoozed":
        spans += [(SNOOZED_MARK, "muted"), _GAP]
    if row.waiting_since:
        spans += [(WAITING_MARK, "waiting"), _GAP]
    if row.unread:
        spans += [(str(row.unread), "unread"), (" · ", "faint")]
    if shown_age := age_of(row, now):
        spans.append((shown_age, "waiting" if row.waiting_since else "muted"))
    return spans
