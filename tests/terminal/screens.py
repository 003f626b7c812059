"""Frames as the framework writes them, and what a terminal emulator shows of bytes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyte
from hypothesis import strategies as st
from rich.cells import cell_len

from console.terminal.canvas import Canvas, is_agreed
from console.terminal.painter import Painter
from console.terminal.pen import Pen

Cell = tuple[str, str, str, bool, bool, bool, bool, bool]
"""What a cell shows: text, colours, bold, italic, underlined, struck, reversed."""

PENS = (
    "",
    "38;2;216;220;228;48;2;20;22;27",
    "1;38;2;122;162;247;48;2;20;22;27",
    "31",
    "7;32",
    "4;48;5;24",
    "1;3;9",
    "44",
)
NARROW = ("a", "Jane", "   ", "· 3m", "││", "مرحبا", "ğüş", "x" * 30, "├ Order #1042", "…")
AGREED = (*NARROW, "日本", "한국어 text", "ａ")
DOUBTFUL = ("😀", "👨\u200d👩\u200d👧", "مَرْحَبًا", "é", "🇹🇷", "⚠ look", "नमस्ते", "☎", "a\u0301\u0302b")


def span(text: str, pen: str) -> str:
    """Text as the compositor writes it."""
    return f"\x1b[{pen}m{text}\x1b[0m" if pen else text


def frame(*spans: tuple[int, int, str, str]) -> str:
    """Spans by column, row, text and pen."""
    return "".join(f"\x1b[{row + 1};{column + 1}H{span(text, pen)}" for column, row, text, pen in spans)


def spans(columns: int, rows: int, texts: Sequence[str]) -> st.SearchStrategy[tuple[int, int, str, str]]:
    """Spans anywhere on a screen of this size."""
    words = st.lists(st.sampled_from(texts), min_size=1, max_size=4).map("".join)
    anywhere = st.tuples(st.integers(0, columns - 1), st.integers(0, rows - 1), words, st.sampled_from(PENS))
    return anywhere.map(lambda one: (one[0], one[1], _fitting(one[2], columns - one[0]), one[3]))


def frames(columns: int, rows: int, texts: Sequence[str]) -> st.SearchStrategy[str]:
    """Frames of a screen of this size: some spans, and at times a whole screen moved by some rows."""
    return st.lists(spans(columns, rows, texts), min_size=1, max_size=8).map(lambda drawn: frame(*drawn))


class Shown:
    """A terminal emulator of this size, which does not wrap, as the driver has it."""

    def __init__(self, columns: int, rows: int) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.Stream(self.screen)
        self._stream.feed("\x1b[?7l\x1b[?25l")

    def feed(self, text: str) -> None:
        """Take bytes, decoded."""
        self._stream.feed(text)

    def cells(self) -> list[list[Cell]]:
        """What is on the screen. Of a space only its ground shows, unless it is underlined, struck or reversed."""
        screen = self.screen
        return [[_cell(screen.buffer[y][x]) for x in range(screen.columns)] for y in range(screen.lines)]


class Pair:
    """Two terminals: one gets what the framework writes, the other what the painter makes of it."""

    def __init__(self, columns: int, rows: int) -> None:
        self.plain, self.painted = Shown(columns, rows), Shown(columns, rows)
        self.canvas = Canvas(columns, rows)
        self.painter = Painter(columns, rows)
        self.show("")

    def show(self, drawn: str) -> str:
        """Draw on both; what the painter wrote."""
        self.plain.feed(drawn)
        self.canvas.draw(drawn)
        self.painter.take(drawn)
        written = self.painter.paint()
        self.painted.feed(written)
        return written

    def differences(self) -> list[tuple[int, int]]:
        """The cells that show something else, where all terminals agree on what stands there."""
        known = sure(self.canvas)
        both = zip(self.plain.cells(), self.painted.cells(), known, strict=True)
        return [
            (x, y)
            for y, (here, there, is_sure) in enumerate(both)
            for x, (one, other) in enumerate(zip(here, there, strict=True))
            if one != other and is_sure[x]
        ]

    def show_by_cells(self) -> None:
        """Have the first show each cell by itself, as an emulator should.

        It leaves half of a wide cluster there that is written over, and shifts what follows one of strange width.
        """
        self.plain = Shown(self.canvas.columns, len(self.canvas.rows))
        self.plain.feed(whole(self.canvas))


def whole(canvas: Canvas) -> str:
    """All of it as one frame, cell by cell."""
    cells = [
        (x, y, cluster, _parameters(pen))
        for y, row in enumerate(canvas.rows)
        for x, (cluster, pen) in enumerate(zip(row.clusters, row.pens, strict=True))
        if cluster
    ]
    return frame(*cells)


def _parameters(pen: Pen) -> str:
    return ";".join(filter(None, (*sorted(pen.attributes), pen.color, pen.ground)))


def sure(canvas: Canvas) -> list[list[bool]]:
    """For each cell whether no cluster that terminals may disagree on can reach it."""
    return [_sure(row.clusters) for row in canvas.rows]


def _fitting(text: str, room: int) -> str:
    """As much as there is room for: the framework draws nothing beyond the edge."""
    while cell_len(text) > room:
        text = text[:-1]
    return text


def _sure(clusters: Iterable[str]) -> list[bool]:
    cells = list(clusters)
    known = [True] * len(cells)
    for x, cluster in enumerate(cells):
        if not is_agreed(cluster):
            for place in range(max(0, x - 1), min(len(cells), x + max(2, 2 * len(cluster)))):
                known[place] = False
    return known


def _cell(char: pyte.screens.Char) -> Cell:
    drawn = char.underscore or char.strikethrough or char.reverse
    if char.data == " " and not drawn:
        return (" ", "", char.bg, False, False, False, False, False)
    is_blank = char.data == " "
    bold, italic = (False, False) if is_blank else (char.bold, char.italics)
    return (char.data, char.fg, char.bg, bold, italic, char.underscore, char.strikethrough, char.reverse)
