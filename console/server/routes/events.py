"""The `events` subscription: server-sent events as tRPC sends them (recorded in tests/wire).

Every refusal but that of an unknown path comes inside HTTP 200, as `serialized-error`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING

from starlette.responses import Response

from console.contract.events import EVENT, Event, PresenceUpdated, Resync
from console.contract.superjson import wrap_text
from console.server.auth import Caller
from console.server.dispatch import read_input, refusal_of
from console.server.presence import Place
from console.server.refusal import Refusal
from console.server.service import Service
from console.server.store import events
from console.server.store.events import Follow
from console.server.trpc import Calls, error_shape

if TYPE_CHECKING:
    from sse_starlette import ServerSentEvent

_HEADERS = {"cache-control": "no-cache, no-transform", "x-accel-buffering": "no", "vary": "trpc-accept, accept"}


def event_stream(service: Service, caller: Caller | None, calls: Calls, headers: Mapping[str, str]) -> Response:
    """The stream that answers a subscription."""
    from sse_starlette import EventSourceResponse

    opened = _opened(caller, calls, headers)
    return EventSourceResponse(
        _stream(service, opened, calls),
        headers=_HEADERS | _about(opened),
        ping=service.config.ping_seconds,
        ping_message_factory=_ping,
        sep="\n",
    )


async def _stream(
    service: Service, opened: tuple[Caller, str | None] | Refusal, calls: Calls
) -> AsyncIterator[ServerSentEvent]:
    call = calls.calls[0]
    settings = f'{{"reconnectAfterInactivityMs":{int(service.config.ping_seconds * 3000)}}}'
    if isinstance(opened, Refusal):
        yield _said(settings, "connected")
        yield _refused(opened, call.path, calls.is_wrapped)
        return
    caller, last = opened
    follow = Follow(caller.workspace_id, caller.member_id, caller.key_id)
    with service.hub.listening(caller.workspace_id, caller.key_id, caller.member_id) as listener:
        oldest, newest = await service.store.read(events.bounds, caller.workspace_id)
        position = newest if last is None else _number(last)
        is_lost = position is None or position > newest or position < oldest - 1
        start = newest if position is None or is_lost else position
        # The id tells a client that has none yet from where to go on if nothing happens before it loses the line.
        # Where the past is lost, only `resync` may bring it: who loses the line between the two must be told again.
        yield _said(settings, "connected", None if is_lost else str(start))
        if is_lost:
            yield _told(Resync(id=str(start), at=service.config.clock()), calls.is_wrapped)
        while not listener.is_closing:
            if listener.is_behind:
                listener.is_behind = False
                page = await service.store.read(events.after, follow, start)
                for event in page.events:
                    yield _told(event, calls.is_wrapped)
                start, listener.is_behind = page.last, page.has_more or listener.is_behind
            for member, place in listener.take_places().items():
                yield _told(_presence(service, member, place), calls.is_wrapped)
            if not listener.is_behind:
                await listener.wait()
            if listener.refusal is not None:
                yield _refused(listener.refusal, call.path, calls.is_wrapped)
                return


def _presence(service: Service, member_id: str, place: Place) -> Event:
    """Without an id, since no stream goes on from it: whoever comes back is told who is there then."""
    at = service.config.clock()
    return PresenceUpdated(at=at, conversation_id=place.conversation_id, member_id=member_id, state=place.state)


def _opened(caller: Caller | None, calls: Calls, headers: Mapping[str, str]) -> tuple[Caller, str | None] | Refusal:
    """Who follows, and from which event on, None from now; or why not."""
    call = calls.calls[0]
    if call.refusal is not None:
        return call.refusal
    assert caller is not None
    try:
        wanted = read_input(call)
    except Refusal as refusal:
        return refusal
    query = calls.query or {}
    named = (headers.get("last-event-id"), query.get("lastEventId"), query.get("Last-Event-Id"), wanted.last_event_id)
    return caller, next((last for last in named if last), None)


def _about(opened: object) -> dict[str, str]:
    """What the answer's headers say of a refusal."""
    if not isinstance(opened, Refusal):
        return {}
    method = {"allow": "GET"} if opened.code == "METHOD_NOT_SUPPORTED" else {}
    return method | ({"retry-after": str(opened.retry_after)} if opened.retry_after else {})


def _number(last: str) -> int | None:
    """The number of an event; None for what is none of ours."""
    return int(last) if last.isascii() and last.isdecimal() and len(last) < 19 else None


def _told(event: Event, wrapped: bool) -> ServerSentEvent:
    text = EVENT.dump_json(event, by_alias=True)
    return _said((wrap_text(text) if wrapped else text).decode(), None, event.id)


def _refused(refusal: Refusal, path: str, wrapped: bool) -> ServerSentEvent:
    text = error_shape(refusal_of(refusal), path)
    return _said((wrap_text(text) if wrapped else text).decode(), "serialized-error")


def _ping() -> ServerSentEvent:
    return _said("", "ping")  # with its `data:` line, without which a browser drops the event


def _said(text: str, kind: str | None, number: str | None = None) -> ServerSentEvent:
    from sse_starlette import ServerSentEvent

    return ServerSentEvent(text, event=kind, id=number, sep="\n")
