"""Keys and what they do, laid out in one or two columns below what else there is to say, and found by typing.

Drawn by the line.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from textual.events import Resize
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from console import themes
from console.screens.dialog import KeyHint
from console.text.bidi import visual
from console.text.fold import fold
from console.text.safe import SafeLine
from console.text.width import cell_width, clip, wrap
from console.values import dataclass

Section = tuple[SafeLine, Sequence[KeyHint]]
"""A name, and the keys of that place with what they do."""

TWO_COLUMNS = 90
"""Cells from which two columns stand beside each other."""

_GAP = 4
_WIDEST_KEYS = 24
_NONE = SafeLine("")


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A row of a column: a section's name, or keys and what they do, or nothing."""

    name: SafeLine | None = None
    hint: KeyHint | None = None


def found(sections: Sequence[Section], query: str) -> list[Section]:
    """What of the sections is meant: each word is in what a key does or in its section's name, or it is the key."""
    words = fold(query).split()
    kept: list[Section] = []
    for name, hints in sections:
        said = fold(name)
        meant = [(keys, label) for keys, label in hints if _is_meant(words, keys, f"{said} {fold(label)}", query)]
        if meant:
            kept.append((name, meant))
    return kept


def columns(sections: Sequence[Section], count: int) -> list[list[KeyRow]]:
    """The sections in so many columns, in order, none split, the longest as short as can be; rows of equal number."""
    blocks = [[KeyRow(name=name), *(KeyRow(hint=hint) for hint in hints)] for name, hints in sections]
    splits = range(1, len(blocks)) if count == 2 and len(blocks) > 1 else [len(blocks)]
    best = min(splits, key=lambda at: max(_height(blocks[:at]), _height(blocks[at:])), default=0)
    laid = [_joined(blocks[:best]), _joined(blocks[best:])][: 2 if best < len(blocks) else 1]
    height = max(len(column) for column in laid)
    return [column + [KeyRow()] * (height - len(column)) for column in laid]


def page(sections: Sequence[Section], width: int) -> list[KeyRow]:
    """Subjects with their sentences in full, wrapped in so many cells, and an empty row at the end."""
    subjects = max((cell_width(subject) for _, hints in sections for subject, _ in hints), default=0)
    room = max(1, width - min(subjects, _WIDEST_KEYS, width // 2) - 2)
    rows: list[KeyRow] = []
    for name, hints in sections:
        rows.append(KeyRow(name=name))
        for subject, sentence in hints:
            parts = wrap(sentence, room)
            rows += [KeyRow(hint=(subject if at == 0 else _NONE, SafeLine(part))) for at, part in enumerate(parts)]
        rows.append(KeyRow())
    return rows


class KeyTable(ScrollView, can_focus=False):
    """The table, and above it the sections of `about` as sentences to read. Who owns it scrolls it."""

    DEFAULT_CSS = """
    KeyTable { overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; }
    """

    def __init__(self, sections: Sequence[Section], about: Sequence[Section] = (), *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._sections, self._about = sections, about
        self._page: list[KeyRow] = []
        self._columns: list[list[KeyRow]] = [[]]
        self._query = ""

    def find(self, query: str) -> None:
        """Show what is meant by this alone."""
        self._query = query
        self._lay_out()
        self.scroll_home(animate=False)

    def on_resize(self, event: Resize) -> None:
        """Two columns, or one."""
        self._lay_out()

    def render_lines(self, crop: Region) -> list[Strip]:
        """The styles are looked up once for all lines."""
        self._worn = themes.styles(self.app.current_theme)
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """One row of every column."""
        index = y + self.scroll_offset.y
        ground = self.rich_style
        width = self.size.width
        if index < len(self._page):
            whole = self._row(self._page[index], width - 1, self._keys_width(self._page, width - 1))
            return Strip(whole).adjust_cell_length(width, ground)
        index -= len(self._page)
        if not self._page and not self._columns[0] and index == 0:
            return Strip([Segment("Nothing is called so.", ground + self._worn.muted)]).adjust_cell_length(
                width, ground
            )
        each = (width - 1 - _GAP * (len(self._columns) - 1)) // len(self._columns)
        segments: list[Segment] = []
        for column in self._columns:
            if segments:
                segments.append(Segment(" " * _GAP, ground))
            if index < len(column):
                segments += self._row(column[index], each, self._keys_width(column, each))
        return Strip(segments).adjust_cell_length(width, ground)

    def _row(self, row: KeyRow, width: int, keys_width: int) -> list[Segment]:
        ground, worn = self.rich_style, self._worn
        if row.name is not None:
            return [_filled(row.name, width, ground + worn.muted)]
        if row.hint is None:
            return [Segment(" " * width, ground)]
        keys, label = row.hint
        left, right = min(keys_width, width - 2), max(1, width - keys_width - 2)
        return [
            _filled(keys, left, ground + worn.accent),
            Segment("  ", ground),
            _filled(label, right, ground + worn.text),
        ]

    def _keys_width(self, column: Sequence[KeyRow], width: int) -> int:
        widest = max((cell_width(row.hint[0]) for row in column if row.hint), default=0)
        return min(widest, _WIDEST_KEYS, width // 2)

    def _lay_out(self) -> None:
        self._page = page(found(self._about, self._query), self.size.width - 1)
        self._columns = columns(found(self._sections, self._query), 2 if self.size.width >= TWO_COLUMNS else 1)
        self.virtual_size = Size(0, len(self._page) + len(self._columns[0]))
        self.refresh()


def _is_meant(words: Sequence[str], keys: SafeLine, said: str, query: str) -> bool:
    key = query.strip()
    return key in keys.split() or (len(key) > 1 and key in keys) or all(word in said for word in words)


def _height(blocks: Sequence[Sequence[KeyRow]]) -> int:
    return sum(len(block) + 1 for block in blocks) - 1


def _joined(blocks: Sequence[Sequence[KeyRow]]) -> list[KeyRow]:
    rows: list[KeyRow] = []
    for block in blocks:
        rows += [*([KeyRow()] if rows else []), *block]
    return rows


def _filled(text: SafeLine, width: int, style: Style) -> Segment:
    shown = visual(clip(text, width))
    return Segment(shown + " " * (width - cell_width(shown)), style)
