"""Which sentences of what is known answer a question: BM25 over a sentence and what stands around it. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log

from console.contract.base import Language
from console.server.ai.words import terms

_K1, _B = 1.2, 0.75  # Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009
_OWN, _AROUND = 3.0, 1.0  # a word in the sentence itself weighs more than one in its title or its question
# How much of what a question tells (by rarity) must be there; two words are worth more than one that tells as much.
_ENOUGH_WORDS, _ENOUGH_WITH_THEM, _ENOUGH = 2, 0.3, 0.5
_LEAST_OF_BEST = 0.55
_FEWEST = 50  # sentences: among three, a word that two of them have would seem to tell nothing
_SENTENCE_END = re.compile(r"""(?:(?<=[.!?؟…])|(?<=[.!?؟…]["')\]”»]))\s+""")
_LONGEST = 1_000
"""Characters of a sentence that is worth quoting: a longer one is a table or a page without a full stop."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where sentences come from. `about` stands around each of them: an article's title, a past answer's question.

    Of a `narrow` source a sentence must itself share a word with what is asked, and with its surroundings two words and
    half of what is asked: what was said to one customer seldom fits another.
    """

    id: str
    title: str
    text: str
    about: str = ""
    weight: float = 1.0
    narrow: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A sentence that answers, its place in its source, and how well it does."""

    source: Source
    place: int
    sentence: str
    score: float


def sentences(text: str) -> list[str]:
    """The sentences of a text; a line ends one."""
    return [part for line in text.splitlines() for part in _SENTENCE_END.split(line.strip()) if part]


def question_terms(asked: Sequence[str], language: Language) -> dict[str, float]:
    """What to look for, from the latest message to those before it, each of which weighs a third of the one after."""
    weights: dict[str, float] = {}
    for age, text in enumerate(asked):
        for term in terms(text, language):
            weights[term] = max(weights.get(term, 0.0), 3.0**-age)
    return weights


def find(sources: Iterable[Source], wanted: Mapping[str, float], language: Language) -> list[Found]:
    """The sentences that answer, best first. None is better than one that shares a common word alone."""
    candidates = [
        _candidate(source, place, said, language)
        for source in sources
        for place, said in enumerate(sentences(source.text))
        if len(said) <= _LONGEST
    ]
    if not candidates or not wanted:
        return []
    rarity = _rarity(candidates, wanted)
    average = sum(one.length for one in candidates) / len(candidates)
    scored = [
        Found(one.source, one.place, one.sentence, _bm25(one, wanted, rarity, average) * one.source.weight)
        for one in candidates
        if _is_about(one, wanted, rarity)
    ]
    scored.sort(key=lambda found: (-found.score, found.place))
    first: dict[str, Found] = {}
    for found in scored:
        first.setdefault(found.sentence, found)
    return list(first.values())


def best(found: Sequence[Found], limit: int = 3) -> list[Found]:
    """The few of `found` that are about as good as its first."""
    return [one for one in found[:limit] if one.score >= found[0].score * _LEAST_OF_BEST]


@dataclass(frozen=True, slots=True)
class _Candidate:
    source: Source
    place: int
    sentence: str
    own: frozenset[str]
    counts: Mapping[str, float]
    length: float


def _candidate(source: Source, place: int, sentence: str, language: Language) -> _Candidate:
    own, around = terms(sentence, language), terms(source.about, language)
    counts: dict[str, float] = {}
    for weight, said in ((_OWN, own), (_AROUND, around)):
        for term in said:
            counts[term] = counts.get(term, 0.0) + weight
    return _Candidate(source, place, sentence, frozenset(own), counts, sum(counts.values()))


def _rarity(candidates: Sequence[_Candidate], wanted: Mapping[str, float]) -> dict[str, float]:
    """How much a term tells: the fewer sentences have it, the more."""
    holding = Counter(term for one in candidates for term in wanted if term in one.counts)
    every = max(len(candidates), _FEWEST)
    return {term: log(1 + (every - holding[term] + 0.5) / (holding[term] + 0.5)) for term in wanted}


def _is_about(one: _Candidate, wanted: Mapping[str, float], rarity: Mapping[str, float]) -> bool:
    """Enough of what the latest message asks for: a topic shares a word or two with everything that is asked of it.

    With a quarter of a bank's 25 topics not written about, 0.3 answers one in five questions about those where two
    words alone would answer three in five (tests/benchmarks/retrieval.py).
    """
    latest = [term for term, weight in wanted.items() if weight == 1.0]
    shared = [term for term in latest if term in one.counts]
    share = sum(rarity[term] for term in shared) / (sum(rarity[term] for term in latest) or 1.0)
    if one.source.narrow:
        return len(shared) >= _ENOUGH_WORDS and share >= _ENOUGH and not one.own.isdisjoint(shared)
    return share >= (_ENOUGH_WITH_THEM if len(shared) >= _ENOUGH_WORDS else _ENOUGH)


def _bm25(one: _Candidate, wanted: Mapping[str, float], rarity: Mapping[str, float], average: float) -> float:
    norm = _K1 * (1 - _B + _B * one.length / average)
    return sum(
        weight * rarity[term] * one.counts[term] * (_K1 + 1) / (one.counts[term] + norm)
        for term, weight in wanted.items()
        if term in one.counts
    )
