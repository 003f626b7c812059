"""Text that comes in pieces."""

from __future__ import annotations

import sys
from itertools import pairwise
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.text import safe
from console.text.safe import Stream, block
from tests.text.hostile import SHORT, ZWJ
from tests.text.nasty import NASTY, unsafe


def streamed(pieces: list[str]) -> str:
    """What is shown at the end; what is shown on the way must be safe as well."""
    stream = Stream()
    shown = ""
    for piece in pieces:
        shown = stream.feed(piece)
        assert unsafe(shown, newline="\n") == []
    return shown


@given(text=NASTY, cuts=st.lists(st.integers(0, 60), max_size=5))
def test_split_anywhere_equals_the_whole(text: str, cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(text)]
    pieces = [text[start:end] for start, end in pairwise(places)]
    assert streamed(pieces) == block(text)


@pytest.mark.parametrize("hostile", SHORT)
def test_letter_by_letter_equals_the_whole(hostile: str) -> None:
    text = SHORT[hostile][:300]
    assert streamed(list(text)) == block(text)


@pytest.mark.parametrize(
    "pieces", [["\r", "\n"], ["\ud83d", "\ude00"], ["\U0001f469", ZWJ, "\U0001f469"], ["e", "\u0301"]]
)
def test_what_belongs_together_comes_together(pieces: list[str]) -> None:
    assert streamed(pieces) == block("".join(pieces))


@given(
    text=st.text(st.sampled_from("a \n漢\u3042\u0301\u200d\u200c\t\r👩मب्…") | st.characters()), piece=st.integers(1, 7)
)
def test_small_pieces_equal_the_whole_at_every_step(text: str, piece: int) -> None:
    stream = Stream()
    for start in range(0, len(text), piece):
        assert stream.feed(text[start : start + piece]) == block(text[: start + piece])


@given(
    parts=st.lists(st.sampled_from(["word ", "x" * 900, "\n" * 90, "\t" * 800, "e\u0301" * 400, "\u202e\u200d" * 700])),
    size=st.integers(300, 5_000),
)
def test_the_limits_are_those_of_the_whole(parts: list[str], size: int) -> None:
    text = "".join(parts)
    assert streamed([text[start : start + size] for start in range(0, len(text), size)]) == block(text)


def test_what_is_beyond_the_limits_is_counted_and_not_kept() -> None:
    stream = Stream()
    for _ in range(30):
        shown = stream.feed("word " * 400)
    assert len(shown) <= 20_000 and shown.endswith("…")
    assert stream.length == 60_000


def test_a_piece_costs_by_its_own_length() -> None:
    looked_at: list[int] = []

    def watch(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code is safe._cleaned.__code__:
            looked_at.append(len(frame.f_locals["text"]))

    stream = Stream()
    sys.setprofile(watch)
    try:
        for _ in range(2_000):
            stream.feed("كلمة ")
    finally:
        sys.setprofile(None)
    assert sum(looked_at) == 10_000
