"""The floor of what a frame costs on the line: what a minimal encoder needs for the cells that differ.

Cursor moves, attributes and text, nothing else: no scroll region, no erasing, no repetition, no frame around it. Every
move is the shortest that gets there, every change of attributes the shortest from the pen as it is, and a few unchanged
cells are written over where that is shorter than a move. What is made is real: replayed, it gives the screen after.

A blank without a decoration is its background alone: its other attributes are seen by nobody and cost nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple


class Style(NamedTuple):
    """How a cell looks. A colour is "default" or six hexadecimal digits."""

    fg: str = "default"
    bg: str = "default"
    bold: bool = False
    italic: bool = False
    underline: bool = False
    blink: bool = False
    reverse: bool = False
    strike: bool = False

    @property
    def is_decorated(self) -> bool:
        """Whether a blank shows more of it than its background."""
        return self.underline or self.reverse or self.strike


class Cell(NamedTuple):
    """A cluster and how many columns it takes; the second column of a wide one holds nothing and takes none."""

    text: str = " "
    width: int = 1
    style: Style = Style()


PLAIN = Style()
Screen = Sequence[Sequence[Cell]]
Place = tuple[int, int]
"""Row and column, from 0."""
Ways = dict[Style, str]
"""The shortest text so far by the pen that it leaves."""

_ON_OFF = (("bold", "1", "22"), ("italic", "3", "23"), ("underline", "4", "24"), ("blink", "5", "25"))
_FLAGS = (*_ON_OFF, ("reverse", "7", "27"), ("strike", "9", "29"))
_MOST_OVERWRITTEN = 8
"""Columns: no move within a row is longer."""


def encode(before: Screen, after: Screen, place: Place | None = None, pen: Style = PLAIN) -> str:
    """The shortest text that makes `after` of `before`, on a terminal whose cursor and pen stand so.

    A terminal that does not wrap is meant: after the last column the cursor stands on it.
    """
    ways: Ways = {pen: ""}
    for row, (old, new) in enumerate(zip(before, after, strict=True)):
        for start, end in _runs(old, new):
            if place is None or place[0] != row or not 0 <= start - place[1] <= _MOST_OVERWRITTEN:
                ways = _moved(ways, place, (row, start))
            else:
                over = _written(ways, new[place[1] : start]) if _starts_whole(new, place[1]) else {}
                ways = _shortest((_moved(ways, place, (row, start)), over))
            ways = _written(ways, new[start:end])
            place = (row, min(end, len(new) - 1))
    return min(ways.values(), key=_size)


def cost(before: Screen, after: Screen, place: Place | None = None, pen: Style = PLAIN) -> int:
    """How many bytes that is."""
    return _size(encode(before, after, place, pen))


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


def _runs(old: Sequence[Cell], new: Sequence[Cell]) -> Iterator[Place]:
    """Where cells that differ begin and end, whole clusters."""
    start, column = None, 0
    while column < len(new):
        width = max(new[column].width, 1)
        cells = range(column, min(column + width, len(new)))
        if any(_seen(old[one]) != _seen(new[one]) for one in cells):
            start = column if start is None else start
        elif start is not None:
            yield start, column
            start = None
        column += width
    if start is not None:
        yield start, len(new)


def _seen(cell: Cell) -> Cell:
    """The cell with nothing that is not seen."""
    if cell.text != " " or cell.style.is_decorated:
        return cell
    return Cell(style=Style(bg=cell.style.bg))


def _starts_whole(cells: Sequence[Cell], column: int) -> bool:
    return column < len(cells) and cells[column].width > 0


def _moved(ways: Ways, start: Place | None, end: Place) -> Ways:
    text = move(start, end)
    return {pen: way + text for pen, way in ways.items()}


def _written(ways: Ways, cells: Sequence[Cell]) -> Ways:
    """The ways on after these cells were written."""
    coming = _coming(cells)
    for cell, next_style in zip(cells, coming, strict=True):
        if cell.width == 0:
            continue
        going = list[tuple[Style, str]]()
        for pen, way in ways.items():
            for to in _pens(pen, cell, next_style):
                going.append((to, way + attributes(pen, to) + cell.text))
        ways = _shortest([{to: way} for to, way in going]) if len(going) > 1 else dict(going)
    return ways


def _coming(cells: Sequence[Cell]) -> list[Style]:
    """For each cell the style of the next that is more than its background, else its own."""
    styles = list[Style]()
    following: Style | None = None
    for cell in reversed(cells):
        if cell.text != " " or cell.style.is_decorated:
            following = cell.style
        styles.append(following or cell.style)
    return styles[::-1]


def _pens(pen: Style, cell: Cell, coming: Style) -> tuple[Style, ...]:
    """The pens that may write a cell: its own, of a blank all that give its background."""
    style = cell.style
    if cell.text != " " or style.is_decorated:
        return (style,)
    if pen.bg == style.bg and not pen.is_decorated and (coming == pen or coming.bg != pen.bg):
        return (pen,)
    least = pen._replace(bg=style.bg, underline=False, reverse=False, strike=False)
    eager = coming._replace(bg=style.bg, underline=False, reverse=False, strike=False)
    return tuple({least, eager, Style(bg=style.bg)})


def _shortest(many: Sequence[Ways]) -> Ways:
    best: Ways = {}
    for ways in many:
        for pen, way in ways.items():
            if pen not in best or _size(way) < _size(best[pen]):
                best[pen] = way
    return best


@lru_cache(maxsize=100_000)
def attributes(pen: Style, to: Style) -> str:
    """The shortest SGR from one pen to another."""
    if pen == to:
        return ""
    changed = ";".join(_differences(pen, to))
    anew = ";".join(["", *_differences(PLAIN, to)])
    return f"\x1b[{min(changed, anew, key=len)}m"


def _differences(pen: Style, to: Style) -> Iterator[str]:
    for name, on, off in _FLAGS:
        if getattr(pen, name) != getattr(to, name):
            yield on if getattr(to, name) else off
    for plane, was, is_now in (("3", pen.fg, to.fg), ("4", pen.bg, to.bg)):
        if was != is_now:
            yield f"{plane}9" if is_now == "default" else f"{plane}8;2;{_decimal(is_now)}"


def _decimal(colour: str) -> str:
    return ";".join(str(int(colour[place : place + 2], 16)) for place in (0, 2, 4))


@lru_cache(maxsize=100_000)
def move(start: Place | None, end: Place) -> str:
    """The shortest move of the cursor, from anywhere where it is not known where it is."""
    row, column = end
    whole = f"{row + 1 if row or column else ''}{f';{column + 1}' if column else ''}"
    ways = [f"\x1b[{whole}H"]
    if start is not None:
        ways += [down + along for down in _vertical(start[0], row) for along in _horizontal(start[1], column)]
        if column == 0 and row != start[0]:
            ways.append(_times(abs(row - start[0]), "E" if row > start[0] else "F"))
    return min(ways, key=len)


def _vertical(start: int, end: int) -> Iterator[str]:
    if start == end:
        yield ""
        return
    yield f"\x1b[{end + 1 if end else ''}d"
    yield _times(abs(end - start), "B" if end > start else "A")
    if end > start:
        yield "\n" * (end - start)


def _horizontal(start: int, end: int) -> Iterator[str]:
    if start == end:
        yield ""
        return
    yield f"\x1b[{end + 1 if end else ''}G"
    yield _times(abs(end - start), "C" if end > start else "D")
    if end < start:
        yield "\b" * (start - end)
        yield "\r" + (_times(end, "C") if end else "")


def _times(count: int, letter: str) -> str:
    return f"\x1b[{count if count > 1 else ''}{letter}"
