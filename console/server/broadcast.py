"""Who listens: streams of events are woken by a commit and by presence, and ended when their key or the server is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Collection, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from console.server import presence
from console.server.presence import Place, Presence, Who
from console.server.refusal import Refusal

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class Listener:
    """One open stream. `refusal` says why it is over; `is_closing`, that the server goes.

    `is_behind` says that events may have been written; `places`, where colleagues of `member_id` went meanwhile, of
    each the last: who reads slowly misses steps, and holds no more of them than there are members.
    """

    workspace_id: str
    key_id: str
    member_id: str | None = None  # None is told of nobody
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    is_behind: bool = True
    places: dict[str, Place] = field(default_factory=dict)
    refusal: Refusal | None = None
    is_closing: bool = False

    async def wait(self) -> None:
        """Until something may have happened."""
        await self.woken.wait()
        self.woken.clear()

    @property
    def is_over(self) -> bool:
        """Whether nothing more may be told, however much there is."""
        return self.refusal is not None or self.is_closing

    def take_places(self) -> dict[str, Place]:
        """Where colleagues went since this was asked last; at first, where they are."""
        taken, self.places = self.places, {}
        return taken

    async def over(self) -> None:
        """Until the key is no longer good, or the server goes."""
        while not self.is_over:
            await self.wait()


class Hub:
    """The open streams of a server. Its methods belong to the loop's thread."""

    def __init__(self, presence_seconds: float = presence.SECONDS) -> None:
        self.presence = Presence(self._tell, presence_seconds)
        self._listeners: set[Listener] = set()
        self._waits: set[asyncio.Timeout] = set()
        self.is_closing = False

    @contextmanager
    def listening(self, workspace_id: str, key_id: str, member_id: str | None = None) -> Iterator[Listener]:
        """A listener for as long as the block runs; a member's is told where the others are."""
        listener = Listener(workspace_id, key_id, member_id, is_closing=self.is_closing)
        if member_id is not None:
            listener.places = {who: place for who, place in self.presence.of(workspace_id).items() if who != member_id}
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    @contextmanager
    def waiting(self, wait: asyncio.Timeout) -> Iterator[None]:
        """A wait for something that a client owes: it times out at once when the server goes."""
        self._waits.add(wait)
        if self.is_closing:
            wait.reschedule(asyncio.get_running_loop().time())
        try:
            yield
        finally:
            self._waits.discard(wait)

    def workspaces(self) -> frozenset[str]:
        """Those that somebody listens to."""
        return frozenset(listener.workspace_id for listener in self._listeners)

    def keys(self) -> frozenset[str]:
        """Those that somebody listens with or is present with."""
        return frozenset(listener.key_id for listener in self._listeners) | self.presence.keys()

    def wake(self, workspaces: Collection[str]) -> None:
        """Something happened in these workspaces."""
        for listener in self._listeners:
            if listener.workspace_id in workspaces:
                listener.is_behind = True
                listener.woken.set()

    def refuse(self, keys: Collection[str], refusal: Refusal) -> None:
        """These keys open nothing any more."""
        self.presence.forget(keys)
        for listener in self._listeners:
            if listener.key_id in keys:
                listener.refusal = refusal
                listener.woken.set()

    def close(self) -> None:
        """End every stream, and those that are still to come; wait for no client any more."""
        self.is_closing = True
        for wait in self._waits:
            wait.reschedule(asyncio.get_running_loop().time())
        for listener in self._listeners:
            listener.is_closing = True
            listener.woken.set()

    def _tell(self, who: Who, place: Place) -> None:
        for listener in self._listeners:
            if listener.workspace_id == who.workspace_id and listener.member_id not in (None, who.member_id):
                listener.places[who.member_id] = place
                listener.woken.set()


async def until_over(steps: AsyncGenerator[T], listener: Listener) -> AsyncGenerator[T]:
    """The steps, each made when it is asked for, until the listener's stream is over; whatever makes them stops then.

    They are made in a task of their own, since a generator that is waiting cannot be closed.
    """
    made: asyncio.Queue[T | None] = asyncio.Queue()

    async def make() -> None:
        async with aclosing(steps):
            async for step in steps:
                made.put_nowait(step)
                await made.join()

    def ended(task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            task.exception()  # is raised below while somebody reads; nobody else wants it
        made.put_nowait(None)

    making, ending = asyncio.create_task(make()), asyncio.create_task(listener.over())
    making.add_done_callback(ended)
    ending.add_done_callback(ended)
    try:
        while (step := await made.get()) is not None:
            yield step
            made.task_done()
        if making.done():
            making.result()
    finally:
        making.cancel()
        ending.cancel()
