"""A line as spans of text and role, and its way to the strip that the framework draws."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from console.text.bidi import visual
from console.text.safe import SafeLine
from console.text.width import cell_width, clip
from console.themes import RoleStyles

Role = Literal[
    "text",
    "muted",
    "faint",
    "accent",
    "customer",
    "colleague",
    "ai",
    "note",
    "waiting",
    "success",
    "danger",
    "border",
    "name",
    "unread",
    "customer-name",
    "colleague-name",
    "ai-name",
    "note-name",
]
Span = tuple[str, Role]


def width_of(spans: Iterable[Span]) -> int:
    """Cells that the spans take."""
    return sum(cell_width(text) for text, _ in spans)


def shown(text: SafeLine, width: int) -> str:
    """One line of outside text within `width` cells, in the order in which a terminal shows it."""
    return visual(clip(text, width))


def spread(left: Sequence[Span], right: Sequence[Span], width: int) -> list[Span]:
    """`left` at the left end and `right` at the right end of a line of `width` cells."""
    gap = max(0, width - width_of(left) - width_of(right))
    return [*left, (" " * gap, "text"), *right]


def style_of(styles: RoleStyles, role: Role) -> Style:
    """The style of a role; `customer-name` is a name in the customer's colour."""
    base, _, named = role.partition("-")
    style: Style = getattr(styles, base)
    return style + styles.name if named else style


def strip_of(spans: Iterable[Span], styles: RoleStyles, width: int, ground: Style, over: Style | None = None) -> Strip:
    """The spans as a strip of exactly `width` cells: `ground` below them, `over` (a selection) above."""
    segments = []
    for text, role in spans:
        style = ground + style_of(styles, role)
        segments.append(Segment(text, style + over if over else style))
    return Strip(segments).adjust_cell_length(width, ground + over if over else ground)
