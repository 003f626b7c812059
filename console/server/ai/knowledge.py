"""What a workspace knows, as sources to quote: its articles, and what it answered before, less what was private."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import anyio.to_thread

from console.contract.base import Language
from console.contract.content import text_in
from console.contract.shapes import Article
from console.server.ai.retrieval import Found, Source, find, question_terms, sentences
from console.text.fold import fold

_PAST_WEIGHT = 0.6  # an article is what the workspace means to say, a past answer what it once said
_FEWEST_WORDS = 5
# An order or phone number, a price, an address, a link: said to one customer, never to be said to another.
_PRIVATE = re.compile(r"\d(?:[ .,()/-]?\d){3,}|[#@]|https?:|www\.")
_QUESTION = ("?", "؟")
_WORD = re.compile(r"[^\W\d_]{3,}")


@dataclass(frozen=True, slots=True)
class PastAnswer:
    """A customer's message and what a colleague or an agent answered to it. `names` are those of the people in it."""

    id: str
    question: str
    answer: str
    names: tuple[str, ...]
    at: datetime


class Knowledge(Protocol):
    """Where a workspace's knowledge is read from."""

    async def articles(self, workspace: str) -> Sequence[Article]:
        """All of its articles."""

    async def past_answers(self, workspace: str, besides: str) -> Sequence[PastAnswer]:
        """What followed customers' messages lately, in conversations other than `besides`."""


def article_sources(articles: Iterable[Article], language: Language) -> list[Source]:
    """Articles in the language, or in what there is of them."""
    return [
        Source(article.id, article.name, text_in(article.content, language), about=article.name) for article in articles
    ]


def past_sources(answers: Iterable[PastAnswer], titles: dict[Language, str], language: Language) -> list[Source]:
    """Past answers, less their questions back, pleasantries and whatever could tell one customer about another."""
    return [
        Source(
            id=answer.id,
            title=titles[language].format(day=answer.at.date().isoformat()),
            text="\n".join(_public(answer)),
            about=answer.question,
            weight=_PAST_WEIGHT,
            narrow=True,
        )
        for answer in answers
    ]


def _public(answer: PastAnswer) -> list[str]:
    names = {word for name in answer.names for word in _WORD.findall(fold(name))}
    return [
        said
        for said in sentences(answer.answer)
        if not said.endswith(_QUESTION)
        and len(said.split()) >= _FEWEST_WORDS
        and not _PRIVATE.search(said)
        and names.isdisjoint(_WORD.findall(fold(said)))
    ]


async def find_in_thread(sources: Callable[[], list[Source]], asked: Sequence[str], language: Language) -> list[Found]:
    """The sentences that answer what was asked, the latest first. Ranking thousands must not hold up the loop."""
    return await anyio.to_thread.run_sync(lambda: find(sources(), question_terms(asked, language), language))
