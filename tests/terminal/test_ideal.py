"""The floor that bytes are measured by: what it writes makes the screen, and nothing shorter that we know does."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.benchmarks.ideal import PLAIN, Cell, Screen, Style, attributes, cost, encode, move
from tests.benchmarks.panes.screen import Replay, frames

COLUMNS, ROWS = 12, 4
RED, BLUE = Style(fg="ff0000"), Style(fg="0000ff", bold=True)
STYLES = (Style(), RED, BLUE, Style(bg="102030"), Style(fg="ff0000", bg="102030"), Style(underline=True, reverse=True))


def row(text: str, style: Style = PLAIN) -> list[Cell]:
    """A row that begins with this text."""
    return [Cell(letter, 1, style) for letter in text] + [Cell()] * (COLUMNS - len(text))


def screen(*rows: list[Cell]) -> list[list[Cell]]:
    """A screen that begins with these rows."""
    return [*rows, *(row("") for _ in range(ROWS - len(rows)))]


BLANK = screen()


@st.composite
def screens(draw: st.DrawFn) -> list[list[Cell]]:
    """Any screen of a few letters, wide ones too."""
    rows = []
    for _ in range(ROWS):
        cells: list[Cell] = []
        while len(cells) < COLUMNS:
            style, letter = draw(st.sampled_from(STYLES)), draw(st.sampled_from("  abé日"))
            if letter == "日" and len(cells) < COLUMNS - 1:
                cells += [Cell(letter, 2, style), Cell("", 0, style)]
            elif letter != "日":
                cells.append(Cell(letter, 1, style))
        rows.append(cells)
    return rows


def shown(text: str) -> Replay:
    """A terminal that does not wrap, after this."""
    replay = Replay(COLUMNS, ROWS)
    replay.feed(b"\x1b[?7l" + text.encode())
    return replay


def seen(cells: Screen) -> list[list[object]]:
    """What a person sees of it: of a blank, its background alone."""

    def look(cell: Cell) -> object:
        if cell.text == "":
            return ""
        return (cell.text, cell.style) if cell.text != " " or cell.style.is_decorated else cell.style.bg

    return [[look(cell) for cell in row] for row in cells]


@given(screens(), screens())
@settings(max_examples=200)
def test_what_it_writes_makes_the_screen(before: list[list[Cell]], after: list[list[Cell]]) -> None:
    first = encode(BLANK, before)
    replay = shown(first)
    assert seen(replay.cells()) == seen(before)
    replay.feed(encode(replay.cells(), after, replay.place, replay.pen).encode())
    assert seen(replay.cells()) == seen(after)


@given(screens(), screens())
@settings(max_examples=100)
def test_it_is_never_longer_than_writing_each_run_by_itself(before: list[list[Cell]], after: list[list[Cell]]) -> None:
    assert cost(before, after) <= len(plainly(before, after).encode())


def plainly(before: Sequence[Sequence[Cell]], after: Sequence[Sequence[Cell]]) -> str:
    """Every cell that differs, gone to by its row and column where the cursor is not there, its attributes set anew."""
    said, place, pen = "", None, Style()
    for at, (old, new) in enumerate(zip(before, after, strict=True)):
        for column, cell in enumerate(new):
            differs = cell != old[column] or (cell.width == 2 and new[column + 1] != old[column + 1])
            if cell.width == 0 or not differs:
                continue
            if place != (at, column):
                said += f"\x1b[{at + 1};{column + 1}H"
            said += attributes(pen, cell.style) + cell.text
            pen, place = cell.style, (at, column + cell.width)
    return said


def test_the_same_screen_costs_nothing() -> None:
    same = screen(row("abc", RED))
    assert encode(same, screen(row("abc", RED))) == ""


def test_a_letter_costs_its_move_its_colour_and_itself() -> None:
    assert encode(BLANK, screen(row("a", RED)), (0, 0)) == "\x1b[38;2;255;0;0ma"
    assert encode(screen(row("a", RED)), screen(row("ab", RED)), (0, 1), RED) == "b"


def test_a_small_gap_is_written_over() -> None:
    assert encode(screen(row("a.b")), screen(row("c.d")), (0, 0)) == "c.d"
    wide = encode(screen(row("a........b")), screen(row("c........d")), (0, 0))
    assert wide == "c\x1b[8Cd"


def test_what_nobody_sees_of_a_blank_is_not_paid_for() -> None:
    assert encode(screen(row("ab")), screen(row("a ")), (0, 1), BLUE) == " "
    assert encode(BLANK, screen(row("   ", BLUE))) == ""


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        (None, (0, 0), "\x1b[H"),
        (None, (4, 0), "\x1b[5H"),
        ((3, 7), (3, 6), "\b"),
        ((3, 7), (3, 0), "\r"),
        ((3, 7), (3, 8), "\x1b[C"),
        ((3, 7), (4, 7), "\n"),
        ((3, 7), (2, 7), "\x1b[A"),
        ((3, 7), (5, 0), "\n\n\r"),
    ],
)
def test_the_shortest_move_is_taken(start: tuple[int, int] | None, end: tuple[int, int], text: str) -> None:
    assert move(start, end) == text


def test_attributes_start_anew_where_that_is_shorter() -> None:
    assert attributes(Style(fg="ff0000", bold=True, italic=True, underline=True), Style()) == "\x1b[m"
    assert attributes(Style(), Style()) == ""
    assert attributes(RED, Style(fg="ff0000", bold=True)) == "\x1b[1m"


def test_a_stream_is_cut_where_its_frames_end() -> None:
    assert frames(b"a\x1b[?2026lb\x1b[?2026lc") == [b"a\x1b[?2026l", b"b\x1b[?2026l"]
