"""The `events` subscription: server-sent events as tRPC sends them (recorded in tests/wire).

Every refusal but that of an unknown path comes inside HTTP 200, as `serialized-error`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import Response

from console.contract.events import EVENT, Event, PresenceUpdated, Resync
from console.contract.superjson import wrap_text
from console.server.auth import Caller
from console.server.dispatch import read_input, refusal_of
from console.server.presence import Place
from console.server.refusal import UNREADABLE, Refusal
from console.server.routes.sse import event_source
from console.server.service import Service
from console.server.store import events
from console.server.trpc import Calls, error_shape

if TYPE_CHECKING:
    from sse_starlette import ServerSentEvent

_HEADERS = {"cache-control": "no-cache, no-transform", "x-accel-buffering": "no", "vary": "trpc-accept, accept"}


def event_stream(service: Service, caller: Caller | None, calls: Calls, headers: Mapping[str, str]) -> Response:
    """The stream that answers a subscription."""
    opened = _opened(caller, calls, headers)
    return event_source(
        _stream(service, opened, calls),
        headers=_HEADERS | _about(opened),
        ping=service.config.ping_seconds,
        ping_message_factory=_ping,
        sep="\n",
    )


async def _stream(
    service: Service, opened: tuple[Caller, str | None] | Refusal, calls: Calls
) -> AsyncIterator[ServerSentEvent | bytes]:
    settings = f'{{"reconnectAfterInactivityMs":{int(service.config.ping_seconds * 3000)}}}'
    path, is_wrapped = calls.calls[0].path, calls.is_wrapped
    if isinstance(opened, Refusal):
        yield _said(settings, "connected")
        yield _refused(opened, path, is_wrapped)
        return
    try:
        async with aclosing(_followed(service, *opened, settings, is_wrapped)) as stream:
            async for said in stream:
                yield said
    except Refusal as refusal:
        yield _refused(refusal, path, is_wrapped)
    except SQLAlchemyError as error:  # the client comes back by itself, and goes on where it was
        yield _refused(refusal_of(error, UNREADABLE), path, is_wrapped)


async def _followed(
    service: Service, caller: Caller, last: str | None, settings: str, is_wrapped: bool
) -> AsyncGenerator[ServerSentEvent | bytes]:
    """What a caller is told from `last` on. Raises the refusal that ends it."""
    try:
        with service.hub.listening(caller.workspace_id, caller.key_id, caller.member_id) as listener:
            oldest, newest = await service.store.read(events.bounds, caller.workspace_id)
            position = newest if last is None else _number(last)
            is_lost = position is None or position > newest or position < oldest - 1
            start = newest if position is None or is_lost else position
            # The id tells a client that has none yet from where to go on if nothing happens before it loses the line.
            # Where the past is lost, only `resync` may bring it: who loses the line between the two must be told again.
            yield _said(settings, "connected", None if is_lost else str(start))
            if is_lost:
                yield _resync(service, start, is_wrapped)
            while not listener.is_closing:
                if listener.is_behind:
                    listener.is_behind = False
                    page = await service.feed.after(caller.workspace_id, start)
                    if page.is_lost:  # by a reader so slow that what it had not read yet was let go
                        _, start = await service.store.read(events.bounds, caller.workspace_id)
                        yield _resync(service, start, is_wrapped)
                        continue
                    for number, text in page.to(caller.member_id, caller.key_id):
                        if listener.is_over:
                            break
                        yield _numbered(text, number, is_wrapped)
                    start, listener.is_behind = page.last, page.has_more or listener.is_behind
                for member, place in listener.take_places().items():
                    yield _told_untracked(_presence(service, member, place), is_wrapped, str(start))
                if not listener.is_behind and not listener.is_over:
                    await listener.wait()
                if listener.refusal is not None:
                    raise listener.refusal
    finally:
        if caller.workspace_id not in service.hub.workspaces():
            service.feed.forget({caller.workspace_id})


def _resync(service: Service, number: int, is_wrapped: bool) -> bytes:
    """The past is gone: load again, and go on from this number."""
    resync = EVENT.dump_json(Resync(id=str(number), at=service.config.clock()), by_alias=True)
    return _numbered(resync, number, is_wrapped)


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


def _numbered(text: bytes, number: int, wrapped: bool) -> bytes:
    """An event with its id, as the stream bears it; JSON text has no line ends."""
    return b"id: %d\ndata: %b\n\n" % (number, wrap_text(text) if wrapped else text)


def _told_untracked(event: Event, wrapped: bool, last: str) -> bytes:
    """An event without an id, which a client would take to bear the last one: emptied for it, then set back.

    The two go out as one: a line that broke between them would leave the client without a place to go on from.
    """
    text = EVENT.dump_json(event, by_alias=True)
    said = _said((wrap_text(text) if wrapped else text).decode(), None, "")
    return said.encode() + _said("", "restore-id", last).encode()


def _refused(refusal: Refusal, path: str, wrapped: bool) -> ServerSentEvent:
    text = error_shape(refusal_of(refusal), path)
    return _said((wrap_text(text) if wrapped else text).decode(), "serialized-error")


def _ping() -> ServerSentEvent:
    return _said("", "ping")  # with its `data:` line, without which a browser drops the event


def _said(text: str, kind: str | None, number: str | None = None) -> ServerSentEvent:
    from sse_starlette import ServerSentEvent

    return ServerSentEvent(text, event=kind, id=number, sep="\n")
