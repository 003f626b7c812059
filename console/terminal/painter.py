"""The painter: of what a frame draws, the bytes of the cells that changed. It knows what the terminal shows.

Frames go in as the framework writes them, in `take`; `paint` gives what the terminal needs to show the last of them.
Where terminals may disagree on a cluster's width, the next cell is moved to and never assumed (security, 1).
"""

from __future__ import annotations

from collections.abc import Iterator

from console.terminal.canvas import Canvas, Row, is_agreed, is_plain
from console.terminal.pen import PLAIN, RESET, Pen, change, for_space
from console.terminal.scrolling import Scroll, find_scroll

_LONG = 512
"""Characters from which on a painting is marked as a frame: what is shorter, a terminal reads at once anyway."""
SETTLED = RESET + "\x1b[r"
"""No pen, no margins: whatever wrote before us may have left its own."""
_BEGIN, _END = "\x1b[?2026h", "\x1b[?2026l"


class Painter:
    """One terminal of `columns` by `rows`: what it is to show, what it shows, where its cursor and its pen are."""

    def __init__(self, columns: int, rows: int) -> None:
        self.marks_frames = False
        """Whether the terminal takes marks of where a frame begins and ends."""
        self._wanted = Canvas(columns, rows)
        self._shown: list[Row | None] = []  # None of what is not known
        self._pen: Pen | None = None
        self._column: int | None = None
        self._row: int | None = None
        self._written: list[str] = []
        self._has_frame = False  # until then there is nothing to paint, and a screenful of it would be written
        self.afresh()

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows."""
        return self._wanted.columns, len(self._wanted.rows)

    @property
    def has_news(self) -> bool:
        """Whether something was drawn that was not painted."""
        return bool(self._wanted.drawn)

    def take(self, frame: str) -> None:
        """Have what the framework drew painted the next time."""
        if not self._has_frame:
            self._has_frame = True
            self._wanted.drawn.update(range(len(self._shown)))
        self._wanted.draw(frame)

    def afresh(self) -> None:
        """Know nothing of the terminal: something else wrote to it, or may have."""
        self._shown = [None] * len(self._wanted.rows)
        self._pen = self._column = self._row = None
        self._is_unsettled = True
        if self._has_frame:
            self._wanted.drawn.update(range(len(self._shown)))

    def resize(self, columns: int, rows: int) -> None:
        """The terminal has another size, and shows nobody knows what."""
        self._wanted.resize(columns, rows)
        self.afresh()

    def paint(self) -> str:
        """What to write so that the terminal shows all that was taken; nothing where it does."""
        drawn, self._wanted.drawn = sorted(self._wanted.drawn), set()
        self._written = [SETTLED] if self._is_unsettled else []
        self._is_unsettled = False
        if scroll := find_scroll(self._wanted.rows, self._shown, drawn):
            self._scroll(scroll)
            drawn = sorted({*drawn, *range(scroll.top, scroll.bottom + 1)})
        if (here := self._wanted.cursor[1]) in drawn:
            # First what one types, at once: on a slow line the rest may take its time.
            drawn.remove(here)
            self._paint_row(here)
        typed = "".join(self._written)
        self._written = []
        for y in drawn:
            self._paint_row(y)
        if not self._written and not typed:
            return ""
        self._rest()
        painted = "".join(self._written)
        is_marked = self.marks_frames and len(painted) >= _LONG
        return typed + (f"{_BEGIN}{painted}{_END}" if is_marked else painted)

    def _rest(self) -> None:
        """Leave the cursor where the framework wants it: there a terminal shows what is being composed."""
        x, y = self._wanted.cursor
        if (x, y) != (0, 0):
            self._move(x, y)

    def _paint_row(self, y: int) -> None:
        wanted, shown = self._wanted.rows[y], self._shown[y]
        if wanted == shown:
            return
        changed = _changed(wanted, shown) if shown else list(range(self._wanted.columns))
        self._shown[y] = wanted.copy()
        text = "".join(wanted.clusters)
        has_doubts = not is_agreed(text) or (shown is not None and not is_agreed("".join(shown.clusters)))
        if has_doubts:
            changed = _with_spoiled(changed, wanted, shown)
        elif len(text) < self._wanted.columns:
            changed = sorted({one for x in changed for one in _cluster(wanted, x)})
        for start, end in _runs(changed):
            self._bridge(wanted, start, y)
            self._move(start, y)
            if has_doubts:
                self._write_doubtful(wanted, start, end, y)
            else:
                self._write(wanted, start, end)

    def _write(self, row: Row, start: int, end: int) -> None:
        """Write cells on whose widths all agree, the cursor being at the first."""
        clusters, pens = row.clusters, row.pens
        while start < end:
            pen, stop = pens[start], start + 1
            blank = pen.blank
            while stop < end and (pens[stop] is pen or (clusters[stop] in " " and pens[stop].blank == blank)):
                stop += 1
            text = "".join(clusters[start:stop])
            self._wear(for_space(pen, self._pen) if self._pen and text.isspace() else pen)
            self._written.append(text)
            start = stop
        self._column = end if end < len(clusters) else None  # at the edge terminals wait, each in its way

    def _write_doubtful(self, row: Row, start: int, end: int, y: int) -> None:
        """Write cells cluster by cluster: blank first what some terminal may draw less of, and move on from there."""
        while start < end:
            stop = start + 1
            while stop < end and not row.clusters[stop]:
                stop += 1
            self._move(start, y)
            if is_agreed(row.clusters[start]):
                self._write(row, start, stop)
            else:
                self._wear(row.pens[start])
                self._written.append(" " * (stop - start))
                self._column = stop if stop < len(row.clusters) else None
                self._move(start, y)
                self._written.append(row.clusters[start])
                self._column = None
            start = stop

    def _bridge(self, row: Row, end: int, y: int) -> None:
        """Come to a changed cell by writing what stands between, where that is shorter than a move."""
        start, pen = self._column, self._pen
        if y != self._row or start is None or pen is None or not 0 < end - start <= len(_hop(start, end)):
            return
        text = "".join(row.clusters[start:end])
        if is_plain(text) and len(text) == end - start and len(text.encode()) <= len(_hop(start, end)):
            between = zip(text, row.pens[start:end], strict=True)
            if all(had is pen or (cluster == " " and had.blank == pen.blank) for cluster, had in between):
                self._written.append(text)
                self._column = end

    def _wear(self, pen: Pen) -> None:
        if step := change(self._pen, pen):
            self._written.append(step)
        self._pen = pen

    def _move(self, x: int, y: int) -> None:
        """Put the cursor there, in the fewest bytes."""
        if (x, y) == (self._column, self._row):
            return
        ways = [f"\x1b[{y + 1}H" if x == 0 else f"\x1b[{y + 1};{x + 1}H"] if y or x else ["\x1b[H"]
        if y == self._row:
            ways.append("\r" if x == 0 else f"\x1b[{x + 1}G")
            if self._column is not None:
                ways.append(_hop(self._column, x))
        elif self._row is not None and y == self._row + 1:
            ways.append("\r\n" + (_hop(0, x) if x else ""))
        if x == self._column and self._row is not None and y != self._row:
            ways += [f"\x1b[{y + 1}d", _step(y - self._row)]
        self._written.append(min(ways, key=len))
        self._column, self._row = x, y

    def _scroll(self, scroll: Scroll) -> None:
        """Have the terminal move what moved; the rows that come in show nobody knows what."""
        self._wear(PLAIN)
        self._written.append(f"\x1b[{scroll.top + 1};{scroll.bottom + 1}r")
        count = abs(scroll.by)
        if scroll.by > 0:
            self._written.append(f"\x1b[{scroll.bottom + 1}H" + "\n" * count)
        else:
            self._written.append(f"\x1b[{scroll.top + 1}H" + "\x1bM" * count)
        self._written.append("\x1b[r")
        self._column = self._row = None  # most go to the first cell then, not all
        moved = self._shown[scroll.top : scroll.bottom + 1]
        unknown: list[Row | None] = [None] * count
        self._shown[scroll.top : scroll.bottom + 1] = (
            [*moved[count:], *unknown] if scroll.by > 0 else [*unknown, *moved[:-count]]
        )


def _changed(wanted: Row, shown: Row) -> list[int]:
    """The cells that look another way. Of a space only its ground is seen."""
    cells = zip(wanted.clusters, shown.clusters, wanted.pens, shown.pens, strict=True)
    return [
        x
        for x, (here, there, pen, had) in enumerate(cells)
        if here != there or (pen is not had and not (here == " " and pen.blank == had.blank))
    ]


def _with_spoiled(changed: list[int], wanted: Row, shown: Row | None) -> list[int]:
    """The changed cells, and those that a terminal may spoil which has another opinion of a cluster's width.

    A cluster may take up to two cells for each of its characters there, and a cell that is written within them may
    blank it. So they are written together: the cluster first, then what stands after it.
    """
    marked = {one for x in changed for one in _cluster(wanted, x)}
    for x in range(len(wanted.clusters) if marked else 0):
        for cluster in {wanted.clusters[x], shown.clusters[x] if shown else ""}:
            reach = range(x, min(x + max(2, 2 * len(cluster)), len(wanted.clusters)))
            if not is_agreed(cluster) and not marked.isdisjoint(reach):
                marked.update(one for place in reach for one in _cluster(wanted, place))
    return sorted(marked)


def _cluster(row: Row, x: int) -> range:
    """The cells of the cluster of which `x` is one."""
    start, end = x, x + 1
    while start and not row.clusters[start]:
        start -= 1
    while end < len(row.clusters) and not row.clusters[end]:
        end += 1
    return range(start, end)


def _runs(places: list[int]) -> Iterator[tuple[int, int]]:
    """Neighbours together: where each begins, and where the next would go on."""
    start = end = places[0] if places else 0
    for place in places:
        if place != end:
            yield start, end
            start = place
        end = place + 1
    if end > start:
        yield start, end


def _hop(start: int, end: int) -> str:
    """Along a row."""
    if start > end and start - end <= 3:
        return "\b" * (start - end)
    cells = abs(end - start)
    return f"\x1b[{cells if cells > 1 else ''}{'C' if end > start else 'D'}" if cells else ""


def _step(rows: int) -> str:
    """Along a column."""
    count = abs(rows)
    return f"\x1b[{count if count > 1 else ''}{'B' if rows > 0 else 'A'}"
