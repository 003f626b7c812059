"""What may be written to the terminal."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.terminal.allow_list import WHOLE, AllowList
from tests.text.hostile import CONTROLS

ROW = "\x1b[{row};1H\x1b[1;38;2;216;220;228;48;2;20;22;27mJane\x1b[0m\x1b[38;2;1;2;3m · ليلى 😀 日本\x1b[0m plain\n"
FRAME = "".join(ROW.format(row=row) for row in range(1, 41)) + "\x1b[7;9H"
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
ALLOWED = re.compile(r"\x1b\[[\d;]*[mH]|\n|\x1b\]22;[a-z-]+\x07|" + "|".join(map(re.escape, WHOLE)))

PARTS = st.sampled_from(
    [
        *WHOLE,
        *CONTROLS.values(),
        *(
            "\x1b",
            "[",
            "0m",
            "\x1b[0m",
            "\x1b[31m",
            "\x1b[1;38;5;7m",
            "\x1b[3;4H",
            "\n",
            "text",
            "\x1b]22;",
            "\x07",
            "ي",
        ),
        *("\x1b[13;37H", "\x1b[999999m", "\x1b[?", "1049l", "\x9b", "\ud800", "\u202e"),
    ]
)


def fed(*writes: str) -> tuple[str, int]:
    """What is written of these in the end, and how much was refused."""
    allow_list = AllowList()
    written = "".join([*map(allow_list.feed, writes), allow_list.flush()])
    return written, allow_list.refused


@pytest.mark.parametrize(
    "text", [FRAME, "", "plain", *WHOLE, "\x1b]22;pointer\x07", "\x1b[31mred\x1b[0m", "\x1b[1;1H\n\n"]
)
def test_what_we_write_passes_unchanged(text: str) -> None:
    assert fed(text) == (text, 0)


@pytest.mark.parametrize("hostile", CONTROLS)
def test_within_a_coloured_span_no_control_passes(hostile: str) -> None:
    before, after = "\x1b[3;4H\x1b[31m", "\x1b[0m"
    text = CONTROLS[hostile].replace("\x1b[0m", "")  # it may end the span; what follows is for the filter
    written, refused = fed(f"{before}{text}{after}")
    assert written.startswith(before) and written.endswith(after)
    assert CONTROL.search(written[len(before) : -len(after)]) is None
    assert refused > 0


@pytest.mark.parametrize("whole", WHOLE)
def test_what_changes_the_terminal_never_passes_within_a_frame(whole: str) -> None:
    for frame in (f"\x1b[3;4Htext{whole}", f"{whole}text", f"\x1b[31m{whole}\x1b[0m", whole * 2):
        assert whole not in fed(frame)[0]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[2Jb", "a␛[2Jb"),
        ("a\x1b[5mb\x1b[0m", "a␛[5mb␛[0m"),  # blinks
        ("a\x1b[8mb", "a␛[8mb"),  # hides
        ("a\x1b[38;2;1;2mb", "a␛[38;2;1;2mb"),
        ("\x1b]0;t\x07", "␛]0;t␇"),
        ("\x1b]52;c;YQ==\x07", "␛]52;c;YQ==␇"),
        ("\x1b]8;;http://a.example\x1b\\a", "␛]8;;http://a.example␛\\a"),
        ("\x1b]22;a\x1b]0;b\x07", "␛]22;a␛]0;b␇"),
        ("\x1b[>1u", "␛[>1u"),
        ("\x1b[c\x1b[6n", "␛[c␛[6n"),
        ("a\x07b\x08c\rd\te\x7f", "a␇b␈c␍d␉e␡"),
        ("a\x9b31m\ud800\u202eb", "a�31m�⇄b"),
        ("a\nb", "a␊b"),
        ("\x1b[99999;1H", "␛[99999;1H"),
    ],
)
def test_all_else_is_seen_and_counted(text: str, shown: str) -> None:
    written, refused = fed("x" + text)
    assert written == "x" + shown
    assert refused == len(CONTROL.findall(text))


@given(place=st.integers(0, len(FRAME)))
def test_a_frame_that_is_cut_in_two_passes_as_one(place: int) -> None:
    assert fed(FRAME[:place], FRAME[place:]) == (FRAME, 0)


@pytest.mark.parametrize("whole", [*WHOLE, "\x1b]22;text\x07"])
def test_a_sequence_that_is_cut_in_two_passes_as_one(whole: str) -> None:
    for place in range(1, len(whole)):
        assert fed(whole[:place], whole[place:]) == (whole, 0)


def test_what_is_held_back_does_not_spoil_what_comes_next() -> None:
    assert fed("text\x1b[?10", "\x1b[?2026l") == ("text␛[?10\x1b[?2026l", 1)


def test_a_span_that_is_left_open_is_closed_before_the_next_frame() -> None:
    assert fed("\x1b[1;1Ha\x1b[31mb", "\x1b[2;1Hc")[0] == "\x1b[1;1Ha\x1b[31mb\x1b[0m\x1b[2;1Hc"
    assert fed("\x1b[31mb", "\x1b[?25h")[0] == "\x1b[31mb\x1b[0m\x1b[?25h"
    assert fed("\x1b[31mb")[0] == "\x1b[31mb\x1b[0m"


@given(parts=st.lists(PARTS, max_size=12), cuts=st.lists(st.integers(0, 80), max_size=4))
def test_however_it_comes_only_ours_is_written(parts: list[str], cuts: list[int]) -> None:
    text = "".join(parts)
    places = [0, *sorted(cuts), len(text)]
    written, _ = fed(*(text[start:end] for start, end in pairwise(places)))
    assert CONTROL.search(ALLOWED.sub("", written)) is None
