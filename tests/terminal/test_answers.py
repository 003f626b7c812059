"""What a terminal answers, out of the input before it can become keys."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.terminal.answers import Answers, keys_apart

ANSWERS = (
    "\x1b[?62;22c",
    "\x1b[>41;390;0c",
    "\x1b[0n",
    "\x1b[?5u",
    "\x1b[8;40;120t",
    "\x1b]11;rgb:1414/1616/1b1b\x1b\\",
    "\x1b]52;c;cm0gLXJm\x07",
    "\x1bP1$r0m\x1b\\",
    "\x1bP!|7E565445\x1b\\",
    "\x1b_Gi=1;OK\x1b\\",
    "\x1b[99999999u",
)
KEYS = (
    "a",
    "\x1b",
    "\x1b[A",
    "\x1b[1;5C",
    "\x1b[1;2R",  # the cursor's place, which the framework reads; F3 with Shift as well
    "\x1b[13;2u",
    "\x1b[1604;5u",
    "\x1bOP",
    "\x1b[3~",
    "\x1b[I",
    "\x1b[<35;10;5M",
    "\x1b[<0;10;5m",
    "\x1b[?2026;2$y",
    "\x1b[48;40;120;800;1200t",
    "\x1b]",
    "\x1bP",
    "\x1b_",
    "\x1b[200~pasted\x1b[201~",
    "ي",
)


@pytest.mark.parametrize("key", KEYS)
def test_a_key_passes(key: str) -> None:
    answers = Answers()
    assert answers.feed(key) + answers.flush() == key


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_answer_goes_wherever_it_is_cut(answer: str) -> None:
    for place in range(1, len(answer)):
        answers = Answers()
        assert answers.feed("x" + answer[:place]) + answers.feed(answer[place:] + "y") == "xy"


@given(typed=st.lists(st.sampled_from(ANSWERS + KEYS[:14] + KEYS[17:]), max_size=8))
def test_answers_go_and_keys_stay(typed: list[str]) -> None:
    answers = Answers()
    assert answers.feed("".join(typed)) + answers.flush() == "".join(one for one in typed if one in KEYS)


@pytest.mark.parametrize(
    ("later", "is_key"),
    [
        ("j", True),
        ("\r", True),
        ("ي", True),
        ("\x1b", True),
        ("[A", False),
        ("OP", False),
        ("_Gi=1;OK\x1b\\", False),
        ("", False),
    ],
)
def test_an_escape_is_a_key_where_what_comes_later_goes_on_with_no_sequence(later: str, is_key: bool) -> None:
    answers = Answers()
    assert not answers.pressed_escape("x\x1b") and answers.feed("x\x1b") == "x"
    assert answers.pressed_escape(later) is is_key
    assert not answers.pressed_escape(later) or not is_key
    passes = later if is_key else "" if "G" in later else "\x1b" + later
    assert answers.feed(later) + answers.flush() == passes


@pytest.mark.parametrize(
    ("text", "apart"),
    [
        ("\x1bj", ["\x1b", "j"]),
        ("a\x1bgi", ["a", "\x1b", "gi"]),
        ("\x1b\x1b[A\x1b", ["\x1b\x1b[A\x1b"]),
        ("\x1b\x1bم", ["\x1b", "\x1b", "م"]),
        ("\x1bOP\x1b[1;3A\x1b\x7f", ["\x1bOP\x1b[1;3A\x1b\x7f"]),
        ("", []),
    ],
)
def test_an_escape_is_apart_from_the_key_behind_it(text: str, apart: list[str]) -> None:
    assert keys_apart(text) == apart


def test_an_escape_in_a_paste_is_no_key() -> None:
    answers = Answers()
    assert answers.feed("\x1b[200~a\x1b") == "\x1b[200~a"
    assert not answers.pressed_escape("j") and answers.feed("j\x1b[201~") == "\u241bj\x1b[201~"


def test_within_a_paste_nothing_is_an_answer_and_nothing_a_key() -> None:
    answers = Answers()
    assert answers.feed("\x1b[200~a\x1b[?62cb\x1b[A\x1b]0;c\x07") == "\x1b[200~a␛[?62cb␛[A␛]0;c\x07"
    assert answers.feed("d\x1b[20") == "d"
    assert answers.feed("1~\x1b[?62ce") == "\x1b[201~e"


def test_the_end_of_an_answer_that_was_lost_is_not_waited_for_for_ever() -> None:
    answers = Answers()
    assert answers.feed("\x1b]52;c;cm0g") == ""
    assert answers.feed("LXJm") == ""
    for _ in range(20):
        answers.flush()
    assert answers.feed("x") == "x"
    assert answers.feed("\x1b]52;c;" + "A" * (1 << 20)) == ""
    assert answers.feed("y") == "y"
