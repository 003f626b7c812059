"""Text that comes in pieces."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


def test_what_is_beyond_the_limits_is_kept_as_it_came() -> None:
    stream = Stream()
    for _ in range(30):
        shown = stream.feed("word " * 400)
    assert len(shown) <= 20_000 and shown.endswith("…")
    assert len(stream.raw) == 60_000
