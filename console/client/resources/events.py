"""What changes in a workspace, as it changes (extension, feature `events`)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from console.client.calls import Calls
from console.client.errors import Dropped, NotUnderstood
from console.client.sse import ENDED, events_in, is_event_stream, pushed
from console.client.trpc import request_of, value_of
from console.contract.events import Event
from console.contract.inputs import Events
from console.contract.procedures import EVENTS

SILENCE_SECONDS = 20.0
"""A line on which nothing came for so long, not even a ping, is taken for dead."""

_HEADERS = {"Accept": "text/event-stream", "Accept-Encoding": "identity", "Cache-Control": "no-store"}


class EventsResource:
    """The stream of events."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def follow(
        self,
        last_event_id: str | None = None,
        *,
        on_alive: Callable[[], None] | None = None,
        on_place: Callable[[str], None] | None = None,
        silence: float = SILENCE_SECONDS,
    ) -> AsyncGenerator[Event]:
        """The events after `last_event_id` on one connection; ends where the server says that it is over.

        `on_alive` is called when the line opens and for whatever comes, pings too; `on_place` with the id after which
        the stream begins, from a server that names it, so that it can be gone on with before anything happened. Raises
        TimedOut for a line that is silent for `silence` seconds, Dropped for one that breaks, and what the server
        reports.
        """
        mount = await self._calls.mount()
        request = request_of(mount, EVENTS, Events(last_event_id=last_event_id) if last_event_id else Events())
        async with self._calls.transport.stream(
            request.method, request.path, query=request.query, headers=_HEADERS, silence=silence
        ) as answer:
            if not is_event_stream(answer.status, answer.headers):
                value_of(mount, EVENTS, await answer.whole())  # raises what is wrong
                raise NotUnderstood("The server answered no stream of events. Check the address.")
            answer.meter.opened(last_event_id)
            if on_alive is not None:
                on_alive()
            async with aclosing(events_in(answer.chunks, on_alive=on_alive)) as stream:
                async for sent in stream:
                    if sent.event == "connected" and sent.id and on_place is not None:
                        on_place(sent.id)
                    event = pushed(mount, sent)
                    if event == ENDED:
                        return
                    if event is not None:
                        answer.meter.heard()
                        yield event
            raise Dropped("The line to the server broke. It is tried again.")
