"""The agent that asks a language model: any endpoint that speaks OpenAI's chat completions, streamed."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field

import anyio.to_thread

from console.contract.ai import Task
from console.errors import SettingsError
from console.server.ai.agent import Assignment
from console.server.ai.completion import PromptRefused, completion
from console.server.ai.knowledge import Knowledge, Known
from console.server.ai.prompt import ROOM, chat_of
from console.server.ai.retrieval import Found
from console.server.ai.trimming import without_repetition, without_thoughts

_FACTS = 5
_NEEDS_FACTS: frozenset[Task] = frozenset({"reply", "continue", "lengthen"})
_ROOMS = (ROOM, ROOM // 4)
"""What a request holds; when the endpoint refuses it, the next is tried: a small model may hold 2,048 tokens."""
_MOST_MODELS = 9
_ADDRESS = re.compile(r"https?://[^\s/@?#]+(?:/[^\s?#]*)?")
_KEY = re.compile(r"[!-~]*")


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """Where a model is: `address` is what `/chat/completions` is appended to. The key never shows in a repr.

    It is given `first_seconds` to begin, may be silent for `silence_seconds` and must be done in `most_seconds`.
    """

    address: str
    model: str
    key: str = field(default="", repr=False)
    name: str = "Model"
    connect_seconds: float = 5.0
    first_seconds: float = 60.0
    silence_seconds: float = 30.0
    most_seconds: float = 300.0


def model_settings(environment: Mapping[str, str]) -> tuple[ModelSettings, ...]:
    """CONNECT360_AI_URL, CONNECT360_AI_MODEL and CONNECT360_AI_KEY; of further models with _2 to _9 behind each name.

    Raises SettingsError for one that cannot work.
    """
    numbers = ("", *(f"_{number}" for number in range(2, _MOST_MODELS + 1)))
    return tuple(one for number in numbers if (one := _settings_of(environment, number)) is not None)


def _settings_of(environment: Mapping[str, str], number: str) -> ModelSettings | None:
    names = [f"CONNECT360_AI_{name}{number}" for name in ("URL", "MODEL", "KEY")]
    address, model, key = (environment.get(name, "").strip() for name in names)
    if not address and not model:
        return None
    if not address or not model:
        raise SettingsError(f"A model needs both {names[0]} and {names[1]}. Set the other one too.")
    if not _ADDRESS.fullmatch(address):
        raise SettingsError(f"{names[0]} is not an address such as https://models.example.com/v1. Mend it.")
    if not _KEY.fullmatch(key):
        raise SettingsError(f"{names[2]} has characters that no key has. Copy it again.")
    return ModelSettings(address.rstrip("/"), model, key, name=model)


class ModelAgent:
    """Writes with a language model, from the thread and what fits of the workspace's articles."""

    description = "Writes with a language model. Read what it wrote before you send it."

    def __init__(self, settings: ModelSettings, knowledge: Knowledge, *, id: str = "agent_model") -> None:
        self.id = id
        self.name = settings.name
        self._settings = settings
        self._knowledge = knowledge

    async def answer(self, assignment: Assignment) -> AsyncGenerator[str, None]:
        """The model's words as they come. Raises AgentFailed when the model refuses, breaks off or falls silent."""
        facts = await self._facts(assignment) if assignment.task in _NEEDS_FACTS else []
        chats = [chat_of(assignment, facts, room) for room in _ROOMS]
        for chat in chats:
            pieces = without_thoughts(completion(self._settings, chat))
            if assignment.task == "continue":
                pieces = without_repetition(pieces, assignment.text)
            try:
                async with aclosing(pieces):
                    async for piece in pieces:
                        yield piece
                return
            except PromptRefused:
                # It comes before any word does. The last request, and one that cannot be shorter, is refused for good.
                if chat == chats[-1]:
                    raise

    async def _facts(self, assignment: Assignment) -> list[Found]:
        """From articles alone: past answers may hold what is another customer's, and this leaves the house."""
        known = Known(await self._knowledge.articles(assignment.workspace))
        found = await anyio.to_thread.run_sync(known.find, [assignment.question], assignment.language)
        return found[:_FACTS]
