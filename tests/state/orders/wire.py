"""A console's line in the hands of a test: what is asked arrives, is answered or is lost when the test says so."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Collection
from dataclasses import dataclass, field
from random import Random
from typing import Any, NamedTuple, cast

from console.client.answers import Answer, error_of
from console.client.api import Api
from console.client.calls import Calls, Needs
from console.client.errors import ApiError, Dropped, TimedOut, Unreachable, Unsupported
from console.client.pages import page_of, unrolled
from console.client.resources.conversations import ConversationsResource
from console.client.resources.directory import DirectoryResource
from console.client.resources.messages import MessagesResource
from console.client.resources.session import SessionResource
from console.client.trpc import Mount, value_of
from console.contract.events import Event
from console.contract.inputs import NoInput, Paged
from console.contract.procedures import LIST_MESSAGES, SESSION, Procedure
from console.contract.shapes import Session
from tests.server.inside import Answered, Inside

_MOUNT = Mount("/api/trpc", "none")


@dataclass(eq=False)
class Call:
    """What a console asked. It has arrived once there is an answer, which may be lost on its way."""

    name: str
    text: str
    idempotency_key: str | None
    answered: asyncio.Future[Answered] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    answer: Answered | None = None


@dataclass(eq=False)
class Listening:
    """A stream of events: asked for, then open, with what is on its way."""

    last: str | None
    opened: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    is_whole: bool = True  # the server still has what came after `last`
    position: int = 0  # of the server's: what came up to there was told, or is on its way
    coming: deque[Event] = field(default_factory=deque)
    heard: asyncio.Queue[Event | ApiError] = field(default_factory=asyncio.Queue)


class Limits(NamedTuple):
    """How much a page holds, so that there are many."""

    conversations: int = 3
    messages: int = 3


class Wire:
    """Stands for `Calls`, on which the client's resources are built. `lacks` are features that it hides."""

    def __init__(self, line: Inside, key: str, lacks: Collection[str], limits: Limits) -> None:
        self.key = key
        self.limits = limits
        self.calls: list[Call] = []  # whose answers are awaited
        self.strays: list[Call] = []  # given up by the console, and still on their way
        self.listening: Listening | None = None
        self._line = line
        self._lacks = lacks
        self._features: frozenset[str] = frozenset()

    async def call(
        self,
        procedure: Procedure[Any, Any],
        given: Any,
        *,
        idempotency_key: str | None = None,
        needs: Needs | None = None,
    ) -> Any:
        """The answer of a call, when it comes."""
        if needs is not None:
            await self.require(needs)
        return await self._call(procedure, given, idempotency_key)

    async def page(self, procedure: Procedure[Any, Any], given: Any, *, needs: Needs | None = None) -> Any:
        """A page, a small one."""
        limit = self.limits.messages if procedure.name == LIST_MESSAGES.name else self.limits.conversations
        smaller = given.model_copy(update={"limit": min(given.limit, limit)})
        return await self._call(procedure, smaller, None, tidy=page_of)

    async def every(self, procedure: Procedure[Any, Any]) -> tuple[Any, ...]:
        """A whole list."""
        return await unrolled(lambda cursor: self._call(procedure, Paged(limit=100, cursor=cursor), None))

    async def session(self) -> Session:
        """Who the key is, on a server that can do less."""
        session = cast(Session, await self._call(SESSION, NoInput(), None))
        self._features = frozenset(session.features) - frozenset(self._lacks)
        return session.model_copy(update={"features": tuple(sorted(self._features))})

    async def require(self, needs: Needs) -> None:
        """Raise Unsupported unless the server can do it."""
        if needs.feature not in self._features:
            raise Unsupported(needs.why)

    def quick(self, random: Random) -> list[Call]:
        """What may come next: the longer a call is under way, the longer it may well take."""
        calls = [*self.calls, *self.strays]
        return calls[-2:] if random.random() < 0.8 else calls

    async def carry(self, call: Call) -> None:
        """Bring a call to the server."""
        headers = {"idempotency-key": call.idempotency_key} if call.idempotency_key else {}
        call.answer = await self._line.ask(self.key, call.name, call.text, headers)
        if call in self.strays:
            self.strays.remove(call)

    def deliver(self, call: Call) -> None:
        """Bring the answer back."""
        assert call.answer is not None
        self._end(call, call.answer)

    def lose(self, call: Call) -> None:
        """Break off: the answer is lost, or the call itself, which may still be on its way."""
        error = Unreachable("The line broke.") if call.answer is None else TimedOut("No answer.", may_have_arrived=True)
        self._end(call, error)

    async def land(self, random: Random) -> None:
        """Let everything that was given up arrive now or never."""
        for call in tuple(self.strays):
            if random.random() < 0.5:
                await self.carry(call)
        self.strays.clear()

    def time_out(self, call: Call) -> None:
        """Wait no longer for a call that may arrive later."""
        if call.answer is None:
            self.strays.append(call)
        self._end(call, TimedOut("No answer came in time.", may_have_arrived=True))

    def refuse(self, call: Call, status: int) -> None:
        """Answer for the server that nothing was done."""
        self._end(call, error_of(status, "No.", retry_after=1.0))

    def cut(self) -> None:
        """Break the stream of events; what was on its way there is lost."""
        if self.listening is None:
            return
        if not self.listening.opened.done():
            self.listening.opened.set_exception(Unreachable("The line broke."))
        self.listening.coming.clear()
        self.listening.heard.put_nowait(Dropped("The line broke."))

    async def follow(
        self,
        last_event_id: str | None = None,
        *,
        on_alive: Callable[[], None] | None = None,
        on_place: Callable[[str], None] | None = None,
        silence: float = 0,
    ) -> AsyncGenerator[Event]:
        """The stream of events, as the client's resource has it."""
        listening = self.listening = Listening(last_event_id)
        try:
            await listening.opened
            if on_place and listening.is_whole:
                on_place(str(listening.position))
            while True:
                if on_alive:
                    on_alive()
                heard = await listening.heard.get()
                if isinstance(heard, ApiError):
                    raise heard
                yield heard
        finally:
            self.listening = None

    def _end(self, call: Call, outcome: Answered | ApiError) -> None:
        self.calls.remove(call)
        if call.answered.done():  # whoever asked has gone
            return
        if isinstance(outcome, ApiError):
            call.answered.set_exception(outcome)
        else:
            call.answered.set_result(outcome)

    async def _call(
        self,
        procedure: Procedure[Any, Any],
        given: Any,
        idempotency_key: str | None,
        tidy: Callable[[Any], Any] = lambda value: value,
    ) -> Any:
        call = Call(procedure.name, given.model_dump_json(by_alias=True, exclude_unset=True), idempotency_key)
        self.calls.append(call)
        answered = await call.answered
        return value_of(_MOUNT, procedure, Answer(answered.status, {}, answered.body), tidy=tidy)


class WireApi:
    """Stands for `Api`: its resources on a wire."""

    def __init__(self, wire: Wire) -> None:
        calls = cast(Calls, wire)
        self.session = SessionResource(calls)
        self.conversations = ConversationsResource(calls)
        self.messages = MessagesResource(calls)
        self.directory = DirectoryResource(calls)
        self.events = wire
        self.latency_ms = 1

    def as_api(self) -> Api:
        """Itself, for those who ask for the real one."""
        return cast(Api, self)
