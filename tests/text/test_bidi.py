"""Lines turned for terminals that do not turn them."""

from __future__ import annotations

import pytest
from bidi.mirror import MIRRORED  # type: ignore[import-untyped]
from hypothesis import given

from console.text.bidi import visual
from console.text.safe import block
from console.text.width import cell_width, wrap
from tests.text.hostile import ZWJ
from tests.text.nasty import NASTY, unsafe

FAMILY = ZWJ.join("\U0001f469\U0001f469\U0001f467")


@pytest.mark.parametrize("line", ["", "hello (1)", "Siparişim nerede?", "日本 — ✓", FAMILY])
def test_a_line_without_such_letters_is_left_alone(line: str) -> None:
    assert visual(line) is line


@pytest.mark.parametrize(
    ("line", "turned"),
    [
        ("שלום", "םולש"),
        ("hello שלום you", "hello םולש you"),
        ("שלום hello", "hello םולש"),
        ("שלום 123", "123 םולש"),
        ("(שלום)", "(םולש)"),
        ("hello (שלום) x", "hello (םולש) x"),
        ("שלום AED (test) עולם", "םלוע AED (test) םולש"),  # rule N0: without it "(AED (test"
        ("שלום (AED)", "(AED) םולש"),
        ("שלום [a] <b>", "<b> [a] םולש"),
        ("a (b) ש", "a (b) ש"),
        ("מחיר 1,250.00 AED!", "!AED 1,250.00 ריחמ"),
        ("שלום😀", "😀םולש"),
        (f"ש {FAMILY} ב", f"ב {FAMILY} ש"),
        ("שָׁלוֹם", "םוֹלשָׁ"),  # marks stay behind their letters
        ("#1042 — ש 7?", "?7 ש — #1042"),
        ("x)ש(y", "x)ש(y"),
    ],
)
def test_a_line_is_turned_as_unicode_says(line: str, turned: str) -> None:
    assert visual(line) == turned


def test_arabic_letters_join_and_keep_their_marks() -> None:
    assert visual("بيت") == "\ufe96\ufef4\ufe91"
    assert visual("لا") == "\ufefb"
    assert visual("كَتَبَ") == "\ufe90\u064e\ufe98\u064e\ufedb\u064e"
    assert visual("بيت", shaped=False) == "تيب"


def test_a_terminal_that_turns_lines_itself_finds_no_control_to_mislead_it() -> None:
    assert visual("\u202eabc\u2067ש\u2069\u200f") == "abcש"


def test_a_character_that_this_python_does_not_know_is_drawn_where_it_stands() -> None:
    assert visual("ש \U0001fadf ב") == "ב \U0001fadf ש"


def either_way(character: str) -> str:
    """A bracket and its mirror image as one."""
    mirrored: str = MIRRORED.get(character, character)
    return min(character, mirrored)


@given(text=NASTY)
def test_turning_loses_nothing_and_is_never_wider(text: str) -> None:
    for line in block(text + "ש").split("\n"):
        turned = visual(line, shaped=False)
        assert sorted(map(either_way, turned)) == sorted(map(either_way, line))
        assert unsafe(visual(line)) == []
        assert cell_width(visual(line)) <= cell_width(line)


def test_each_row_of_a_wrapped_line_reads_from_its_own_right() -> None:
    assert [visual(row) for row in wrap("אבג דהו זחט", 7)] == ["והד גבא", "טחז"]
