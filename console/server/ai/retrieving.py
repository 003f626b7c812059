"""The agent that needs nothing: it quotes what the workspace has written down, and says where each sentence is from."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

import anyio
import anyio.to_thread

from console.contract.base import Language
from console.server.ai.agent import AgentFailed, Assignment
from console.server.ai.knowledge import Knowledge, Known
from console.server.ai.phrases import PHRASES
from console.server.ai.retrieval import Found, best, question_terms, sentences
from console.server.ai.words import terms
from console.text.fold import fold
from console.text.language import language_of

Sleep = Callable[[float], Awaitable[object]]

RETRIEVING = "agent_knowledge"
_MESSAGES_LOOKED_AT = 3
_WORDS = re.compile(r"\S+\s*|\s+")
_NUMBER = re.compile(r"\[(\d{1,3})\]")
_MARKS = re.compile(r"(?:\[\d{1,3}\]\s*)+")


class RetrievingAgent:
    """Answers from articles, templates and past answers. `pace` is seconds between words, for a person to follow."""

    id = RETRIEVING
    name = "Knowledge"
    description = "Quotes your articles, templates and past answers, with their sources. Makes nothing up."

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
        _check_language(assignment)
        match assignment.task:
            case "reply":
                return _reply(best(await self._find(assignment)), assignment)
            case "continue":
                return _quoted(_unsaid(await self._find(assignment), assignment.text)[:1], assignment)
            case "lengthen":
                return _lengthened(best(_unsaid(await self._find(assignment), assignment.text)), assignment)
            case "shorten":
                return _shortened(assignment)
            case "simplify" | "tone":
                raise AgentFailed(f"{self.name} only quotes and cannot reword. Choose an agent with a language model.")

    async def _find(self, assignment: Assignment) -> list[Found]:
        """What answers the customer's latest messages; an instruction says what else to look for.

        What goes to the customer unread is from articles and templates alone: they were written for everyone.
        """
        asked = [turn.text for turn in reversed(assignment.turns) if turn.side == "customer"][:_MESSAGES_LOOKED_AT]
        if assignment.instruction:
            asked[:1] = ["\n".join([*asked[:1], assignment.instruction])]
        if not asked:
            return []
        workspace = assignment.workspace
        known = Known(
            await self._knowledge.articles(workspace),
            await self._knowledge.templates(workspace),
            () if assignment.is_posted else await self._knowledge.past_answers(workspace, assignment.conversation),
        )
        return await anyio.to_thread.run_sync(known.find, asked, assignment.language)


def _check_language(assignment: Assignment) -> None:
    """A text can be cut or added to in its own language alone. English and Turkish are too easily confused to tell."""
    spoken = language_of(assignment.text) if assignment.task != "reply" else None
    if spoken is not None and (spoken == "ar") != (assignment.language == "ar"):
        raise AgentFailed("Quoting cannot translate what is written. Choose an agent with a language model.")


def _reply(found: Sequence[Found], assignment: Assignment) -> str:
    phrases = PHRASES[assignment.language]
    return f"{phrases.opening} {_quoted(found, assignment)}" if found else phrases.nothing


def _lengthened(found: Sequence[Found], assignment: Assignment) -> str:
    """What was found goes behind the text, but before the sources that the text names already."""
    said, named = _apart(assignment.text, assignment.language)
    quotes, names = _apart(_quoted(found, assignment), assignment.language)
    return _joined(f"{said} {quotes}", f"{named}, {names}" if named else names, assignment.language)


def _shortened(assignment: Assignment) -> str:
    """The better half of the sentences, in their order: those nearest to what was asked, then those that come first."""
    text, named = _apart(assignment.text, assignment.language)
    said = _marked(text)
    if len(said) <= 1:
        raise AgentFailed("One sentence is as short as quoting can make it. Choose an agent with a language model.")
    asked = question_terms([assignment.question], assignment.language)
    near = [len(asked.keys() & set(terms(one, assignment.language))) for one in said]
    places = sorted(range(len(said)), key=lambda place: (-near[place], place))[: (len(said) + 1) // 2]
    return _joined(" ".join(said[place] for place in sorted(places)), named, assignment.language)


def _marked(text: str) -> list[str]:
    """The sentences, each with the numbers of its sources, which stand behind its full stop."""
    said: list[str] = []
    for one in sentences(text):
        marks = _MARKS.match(one)
        if said and marks is not None:
            said[-1] += f" {marks[0].strip()}"
            one = one[marks.end() :]
        if one:
            said.append(one)
    return said


def _quoted(found: Sequence[Found], assignment: Assignment) -> str:
    """The sentences, those of one source together and in its order.

    For a colleague each is numbered, and behind them stands what the numbers mean; the customer gets the words alone.
    """
    if not found:
        raise AgentFailed("Nothing more was found in the articles, templates and past answers.")
    titles: dict[str, str] = {}
    for one in found:
        titles.setdefault(one.source.id, one.source.title)
    taken = max((int(number) for number in _NUMBER.findall(assignment.text)), default=0)
    number = {source: place for place, source in enumerate(titles, taken + 1)}
    ordered = sorted(found, key=lambda one: (number[one.source.id], one.place))
    if assignment.is_posted:
        return " ".join(one.sentence for one in ordered)
    body = " ".join(f"{one.sentence} [{number[one.source.id]}]" for one in ordered)
    return _joined(
        body, ", ".join(f"[{number[source]}] {title}" for source, title in titles.items()), assignment.language
    )


def _heading(language: Language) -> str:
    return f"\n\n{PHRASES[language].sources} "


def _apart(text: str, language: Language) -> tuple[str, str]:
    """A text and the sources that it names at its end."""
    said, _, named = text.rstrip().partition(_heading(language))
    return said, named


def _joined(text: str, named: str, language: Language) -> str:
    return f"{text}{_heading(language)}{named}" if named else text


def _unsaid(found: Sequence[Found], text: str) -> list[Found]:
    """What the text does not say yet."""
    said = " ".join(fold(text).split())
    return [one for one in found if " ".join(fold(one.sentence).split()) not in said]
