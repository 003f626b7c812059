"""What the painter writes shows the same as what the framework wrote."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from wcwidth import wcwidth

from console.terminal.canvas import is_agreed
from console.terminal.painter import Painter
from tests.terminal.screens import AGREED, DOUBTFUL, NARROW, PENS, Pair, Shown, frame, frames, span, whole

SIZES = ((20, 5), (40, 12), (80, 24))


@pytest.mark.parametrize("size", SIZES)
@given(data=st.data())
@settings(max_examples=40)
def test_whatever_is_drawn_the_same_is_shown(size: tuple[int, int], data: st.DataObject) -> None:
    pair = Pair(*size)
    for drawn in data.draw(st.lists(frames(*size, NARROW), min_size=1, max_size=6)):
        pair.show(drawn)
        assert pair.differences() == []


@pytest.mark.parametrize("size", SIZES)
@given(data=st.data())
@settings(max_examples=40)
def test_after_a_cluster_of_doubtful_width_every_other_cell_is_right(
    size: tuple[int, int], data: st.DataObject
) -> None:
    pair = Pair(*size)
    for drawn in data.draw(st.lists(frames(*size, AGREED + DOUBTFUL), min_size=1, max_size=6)):
        pair.show(drawn)
        pair.show_by_cells()
        assert pair.differences() == []


def test_what_does_not_change_is_not_written() -> None:
    pair = Pair(40, 12)
    drawn = frame(*((0, y, f"row {y} · ليلى", PENS[1]) for y in range(12)))
    assert len(pair.show(drawn)) > 100
    assert pair.show(drawn) == ""
    assert pair.show(frame((0, 3, "   ", PENS[1]), (0, 3, "row", PENS[1]))) == ""


def test_a_letter_costs_a_move_and_itself() -> None:
    pair = Pair(80, 24)
    pair.show(frame((10, 5, "lam" + " " * 40, PENS[1])))
    pair.show(frame((10, 5, "lam!" + " " * 39, PENS[1])) + "\x1b[6;15H")
    assert pair.show(frame((10, 5, "lamp" + " " * 39, PENS[1])) + "\x1b[6;15H") == "\bp"


def test_of_a_space_only_the_ground_counts() -> None:
    pair = Pair(40, 12)
    pair.show(frame((0, 0, "    ", "31")))
    assert pair.show(frame((0, 0, "    ", "1;32"))) == ""
    assert pair.show(frame((0, 0, "    ", "4;32"))) != ""
    assert pair.differences() == []


def test_rows_that_moved_are_moved_by_the_terminal() -> None:
    pair = Pair(80, 24)
    rows = [f"{number} {'words of a message that is long enough to cost something ' * 2}"[:78] for number in range(40)]
    pair.show(frame(*((0, y, rows[y].ljust(80), PENS[1]) for y in range(24))))
    for top in (1, 2, 4, 3, 0, 9):
        # Between the first and the last row, which stay.
        drawn = frame(*((0, y, rows[top + y].ljust(80), PENS[1]) for y in range(1, 23)))
        written = pair.show(drawn)
        assert pair.differences() == []
        assert len(written) < len(drawn) / 2


def test_afresh_everything_is_written_whatever_is_shown() -> None:
    pair = Pair(40, 12)
    pair.show(frame(*((0, y, f"row {y}", PENS[y % len(PENS)]) for y in range(12))))
    pair.painted.feed("\x1b[31m\x1b[3;1Hsomething else wrote here\x1b[2;5r\x1b[7m")
    pair.painter.afresh()
    pair.show("")
    assert pair.differences() == []


def test_a_new_size_keeps_what_has_room() -> None:
    pair = Pair(40, 12)
    pair.show(frame((0, 0, "日本" * 9, ""), (30, 11, "corner", "")))
    for columns, rows in ((17, 5), (60, 20)):
        pair.painter.resize(columns, rows)
        pair.canvas.resize(columns, rows)
        pair.plain, pair.painted = Shown(columns, rows), Shown(columns, rows)
        pair.show(whole(pair.canvas))
        assert pair.differences() == []


def test_a_frame_that_waits_is_painted_at_the_size_that_came_meanwhile() -> None:
    pair = Pair(40, 12)
    pair.show(frame((0, 0, "as it was", "")))
    pair.painter.take(frame((0, 3, "middle", ""), (0, 11, "bottom", "")))
    pair.canvas.draw(frame((0, 3, "middle", ""), (0, 11, "bottom", "")))
    pair.painter.resize(40, 5)
    pair.canvas.resize(40, 5)
    pair.plain, pair.painted = Shown(40, 5), Shown(40, 5)
    pair.show(whole(pair.canvas))
    assert pair.differences() == []


def test_a_long_painting_is_marked_as_a_frame_where_the_terminal_takes_the_marks() -> None:
    painter = Painter(80, 24)
    painter.marks_frames = True
    painter.take(frame((0, 3, "x" * 600, "")) + "\x1b[1;1H")
    first = painter.paint()
    assert "\x1b[?2026h" in first and first.endswith("\x1b[?2026l")
    painter.take(frame((0, 0, "y", "")))
    assert "2026" not in painter.paint()


def test_the_cursor_rests_where_the_framework_left_it() -> None:
    pair = Pair(40, 12)
    pair.show(frame((3, 4, "text", PENS[1])) + "\x1b[5;6H")
    assert (pair.painted.screen.cursor.x, pair.painted.screen.cursor.y) == (5, 4)


def test_a_pen_is_changed_by_what_differs() -> None:
    pair = Pair(80, 24)
    written = pair.show("\x1b[1;1H" + span("one", "1;31;44") + span("two", "31;44") + span("three", "31"))
    assert "\x1b[22mtwo\x1b[49mthree" in written


def test_all_agree_on_what_is_called_agreed() -> None:
    for code in range(0x20, 0x20000):
        character = chr(code)
        if is_agreed(character):
            assert cell_len(character) == wcwidth(character), hex(code)
            assert not unicodedata.combining(character), hex(code)
