"""A chat completion, streamed: the words of an endpoint that speaks OpenAI's protocol, or why there are none.

The endpoint is another's program: what it says is bounded in time and in size, and none of it reaches a reader but its
words.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from functools import cache
from typing import TYPE_CHECKING, Any

from console.server.ai.agent import AgentFailed
from console.server.ai.prompt import ChatMessage

if TYPE_CHECKING:
    import httpx

    from console.server.ai.model import ModelSettings

_MOST_CHARACTERS = 20_000
_MOST_BYTES = 8 * 1024 * 1024
"""Of the whole answer with all that the protocol wraps around its words."""
_MOST_LINES = 60_000
"""Two a chunk: a line of nothing costs as much to read as one of words."""
_END = "[DONE]"

_LATE = "The model did not answer in time. Try again."
_UNREADABLE = "The model's answer cannot be understood."
_ENDLESS = "The model wrote without end, so it was stopped."
_GONE = "The model cannot be reached, or broke off. Try again."


class PromptRefused(AgentFailed):
    """The endpoint does not take the request as it is: most often it is too long for the model."""


async def completion(settings: ModelSettings, messages: Sequence[ChatMessage]) -> AsyncGenerator[str, None]:
    """The model's words as they come; closing it closes the connection, which stops the model.

    Raises AgentFailed when the endpoint refuses, breaks off, falls silent or does not end, in words of our own.
    """
    import httpx  # 0.2 s, which only a server with a model should cost

    clock = asyncio.get_running_loop().time
    begun = clock()
    # No redirects: the key is for this address alone. No compression: a bomb would be unpacked before it counts.
    headers = {"Accept": "text/event-stream", "Accept-Encoding": "identity"}
    if settings.key:
        headers["Authorization"] = f"Bearer {settings.key}"
    timeout = httpx.Timeout(None, connect=settings.connect_seconds, write=settings.silence_seconds)
    wanted = {"model": settings.model, "messages": messages, "stream": True}
    try:
        async with httpx.AsyncClient(timeout=timeout, headers=headers, verify=_tls()) as client:
            request = client.build_request("POST", f"{settings.address}/chat/completions", json=wanted)
            first = begun + min(settings.first_seconds, settings.most_seconds)
            async with asyncio.timeout_at(first):
                response = await client.send(request, stream=True)
            async with aclosing(response), aclosing(_chunks(response)) as chunks:
                until = first
                while True:
                    async with asyncio.timeout_at(until):
                        piece = await anext(chunks, None)
                    if piece is None:
                        return
                    if piece:
                        yield piece
                    until = min(clock() + settings.silence_seconds, begun + settings.most_seconds)
    except (TimeoutError, httpx.TimeoutException):
        raise AgentFailed(_LATE) from None
    except (httpx.HTTPError, httpx.InvalidURL):
        raise AgentFailed(_GONE) from None


@cache
def _tls() -> ssl.SSLContext:
    """One for all answers: reading the authorities' certificates takes longer than asking."""
    import httpx

    return httpx.create_ssl_context()


async def _chunks(response: httpx.Response) -> AsyncGenerator[str, None]:
    """The words of each chunk, which may be none, until the model says that it is done."""
    import httpx
    from httpx_sse import EventSource, SSEError

    if response.status_code != 200:
        raise _refusal(response.status_code)
    if response.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise AgentFailed(_UNREADABLE)
    kind = {"content-type": response.headers.get("content-type", "")}
    written = 0
    finished = False
    try:
        async with (
            aclosing(_bounded(response)) as body,
            aclosing(EventSource(httpx.Response(200, headers=kind, content=body)).aiter_sse()) as events,
        ):
            async for event in events:
                if event.data == _END:
                    return
                if not event.data:
                    continue
                words, ends = _chunk(event.data)
                finished = finished or ends
                written += len(words)
                if written > _MOST_CHARACTERS:
                    raise AgentFailed(_ENDLESS)
                yield words
    except SSEError:
        raise AgentFailed("The model's answer is not a stream of events. Check its address.") from None
    if not finished:
        raise AgentFailed("The model broke off before it was done. Try again.")


async def _bounded(response: httpx.Response) -> AsyncGenerator[bytes, None]:
    """The body as it comes, never unpacked."""
    size = lines = 0
    async for piece in response.aiter_raw():
        size += len(piece)
        lines += piece.count(b"\n") + piece.count(b"\r")
        if size > _MOST_BYTES or lines > _MOST_LINES:
            raise AgentFailed(_ENDLESS)
        yield piece


def _chunk(text: str) -> tuple[str, bool]:
    """The words of a chunk, and whether it is the last with any."""
    try:
        chunk: Any = json.loads(text)
    except (ValueError, RecursionError):
        raise AgentFailed(_UNREADABLE) from None
    match chunk:
        case {"error": error} if error is not None:
            raise AgentFailed("The model reported an error midway. Try again.")
        case {"choices": [{"finish_reason": "length"}, *_]}:
            raise AgentFailed("The model ran out of room before it was done. Ask for less, or shorten the text.")
        case {"choices": [{"finish_reason": "content_filter"}, *_]}:
            raise AgentFailed("The model's own filter stopped the answer. Write it yourself.")
        case {"choices": [{"delta": {"content": str(words)}, **rest}, *_]}:
            # A lone surrogate, which JSON can hold and no table can keep, becomes a mark.
            whole = words.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            return whole, rest.get("finish_reason") is not None
        case {"choices": [{"finish_reason": str()}, *_]}:
            return "", True
        case {"choices": list()}:
            return "", False
        case _:
            raise AgentFailed(_UNREADABLE)


_REFUSALS = {
    401: "The model refused the server's key. Check CONNECT360_AI_KEY.",
    403: "The model refused the server's key. Check CONNECT360_AI_KEY.",
    404: "There is no such model at the address that is set. Check CONNECT360_AI_URL and CONNECT360_AI_MODEL.",
    429: "The model is busy. Try again in a while.",
}
_PROMPT_REFUSED = frozenset({400, 413, 422})


def _refusal(status: int) -> AgentFailed:
    if status in _PROMPT_REFUSED:
        return PromptRefused(f"The model refused the request ({status}): it may be too long. Shorten the text.")
    return AgentFailed(_REFUSALS.get(status, f"The model answered with an error ({status}). Try again."))
