"""The agent that needs nothing: it quotes what the workspace has written down, and says where each sentence is from."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

import anyio

from console.server.ai.agent import AgentFailed, Assignment
from console.server.ai.knowledge import Knowledge, article_sources, find_in_thread, past_sources
from console.server.ai.phrases import PAST_TITLES, PHRASES
from console.server.ai.retrieval import Found, best, sentences

Sleep = Callable[[float], Awaitable[object]]

RETRIEVING = "agent_knowledge"
_MESSAGES_LOOKED_AT = 3
_WORDS = re.compile(r"\S+\s*|\s+")
_NUMBER = re.compile(r"\[(\d{1,3})\]")


class RetrievingAgent:
    """Answers from articles and past answers. `pace` is seconds between words, so that a person can follow."""

    id = RETRIEVING
    name = "Knowledge"
    description = "Quotes your articles and past answers, with their sources. Makes nothing up."

    def __init__(self, knowledge: Knowledge, *, pace: float = 0.015, sleep: Sleep = anyio.sleep) -> None:
        self._knowledge = knowledge
        self._pace = pace
        self._sleep = sleep

    async def answer(self, assignment: Assignment) -> AsyncGenerator[str, None]:
        """The answer, word by word. Raises AgentFailed for what quoting cannot do."""
        for word in _WORDS.findall(await self._whole(assignment)):
            yield word
            await self._sleep(self._pace)

    async def _whole(self, assignment: Assignment) -> str:
        match assignment.task:
            case "reply":
                return _reply(best(await self._find(assignment)), assignment)
            case "continue":
                return _quoted(_unsaid(await self._find(assignment), assignment.text)[:1], assignment)
            case "lengthen":
                return _lengthened(best(_unsaid(await self._find(assignment), assignment.text)), assignment)
            case "shorten":
                return _shortened(assignment.text)
            case "simplify" | "tone":
                raise AgentFailed(f"{self.name} only quotes and cannot reword. Choose an agent with a language model.")

    async def _find(self, assignment: Assignment) -> list[Found]:
        language = assignment.language
        asked = [turn.text for turn in reversed(assignment.turns) if turn.side == "customer"][:_MESSAGES_LOOKED_AT]
        if not asked:
            return []
        articles = await self._knowledge.articles(assignment.workspace)
        past = await self._knowledge.past_answers(assignment.workspace, assignment.conversation)
        return await find_in_thread(
            lambda: article_sources(articles, language) + past_sources(past, PAST_TITLES, language), asked, language
        )


def _reply(found: Sequence[Found], assignment: Assignment) -> str:
    phrases = PHRASES[assignment.language]
    return f"{phrases.opening} {_quoted(found, assignment)}" if found else phrases.nothing


def _lengthened(found: Sequence[Found], assignment: Assignment) -> str:
    """What was found goes behind the text, but before the sources that the text names already."""
    heading = f"\n\n{PHRASES[assignment.language].sources} "
    said, _, named = assignment.text.rstrip().partition(heading)
    quotes, _, names = _quoted(found, assignment).partition(heading)
    return f"{said} {quotes}{heading}{named and named + ', '}{names}"


def _quoted(found: Sequence[Found], assignment: Assignment) -> str:
    """The sentences, those of one source together and in its order, each numbered; then what the numbers mean."""
    if not found:
        raise AgentFailed("Nothing more was found in the articles and past answers.")
    titles: dict[str, str] = {}
    for one in found:
        titles.setdefault(one.source.id, one.source.title)
    taken = max((int(number) for number in _NUMBER.findall(assignment.text)), default=0)
    number = {source: place for place, source in enumerate(titles, taken + 1)}
    ordered = sorted(found, key=lambda one: (number[one.source.id], one.place))
    body = " ".join(f"{one.sentence} [{number[one.source.id]}]" for one in ordered)
    names = ", ".join(f"[{number[source]}] {title}" for source, title in titles.items())
    return f"{body}\n\n{PHRASES[assignment.language].sources} {names}"


def _unsaid(found: Sequence[Found], text: str) -> list[Found]:
    """What the text does not say yet."""
    return [one for one in found if one.sentence not in text]


def _shortened(text: str) -> str:
    """The leading half of the sentences. What was said first is said to be what matters."""
    said = sentences(text)
    if len(said) <= 1:
        raise AgentFailed("One sentence is as short as quoting can make it. Choose an agent with a language model.")
    return " ".join(said[: (len(said) + 1) // 2])
