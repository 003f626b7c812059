"""The words of a text, as a search compares them: the same for what is kept and for what is asked, in any language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from console.text.fold import fold

LONGEST = 64
"""How much of a word counts: what is longer is no word, and fills an index."""

# A picture, and a letter of a script that puts nothing between its words, is a word by itself. Marks that change a
# letter (the vowels of Devanagari or Thai) belong to their word; those that only point it, the fold has taken away.
_SINGLE = "\u2600-\u27bf\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U0001f000-\U0001f3fa\U0001f400-\U0003ffff"
_MARKS = "\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u0981-\u0983\u09bc-\u09cd\u0a3c-\u0a4d\u0abc-\u0acd"
_MORE_MARKS = "\u0b3c-\u0b4d\u0bbe-\u0bcd\u0c3e-\u0c4d\u0cbc-\u0ccd\u0d3b-\u0d4d\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
_WORD = re.compile(rf"[{_SINGLE}]|(?:[^\W_{_SINGLE}]|[{_MARKS}{_MORE_MARKS}])+")
_PLAIN_WORD = re.compile("[a-z0-9]+")
_MOST_LETTERS = 20_000


class Span(NamedTuple):
    """A word and where it stands, in code points of the text as it was written."""

    word: str
    start: int
    end: int


def words_of(text: str) -> list[str]:
    """The folded words of a text in their order; no word holds a space or a sign of ASCII."""
    # Piece by piece, since a fold reaches over no space and people use the same few thousand words all day.
    return [word for piece in text.split() for word in (_known if len(piece) <= LONGEST else _cut)(piece)]


def _cut(piece: str) -> tuple[str, ...]:
    folded = fold(piece)
    found = (_PLAIN_WORD if folded.isascii() else _WORD).findall(folded)
    return tuple(word[:LONGEST] for word in found)


_known = lru_cache(10_000)(_cut)


def spans_of(text: str) -> Iterator[Span]:
    """The same words with their places: the fold drops marks and takes letters apart, so each letter is followed."""
    parts = [_FOLDED[letter] for letter in text]
    folded = "".join(parts)
    if len(folded) == len(text) and "" not in parts:
        for match in _WORD.finditer(folded):
            start, end = match.span()
            yield Span(match[0][:LONGEST], start, end)
        return
    origins = [place for place, part in enumerate(parts) for _ in part]
    origins.append(len(text))
    for match in _WORD.finditer(folded):
        start, end = match.span()
        # Up to where the next letter begins: what the fold dropped in between belongs to this one.
        yield Span(match[0][:LONGEST], origins[start], max(origins[end], origins[end - 1] + 1))


class _Folded(dict[str, str]):
    """Each letter folded, once."""

    def __missing__(self, letter: str) -> str:
        if len(self) > _MOST_LETTERS:
            self.clear()
        self[letter] = folded = fold(letter)
        return folded


_FOLDED = _Folded()
