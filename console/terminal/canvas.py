"""A screen as cells: what each shows and with which pen. Frames as the framework writes them are drawn on it."""

from __future__ import annotations

import re
from dataclasses import field
from functools import cache

from console.terminal.pen import PLAIN, Pen, pen_of
from console.text.width import clusters
from console.values import dataclass

_TOKEN = re.compile(r"\x1b\[([\d;]+)m([^\x1b\n]*)(?:\x1b\[0?m)?|\x1b\[(\d+);(\d+)H|([^\x1b\n]+)|\n|\x1b(?:\[[\d;]*m)?")
"""A span with its pen, which ends with it; a move; text of no pen; the end of a row, after which a move follows."""

_ONE_CELL = (
    " -~\xa1-\xac\xae-\u02ff\u0370-\u0373\u0384-\u0386\u0388-\u038a\u038e-\u03a1\u03a3-\u0482\u048a-\u052f\u05d0-\u05ea"
    "\u0620-\u064a\u0660-\u066f\u0671-\u06d3\u1e00-\u1eff\u2010-\u2027\u2030-\u205e\u2070\u2071\u2074-\u208e"
    "\u20a0-\u20bf\u2100-\u214f\u2190-\u22ff\u23ce\u2400-\u2421\u2500-\u25fc\u2713\u2715\u270e\ufb50-\ufbb1"
    "\ufe70-\ufe74\ufe76-\ufefc\ufffd"
)
"""Characters that are a cluster and a cell each, and no terminal thinks otherwise."""
_TWO_CELLS = "\u3041-\u3096\u30a1-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff60"
"""And two cells each."""
_PLAIN_TEXT = re.compile(f"[{_ONE_CELL}]*")


def is_plain(text: str) -> bool:
    """Whether each of its characters is one cell of its own, for every terminal."""
    return text.isascii() or _PLAIN_TEXT.fullmatch(text) is not None


def is_agreed(text: str) -> bool:
    """Whether terminals agree on how many cells it takes."""
    return (_PLAIN_TEXT.fullmatch(text) or _agreed_text().fullmatch(text)) is not None


@cache  # made when it is used: of so many characters it takes a millisecond
def _agreed_text() -> re.Pattern[str]:
    return re.compile(f"[{_ONE_CELL}{_TWO_CELLS}]*")


@dataclass(slots=True)
class Row:
    """Its cells from the left: a cluster each, "" where the one before is two cells wide, and their pens."""

    clusters: list[str]
    pens: list[Pen]
    has_wide: bool = field(default=False, compare=False)
    """Whether one may be wide; not always taken back when it is gone."""

    def copy(self) -> Row:
        """The same cells in lists of their own."""
        return Row(self.clusters[:], self.pens[:], self.has_wide)

    def write(self, x: int, text: str, pen: Pen) -> int:
        """Draw text from the cell `x` on, as far as there is room; the cell after it."""
        if x >= len(self.clusters):
            return x
        if is_plain(text):
            cells: list[str] = list(text)
        else:
            cells = _cells(text)
            self.has_wide = True
        if (room := len(self.clusters) - x) < len(cells):
            _part(cells, room)
            cells = cells[:room]
        end = x + len(cells)
        if self.has_wide and cells:
            _part(self.clusters, x)
            _part(self.clusters, end)
        self.clusters[x:end] = cells
        self.pens[x:end] = [pen] * len(cells)
        return end


def blank_row(columns: int) -> Row:
    """A row of nothing."""
    return Row([" "] * columns, [PLAIN] * columns)


class Canvas:
    """What the terminal is to show: `rows`, and where its cursor is to stand."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns = columns
        self.rows = [blank_row(columns) for _ in range(rows)]
        self.cursor = (0, 0)  # column, row
        self.drawn: set[int] = set()
        """The rows on which something was drawn since it was last cleared."""

    def resize(self, columns: int, rows: int) -> None:
        """Keep what there is room for."""
        before, had = self.rows, self.columns
        self.columns = columns
        self.rows = [blank_row(columns) for _ in range(rows)]
        for old, new in zip(before, self.rows, strict=False):
            kept = min(had, columns)
            _part(old.clusters, kept)
            new.clusters[:kept], new.pens[:kept] = old.clusters[:kept], old.pens[:kept]
            new.has_wide = old.has_wide
        self.cursor = (min(self.cursor[0], max(0, columns - 1)), min(self.cursor[1], max(0, rows - 1)))
        self.drawn = {y for y in self.drawn if y < rows}

    def draw(self, frame: str) -> None:
        """Take a frame in: moves, and spans of text with a pen each."""
        x, y = self.cursor
        rows, drawn = self.rows, self.drawn
        for token in _TOKEN.finditer(frame):
            parameters, text, row, column, bare = token.groups()
            if row is not None:
                x, y = int(column) - 1, int(row) - 1
            elif parameters is not None:
                if text and 0 <= y < len(rows):
                    x = rows[y].write(x, text, pen_of(parameters))
                    drawn.add(y)
            elif bare is not None:
                if 0 <= y < len(rows):
                    x = rows[y].write(x, bare, PLAIN)
                    drawn.add(y)
            elif token[0] == "\n":
                y += 1
        self.cursor = (min(max(x, 0), max(0, self.columns - 1)), min(max(y, 0), max(0, len(rows) - 1)))


def _cells(text: str) -> list[str]:
    """A cluster for each cell, "" for those that the one before takes too. A mark alone stands on what is before it."""
    cells: list[str] = []
    for cluster, width in clusters(text):
        if width:
            cells += [cluster, *[""] * (width - 1)]
        elif base := next((place for place in range(len(cells) - 1, -1, -1) if cells[place]), None):
            cells[base] += cluster
    return cells


def _part(cells: list[str], place: int) -> None:
    """Blank a wide cluster that stands on both sides of `place`."""
    if place >= len(cells) or cells[place]:
        return
    end = place
    while end < len(cells) and not cells[end]:
        cells[end] = " "
        end += 1
    while place and not cells[place - 1]:
        place -= 1
        cells[place] = " "
    if place:
        cells[place - 1] = " "
