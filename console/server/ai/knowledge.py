"""What a workspace knows, as sources to quote: its articles, its templates, and what it answered before."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from console.contract.base import Language
from console.contract.content import text_of
from console.contract.shapes import Article, Template
from console.server.ai.phrases import PHRASES
from console.server.ai.privacy import PastAnswer, common, public
from console.server.ai.retrieval import Found, Source, find, question_terms, sentences
from console.text.language import language_of

# An article is what the workspace means to say, a template how it says it, a past answer what it once said.
_TEMPLATE_WEIGHT, _PAST_WEIGHT = 0.8, 0.6
_VARIABLE = re.compile(r"\{\{|\}\}")


class Knowledge(Protocol):
    """Where a workspace's knowledge is read from."""

    async def articles(self, workspace: str) -> Sequence[Article]:
        """All of its articles."""

    async def templates(self, workspace: str) -> Sequence[Template]:
        """All of its templates."""

    async def past_answers(self, workspace: str, besides: str) -> Sequence[PastAnswer]:
        """What colleagues answered to customers lately, in conversations other than `besides`."""


@dataclass(frozen=True, slots=True)
class Known:
    """All that an answer may be taken from."""

    articles: Sequence[Article]
    templates: Sequence[Template] = ()
    past: Sequence[PastAnswer] = ()

    def find(self, asked: Sequence[str], language: Language) -> list[Found]:
        """The sentences in `language` that answer what was asked, the latest first. Ranking thousands takes a while.

        A question in another language is looked up in the articles and templates of that one, and answered with the
        same sentence of theirs in this.
        """
        found = find(self._sources(language), question_terms(asked, language), language)
        spoken = language_of(asked[0]) if asked else None
        if found or spoken is None or spoken == language:
            return found
        foreign = find(self._published(spoken), question_terms(asked, spoken), spoken)
        here = {source.id: source for source in self._published(language)}
        return [said for one in foreign if (said := _translated(one, here.get(one.source.id))) is not None]

    def _sources(self, language: Language) -> list[Source]:
        return [*self._published(language), *self._past(language)]

    def _published(self, language: Language) -> list[Source]:
        articles = (Source(one.id, one.name, said_in(one.content, language), about=one.name) for one in self.articles)
        title = PHRASES[language].template
        templates = (
            Source(
                one.id,
                title.format(name=one.name),
                _without_variables(said_in(one.content, language)),
                about=one.name,
                weight=_TEMPLATE_WEIGHT,
            )
            for one in self.templates
        )
        return [source for source in (*articles, *templates) if source.text]

    def _past(self, language: Language) -> list[Source]:
        published: list[Article | Template] = [*self.articles, *self.templates]
        known = common(
            self.past, (text for one in published for text in (one.name, *map(text_of, one.content.values())))
        )
        title = PHRASES[language].past
        sources = (
            Source(
                id=one.id,
                title=title.format(day=one.at.date().isoformat()),
                text="\n".join(public(said_in(one.answer, language), one.names, known)),
                about=said_in(one.question, language),
                weight=_PAST_WEIGHT,
                narrow=True,
            )
            for one in self.past
        )
        return [source for source in sources if source.text]


def said_in(content: Mapping[str, Any], language: Language) -> str:
    """What a content says in a language, whatever it is filed under; nothing where all it says is in others."""
    filed = text_of(content.get(language))
    if filed:
        if filed.isascii() and language != "ar":
            return filed  # most are, and telling a language costs more than finding a word
        # English and Turkish are told apart by a few words, which a short text may lack; a script is never mistaken.
        spoken = language_of(filed)
        if spoken is None or (spoken == "ar") == (language == "ar"):
            return filed
    texts: Iterable[str] = (text_of(value) for key, value in content.items() if key != language)
    return next((text for text in texts if language_of(text) == language), "")


def _without_variables(text: str) -> str:
    """The sentences that are whole without being filled in."""
    return "\n".join(said for said in sentences(text) if not _VARIABLE.search(said))


def _translated(found: Found, source: Source | None) -> Found | None:
    """The sentence in the same place of a text with as many."""
    if source is None:
        return None
    said = sentences(source.text)
    if len(said) != len(sentences(found.source.text)):
        return None
    return replace(found, source=source, sentence=said[found.place])
