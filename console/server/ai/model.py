"""The agent that asks a language model: any endpoint that speaks OpenAI's chat completions, streamed."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from console.errors import SettingsError
from console.server.ai.agent import AgentFailed, Assignment
from console.server.ai.knowledge import Knowledge, article_sources, find_in_thread
from console.server.ai.prompt import chat_of
from console.server.ai.retrieval import Found

if TYPE_CHECKING:
    import httpx

_MOST_CHARACTERS = 20_000
_FACTS = 5
_END = "[DONE]"
_ADDRESS = re.compile(r"https?://[^\s/@?#]+(?:/[^\s?#]*)?")


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """Where a model is: `address` is what `/chat/completions` is appended to. The key never shows in a repr."""

    address: str
    model: str
    key: str = field(default="", repr=False)
    name: str = "Model"
    connect_seconds: float = 5.0
    silence_seconds: float = 30.0


def model_settings(environment: Mapping[str, str]) -> ModelSettings | None:
    """CONNECT360_AI_URL, CONNECT360_AI_MODEL and CONNECT360_AI_KEY; None without any. Raises SettingsError."""
    address, model = environment.get("CONNECT360_AI_URL", ""), environment.get("CONNECT360_AI_MODEL", "")
    if not address and not model:
        return None
    if not address or not model:
        raise SettingsError("A model needs both CONNECT360_AI_URL and CONNECT360_AI_MODEL. Set the other one too.")
    if not _ADDRESS.fullmatch(address):
        raise SettingsError("CONNECT360_AI_URL is not an address such as https://models.example.com/v1. Mend it.")
    return ModelSettings(address.rstrip("/"), model, environment.get("CONNECT360_AI_KEY", ""), name=model)


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
        import httpx  # 0.2 s, which only a server with a model should cost

        settings = self._settings
        messages = chat_of(assignment, await self._facts(assignment))
        timeout = httpx.Timeout(settings.silence_seconds, connect=settings.connect_seconds)
        # No redirects: the key is for this address alone. No compression: a bomb would be unpacked before it counts.
        headers = {"Accept-Encoding": "identity"} | (
            {"Authorization": f"Bearer {settings.key}"} if settings.key else {}
        )
        try:
            async with (
                httpx.AsyncClient(timeout=timeout, headers=headers) as client,
                client.stream(
                    "POST",
                    f"{settings.address}/chat/completions",
                    json={"model": settings.model, "messages": messages, "stream": True},
                ) as response,
            ):
                async for piece in _pieces(response):
                    yield piece
        except httpx.TimeoutException:
            raise AgentFailed("The model did not answer in time. Try again.") from None
        except httpx.HTTPError:
            raise AgentFailed("The model cannot be reached, or broke off. Try again.") from None

    async def _facts(self, assignment: Assignment) -> list[Found]:
        """From articles alone: past answers may hold what is another customer's, and this leaves the house."""
        articles = await self._knowledge.articles(assignment.workspace)
        language = assignment.language
        found = await find_in_thread(lambda: article_sources(articles, language), [assignment.question], language)
        return found[:_FACTS]


async def _pieces(response: httpx.Response) -> AsyncGenerator[str, None]:
    """The text of each chunk until the model says that it is done."""
    from httpx_sse import EventSource, SSEError

    if response.status_code != 200:
        raise AgentFailed(_refusal(response.status_code))
    written = 0
    finished = False
    try:
        async for event in EventSource(response).aiter_sse():
            if event.data == _END:
                return
            if not event.data:
                continue
            piece, ends = _chunk(event.data)
            finished = finished or ends
            written += len(piece)
            if written > _MOST_CHARACTERS:
                raise AgentFailed("The model wrote without end, so it was stopped.")
            if piece:
                yield piece
    except SSEError:
        raise AgentFailed("The model's answer is not a stream of events. Check its address.") from None
    if not finished:
        raise AgentFailed("The model broke off before it was done. Try again.")


def _chunk(text: str) -> tuple[str, bool]:
    """The words of a chunk, and whether it is the last with any."""
    try:
        chunk: Any = json.loads(text)
    except ValueError:
        raise AgentFailed("The model's answer cannot be understood.") from None
    match chunk:
        case {"error": _}:
            raise AgentFailed("The model reported an error midway. Try again.")
        case {"choices": [{"delta": {"content": str(words)}, **rest}, *_]}:
            # A lone surrogate, which JSON can hold and no table can keep, becomes a mark.
            whole = words.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            return whole, rest.get("finish_reason") is not None
        case {"choices": [{"finish_reason": str()}, *_]}:
            return "", True
        case {"choices": list()}:
            return "", False
        case _:
            raise AgentFailed("The model's answer cannot be understood.")


_REFUSALS = {
    401: "The model refused the server's key. Check CONNECT360_AI_KEY.",
    403: "The model refused the server's key. Check CONNECT360_AI_KEY.",
    404: "There is no such model at the address that is set. Check CONNECT360_AI_URL and CONNECT360_AI_MODEL.",
    429: "The model is busy. Try again in a while.",
}


def _refusal(status: int) -> str:
    return _REFUSALS.get(status, f"The model answered with an error ({status}). Try again.")
