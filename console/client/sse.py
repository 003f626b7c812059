"""Server-sent events: of a tRPC subscription and of the AI stream. Bytes in, values out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Literal

from pydantic import ValidationError

from console.client.answers import json_of
from console.client.errors import NotUnderstood
from console.client.transport import server_sent
from console.client.trpc import Mount, plain, shape_error
from console.contract.ai import AI_EVENT, AiEvent
from console.contract.events import EVENT, EVENT_TYPES, Event, Resync

if TYPE_CHECKING:
    from httpx_sse import ServerSentEvent

MAX_EVENT = 4 * 1024 * 1024
"""The most bytes that may come without an event among them."""

_TURN = 0.008
"""Seconds of the loop that events which came at once may take before others have theirs."""

ENDED: Literal["ended"] = "ended"
"""The server said that the subscription is over."""


async def events_in(
    chunks: AsyncIterator[bytes], *, on_alive: Callable[[], None] | None = None
) -> AsyncGenerator[ServerSentEvent]:
    """The events of a byte stream; `on_alive` is called for whatever comes, comments too. Raises NotUnderstood."""
    waiting = 0
    clock = asyncio.get_running_loop().time
    turn = clock()

    async def measured() -> AsyncIterator[bytes]:
        nonlocal waiting
        async for chunk in chunks:
            waiting += len(chunk)
            if waiting > MAX_EVENT:
                raise NotUnderstood(
                    f"The server sent more than {MAX_EVENT // 1024**2} MB that are no event. Check the address."
                )
            if on_alive is not None:
                on_alive()
            yield chunk

    async with aclosing(server_sent(measured())) as events:
        async for event in events:
            waiting = 0
            yield event
            if clock() - turn > _TURN:
                await asyncio.sleep(0)
                turn = clock()


def is_event_stream(status: int, headers: Mapping[str, str]) -> bool:
    """Whether an answer is a stream of events; refusals are not."""
    return status == 200 and headers.get("content-type", "").lower().startswith("text/event-stream")


def pushed(mount: Mount, event: ServerSentEvent) -> Event | Literal["ended"] | None:
    """What an event of a tRPC subscription brings: a value, the end, or nothing. Raises what the server reports.

    What cannot be read becomes a Resync, so that nothing is missed; an error would have the same event sent again, and
    again. Raises NotUnderstood for another transformer's values, since none could be read then.
    """
    if event.event == "return":
        return ENDED
    if event.event == "serialized-error":
        raise shape_error(_object(plain(mount, json_of(event.data))), status=500)
    # pings, `connected` and `restore-id` bring nothing; nor does the empty event that a comment makes
    if event.event != "message" or not event.data:
        return None
    unread = Resync(id=event.id or None)
    try:
        sent = json_of(event.data)
    except NotUnderstood:
        return unread
    value = plain(mount, sent)
    if value is None:
        return None
    kind, id = (value.get("type"), value.get("id")) if isinstance(value, dict) else (None, None)
    if isinstance(kind, str) and kind not in EVENT_TYPES:
        return None  # a newer server has it
    try:
        return EVENT.validate_python(value)
    except ValidationError:
        if kind == "presence.updated":
            return None  # it is told again soon, and nobody's words are in it
        return Resync(id=id) if isinstance(id, str) else unread


def ai_event(event: ServerSentEvent) -> AiEvent | None:
    """What an event of the AI stream brings, None for what is none of ours. Raises NotUnderstood."""
    if not event.data or event.data == "[DONE]":
        return None
    value = _object(json_of(event.data))
    try:
        return AI_EVENT.validate_python(value)
    except ValidationError:
        if value.get("type") in ("done", "error"):  # what a delta brings, the next brings too
            raise NotUnderstood(
                "The server's AI stream is not of the Connect360 contract. Check your version of this program."
            ) from None
        return None


def _object(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    raise NotUnderstood("The server sent an event that is not of the Connect360 contract. Check the address.")
