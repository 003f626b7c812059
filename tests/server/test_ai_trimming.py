"""What is taken off a model's stream, however it is cut into pieces."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.server.ai.trimming import without_repetition, without_thoughts

TEXT = "Hello Jane, thank you. We will send the lamp"


async def said(pieces: Sequence[str]) -> AsyncGenerator[str, None]:
    for piece in pieces:
        yield piece


async def answer(pieces: Sequence[str]) -> str:
    return "".join([piece async for piece in without_thoughts(said(pieces))])


async def continued(pieces: Sequence[str], text: str = TEXT) -> str:
    return "".join([piece async for piece in without_repetition(said(pieces), text)])


@pytest.mark.parametrize(
    ("whole", "left"),
    [
        ("<think>The customer is rude.</think>\n\nHello", "Hello"),
        ("\n <think></think>Hello", "Hello"),
        ("Hello <think>no</think>", "Hello <think>no</think>"),
        ("<thin air", "<thin air"),
        ("<", "<"),
        ("  \n Hello", "Hello"),
        ("<think>without end", ""),
        ("", ""),
    ],
)
async def test_thoughts_before_an_answer_are_no_part_of_it(whole: str, left: str) -> None:
    assert await answer([whole]) == await answer(list(whole)) == left


@pytest.mark.parametrize(
    ("whole", "left"),
    [
        (f"{TEXT} on Monday.", "on Monday."),
        (f"  {TEXT.replace(' ', '  ')}\non Monday.", "on Monday."),
        ("We will send the lamp on Monday.", "on Monday."),
        ("send the lamp, on Monday.", ", on Monday."),
        (" on Monday.", " on Monday."),
        ("We will send the lampshade.", "We will send the lampshade."),
        ("Hello Jane, thank you. We will not.", "Hello Jane, thank you. We will not."),
        ("the lamp", ""),
        ("lamp", "lamp"),
        (TEXT, ""),
        ("Hello Jane", "Hello Jane"),
    ],
)
async def test_what_was_written_is_not_said_again(whole: str, left: str) -> None:
    assert await continued([whole]) == await continued(list(whole)) == left


async def test_an_answer_that_repeats_nothing_is_not_held_back() -> None:
    pieces = without_repetition(said(["On", " Monday"]), TEXT)
    assert await anext(pieces) == "On"
    await pieces.aclose()


@settings(max_examples=60)
@given(st.text("ab <think>/", max_size=30), st.text("ab ", max_size=20), st.data())
async def test_where_a_stream_is_cut_makes_no_difference(whole: str, text: str, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(whole)))
    assert await answer([whole[:cut], whole[cut:]]) == await answer([whole])
    assert (await continued([whole[:cut], whole[cut:]], text)).split() == (await continued([whole], text)).split()
