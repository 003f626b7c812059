"""What comes out of a model besides its answer, taken off the stream's beginning: thoughts, and what it was given."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

_THOUGHT, _THOUGHT_ENDS = "<think>", "</think>"
_FEWEST_REPEATED = 8
"""Characters that a model must have said again to have repeated something: a shorter word it may need."""


_LOOKED_BACK = 500
"""Characters at a text's end of which any part may be repeated; of what stands before, only the whole of it."""


async def without_thoughts(pieces: AsyncGenerator[str, None]) -> AsyncGenerator[str, None]:
    """The pieces without white space and a block of thoughts before the answer, which some servers leave in it."""
    held: str | None = ""
    async with aclosing(pieces):
        async for piece in pieces:
            if held is None:
                yield piece
                continue
            held = (held + piece).lstrip()
            if held.startswith(_THOUGHT):
                thought, ends, answer = held.partition(_THOUGHT_ENDS)
                held = answer.lstrip() if ends else thought
            if held and not held.startswith(_THOUGHT) and not _THOUGHT.startswith(held):
                yield held
                held = None
    if held and not held.startswith(_THOUGHT):
        yield held


async def without_repetition(pieces: AsyncGenerator[str, None], text: str) -> AsyncGenerator[str, None]:
    """The pieces without what they repeat of `text` at their beginning: all of it, or its last words.

    They are held back for as long as they may be a repetition, however white space is set in them.
    """
    endings = _endings(text)
    held: str | None = "" if endings else None
    async with aclosing(pieces):
        async for piece in pieces:
            if held is None:
                yield piece
                continue
            held += piece
            said = _flat(held)
            if any(ending.startswith(said) for ending in endings):
                continue
            if rest := _after(held, endings):
                yield rest
            held = None
    if held and (rest := _after(held, endings)):
        yield rest


def _flat(text: str) -> str:
    return " ".join(text.split())


def _endings(text: str) -> list[str]:
    """All of the text, and each part of it from a word near its end, the longest first."""
    whole = _flat(text)
    last = whole[-_LOOKED_BACK:]
    parts = [last[place + 1 :] for place, character in enumerate(last) if character == " "]
    return [ending for ending in (whole, *parts) if len(ending) >= _FEWEST_REPEATED]


def _after(said: str, endings: list[str]) -> str:
    """What is said behind the longest repetition, or all of it."""
    flat = _flat(said)
    for ending in endings:
        behind = flat[len(ending) : len(ending) + 1]
        if flat.startswith(ending) and not behind.isalnum():
            return _skip(said, len(ending.replace(" ", ""))).lstrip()
    return said


def _skip(said: str, letters: int) -> str:
    """What follows the first so many characters that are no white space."""
    for place, character in enumerate(said):
        if letters == 0:
            return said[place:]
        letters -= not character.isspace()
    return ""
