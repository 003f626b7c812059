"""Who listens: streams of events are woken after a commit, and ended when their key or the server is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Collection, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from console.server.refusal import Refusal

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class Listener:
    """One open stream. `refusal` says why it is over; `is_closing`, that the server goes."""

    workspace_id: str
    key_id: str
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    refusal: Refusal | None = None
    is_closing: bool = False

    async def wait(self) -> None:
        """Until something may have happened."""
        await self.woken.wait()
        self.woken.clear()

    async def over(self) -> None:
        """Until the key is no longer good, or the server goes."""
        while self.refusal is None and not self.is_closing:
            await self.wait()


class Hub:
    """The open streams of a server. Its methods belong to the loop's thread."""

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()
        self._waits: set[asyncio.Timeout] = set()
        self.is_closing = False

    @contextmanager
    def listening(self, workspace_id: str, key_id: str) -> Iterator[Listener]:
        """A listener for as long as the block runs."""
        listener = Listener(workspace_id, key_id, is_closing=self.is_closing)
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
        """Those that somebody listens with."""
        return frozenset(listener.key_id for listener in self._listeners)

    def wake(self, workspaces: Collection[str]) -> None:
        """Something happened in these workspaces."""
        for listener in self._listeners:
            if listener.workspace_id in workspaces:
                listener.woken.set()

    def refuse(self, keys: Collection[str], refusal: Refusal) -> None:
        """These keys open nothing any more."""
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
