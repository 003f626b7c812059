"""What a terminal shows after it was written to, as cells: bytes replayed in an emulator."""

from __future__ import annotations

import codecs
import re

import pyte
from pyte.screens import Char

from tests.benchmarks.ideal import Cell, Place, Style

_PRIVATE = re.compile(r"\x1b\[[<>=][0-9;:]*[ -/]*[@-~]|\x1b\[\?[0-9;]*\$p")  # that pyte takes for text
_UNFINISHED = re.compile(r"\x1b(?:\[[<>=?]?[0-9;:]*[ -/]*)?\Z")
_FRAME_ENDS = "\x1b[?2026l"
_NAMED = dict(
    zip(
        ("black", "red", "green", "brown", "blue", "magenta", "cyan", "white"),
        ("000000", "cd0000", "00cd00", "cdcd00", "0000ee", "cd00cd", "00cdcd", "e5e5e5"),
        strict=True,
    )
)
"""The palette's own colours, as any terminal shows them: they count as colours of three numbers here."""


class Replay:
    """A terminal of a size that was written to."""

    def __init__(self, columns: int, rows: int) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.Stream(self.screen)
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._pending = ""

    def feed(self, written: bytes) -> None:
        """Show this too."""
        text = self._pending + self._decode(written)
        tail = _UNFINISHED.search(text)
        whole = tail.start() if tail else len(text)
        self._pending = text[whole:]
        self._stream.feed(_PRIVATE.sub("", text[:whole]))

    def cells(self) -> list[list[Cell]]:
        """What it shows now."""
        columns = range(self.screen.columns)
        rows = [self.screen.buffer[row] for row in range(self.screen.lines)]
        return [_widths([_cell(row[column]) for column in columns]) for row in rows]

    def text(self) -> str:
        """The same as text, a line a row."""
        return "\n".join("".join(cell.text for cell in row).rstrip() for row in self.cells())

    @property
    def place(self) -> Place:
        """Where its cursor is."""
        return self.screen.cursor.y, min(self.screen.cursor.x, self.screen.columns - 1)

    @property
    def pen(self) -> Style:
        """What is written next would look so."""
        return _style(self.screen.cursor.attrs)


def frames(written: bytes) -> list[bytes]:
    """What was written, cut where a frame ends."""
    end = _FRAME_ENDS.encode()
    return [one + end for one in written.split(end)[:-1]]


def _cell(char: Char) -> Cell:
    return Cell(char.data, 1 if char.data else 0, _style(char))


def _widths(cells: list[Cell]) -> list[Cell]:
    """A cluster before a column that holds nothing takes two."""
    following = [*cells[1:], Cell()]
    return [
        cell._replace(width=2) if cell.width and not after.width else cell
        for cell, after in zip(cells, following, strict=True)
    ]


def _style(char: Char) -> Style:
    return Style(
        _colour(char.fg),
        _colour(char.bg),
        char.bold,
        char.italics,
        char.underscore,
        char.blink,
        char.reverse,
        char.strikethrough,
    )


def _colour(colour: str) -> str:
    return colour if colour == "default" else _NAMED.get(colour.removeprefix("bright"), colour)
