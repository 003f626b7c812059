"""What of a past answer may be said to somebody else: what the workspace says to many, and no facts.

Who a name, an address or a number belongs to cannot be told from its form. So nothing is let through that is not
known to be common: every word of a sentence must have been written to several customers, stand in what the workspace
publishes, or be one that says nothing. A number never is common: numbers are facts, and facts come from articles.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from console.contract.content import text_of
from console.server.ai.retrieval import sentences
from console.server.ai.words import stop_words
from console.text.fold import fold

SEVERAL = 3
"""To how many customers a word must have been written to be anybody's."""
_FEWEST_WORDS = 5
_WORD = re.compile(r"\w+")
_SIGNS = re.compile(r"[@#]|://|www\.")
_QUESTION = ("?", "؟")
_NAMES_TOO = frozenset({"can", "may", "will"})
_ADDRESSING = frozenset(
    fold(
        "mr mrs ms miss dear sir madam bey hanım sayın sevgili السيد السيدة سيد سيدة عزيزي عزيزتي أستاذ أستاذة"
    ).split()
)
"""After or before these stands a name, as often as not."""


@dataclass(frozen=True, slots=True)
class PastAnswer:
    """What a customer said and what a colleague answered, as contents. `names` are those of the people in it."""

    id: str
    customer: str
    question: Mapping[str, Any]
    answer: Mapping[str, Any]
    names: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Common:
    """The words, folded, that belong to nobody, and those that somebody is called by."""

    words: frozenset[str]
    names: frozenset[str]


def common(answers: Iterable[PastAnswer], published: Iterable[str]) -> Common:
    """What is common in these answers and in texts that are for everyone.

    A word with a capital counts only where it is published: mid-sentence it is a name, and at the beginning it may be.
    """
    hearers: dict[str, set[str]] = {}
    called: set[str] = set()
    for one in answers:
        called.update(word for name in one.names for word in _WORD.findall(fold(name)))
        for word in _small(" ".join(text_of(value) for value in one.answer.values())):
            heard = hearers.setdefault(word, set())
            if len(heard) < SEVERAL:
                heard.add(one.customer)
    everyones = frozenset(word for text in published for word in _WORD.findall(fold(text)))
    many = (word for word, heard in hearers.items() if len(heard) >= SEVERAL)
    idle = stop_words() - _NAMES_TOO
    names = frozenset(word for word in called - everyones - idle if len(word) > 1)
    return Common(everyones.union(many, idle), names)


def public(text: str, names: Sequence[str], known: Common) -> list[str]:
    """The sentences of a past answer that could have been said to anybody. `names` are those of its conversation."""
    own = {word for name in names for word in _WORD.findall(fold(name))}
    return [said for said in sentences(text) if _is_public(said, own, known)]


def _is_public(said: str, own: set[str], known: Common) -> bool:
    if said.endswith(_QUESTION) or _SIGNS.search(said) or any(character.isnumeric() for character in said):
        return False
    words = _WORD.findall(fold(said))
    return (
        len(said.split()) >= _FEWEST_WORDS
        and own.isdisjoint(words)
        and known.names.isdisjoint(words)
        and _ADDRESSING.isdisjoint(words)
        and known.words.issuperset(words)
    )


def _small(text: str) -> set[str]:
    """The words of a text that are written small, or in letters that know no capitals, folded."""
    return set(_WORD.findall(fold(" ".join({word for word in _WORD.findall(text) if word == word.lower()}))))
