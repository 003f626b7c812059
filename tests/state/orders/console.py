"""One person's console but for the screen, on a wire that a test holds: store, desk and follower are the real ones."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any, Protocol

from console.contract.events import MessageCreated, Resync
from console.errors import Connect360Error
from console.state.changes import Change
from console.state.database import Database
from console.state.desk import Desk
from console.state.drafts import Drafts
from console.state.follow import Follower
from console.state.outbox import Outbox
from console.state.store import Store
from tests.state.orders.wire import Call, Limits, Wire, WireApi
from tests.state.orders.world import Clock, World

KINDS: dict[str, tuple[str, ...]] = {
    "live": (),
    "unkeyed": ("idempotency",),
    "polling": ("events",),
    "bare": ("events", "idempotency", "read-marks", "internal-notes"),
}
"""Consoles by what their server is said not to be able to."""

SMALL, LARGE = Limits(), Limits(100, 100)

_MOMENT = 0.1  # seconds; what sleeps no longer than that need not be woken
_MOST_TURNS = 10_000


async def settled() -> None:
    """Let every task go on until none of them can."""
    ready = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]
    await asyncio.sleep(0)
    turns = 0
    while ready:
        await asyncio.sleep(0)
        turns += 1
        assert turns < _MOST_TURNS, "somebody goes round and round"


@dataclass
class Naps:
    """A sleep that ends when the test says so."""

    clock: Clock
    asleep: list[asyncio.Future[None]] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        """Until woken; a moment just goes by."""
        if seconds < _MOMENT:
            self.clock.move(math.ceil(seconds * 1000))
            await asyncio.sleep(0)
            return
        nap: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.asleep.append(nap)
        await nap

    def wake(self) -> None:
        """All of them."""
        for nap in self.asleep:
            if not nap.done():
                nap.set_result(None)
        self.asleep.clear()


class Late(Protocol):
    """Something that was asked for: it arrives at the server, and its answer is a change of the store."""

    change: Change | None
    was_answered: bool

    async def arrive(self, console: Console) -> None:
        """Have the server answer."""


class Console:
    """One console. Begin it by `follow`, or have it read what is wanted by `finish`."""

    def __init__(self, world: World, place: int, key: str, kind: str, shelf: Database, limits: Limits = SMALL) -> None:
        self.world = world
        self.place = place
        self.name = f"{place}-{kind}"
        self.kind = kind
        self.shelf = shelf
        self.wire = Wire(world.line, key, KINDS[kind], limits)
        self.naps = Naps(world.clock)
        self.last_told: str | None = None
        self.store = Store(self.now())
        self.drafts, self.outbox = Drafts(shelf), Outbox(shelf)
        api = WireApi(self.wire).as_api()
        self.desk = Desk(
            api, self.store, self.drafts, self.outbox, now=self.now, hold_seconds=5.0, sleep=self.naps.sleep
        )
        self.follower = Follower(api, self.store, self.desk, now=self.now, sleep=self.naps.sleep, chance=lambda: 0.5)
        self.asked: list[Late] = []  # beside what the desk asks for
        self.opened: set[str] = set()
        self.whole: set[str] = set()  # of those, which were read and then followed without a gap
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def is_live(self) -> bool:
        """Whether it follows events."""
        return "events" not in KINDS[self.kind]

    @property
    def is_keyed(self) -> bool:
        """Whether its server tells a second sending from a second message."""
        return "idempotency" not in KINDS[self.kind]

    @property
    def has_read_all(self) -> bool:
        """Whether it follows events, and has read all that it could not have heard of."""
        loading = self.follower._loading
        is_loading = loading is not None and not loading.done()
        return self.is_live and self.store.line.state == "live" and self.follower._sweep is None and not is_loading

    def now(self) -> datetime:
        """The time of day."""
        return self.world.clock.at

    def followed(self) -> frozenset[str]:
        """The threads that it keeps up to date: those that it never lost, and the open one, which is read again."""
        return frozenset(self.whole | ({self.desk.open_id} if self.desk.open_id else set()))

    def follow(self) -> None:
        """Begin to follow the server."""
        self._begin(self.follower.run())

    def do(self, verb: Callable[[], Coroutine[Any, Any, Any]]) -> asyncio.Task[None]:
        """Have the person do something, whatever becomes of it."""

        async def done() -> None:
            with suppress(Connect360Error):
                await verb()

        return self._begin(done())

    def open(self, id: str) -> None:
        """Have the person open a conversation."""
        self.opened.add(id)
        if self.is_live and self.store.thread(id).is_loading:
            self.whole.add(id)
        self.do(lambda: self.desk.open(id))

    def one(self, random: Random) -> str | None:
        """One of the conversations that it shows, often the oldest or one of the newest."""
        ids = sorted(row.id for row in self.store.outline.rows())
        return random.choice(random.choice((ids, ids[:1], ids[-3:]))) if ids else None

    async def finish(self, verb: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        """Do something with every answer at once."""
        doing = self.do(verb)
        await settled()
        while not doing.done():
            await self.flow(Random(0))

    async def read(self, id: str) -> None:
        """Open a conversation and read it to its beginning, with every answer at once."""
        await self.finish(lambda: self.desk.open(id))
        while self.store.cursor(id) is not None:
            await self.finish(lambda: self.desk.older(id))

    async def flow(self, random: Random) -> bool:
        """Let everything arrive, be answered and be heard, in any order; whether there was anything."""
        was_moved, is_told = False, False
        while True:
            is_told = is_told or not await self.fetch()
            calls = [*self.wire.calls, *self.wire.strays]
            late = len(self.asked)
            is_asked = self.wire.listening is not None and not self.wire.listening.opened.done()
            coming = len(self.wire.listening.coming) if self.wire.listening else 0
            if not calls and not coming and not is_asked and not late:
                return was_moved
            was_moved = True
            ways = ["call"] * bool(calls) + ["late"] * bool(late) + ["hear"] * bool(coming) + ["open"] * is_asked
            match random.choice(ways):
                case "call":
                    await self.advance(random.choice(calls))
                    is_told = False
                case "late":
                    await self.answer(random.choice(self.asked))
                case "hear":
                    await self.hear(random.randint(1, coming))
                case _:
                    await self.connect()
                    is_told = False

    async def advance(self, call: Call) -> None:
        """Bring a call to the server, or its answer back."""
        if call.answer is None:
            await self.wire.carry(call)
        else:
            self.wire.deliver(call)
        await settled()

    async def answer(self, asked: Late) -> None:
        """Bring what was asked for beside the desk to the server, or its answer back."""
        if not asked.was_answered:
            await asked.arrive(self)
            return
        self.asked.remove(asked)
        if asked.change is not None:
            self.store.apply(asked.change)
        await settled()

    async def connect(self, back: int = 0) -> bool:
        """Open the stream, from where it is asked for or `back` events before; whether one was asked for."""
        listening = self.wire.listening
        if listening is None or listening.opened.done():
            return False
        oldest, newest = await self.world.kept(self.wire.key)
        listening.position = newest
        if listening.last is None:
            self.whole.clear()
        else:
            last = int(listening.last)
            listening.is_whole = oldest - 1 <= last <= newest
            listening.position = max(last - back, min(last, oldest - 1))
        listening.opened.set_result(None)
        await settled()
        return True

    async def fetch(self) -> bool:
        """Have the server tell what it has to tell; whether it had."""
        listening = self.wire.listening
        if listening is None or not listening.opened.done():
            return False
        told, listening.position = await self.world.told(self.wire.key, listening.position)
        listening.coming.extend(told)
        return bool(told)

    async def hear(self, most: int) -> None:
        """Let so many events come in. Raises AssertionError where one does not confirm what it brings of ours."""
        listening, sent = self.wire.listening, dict[str, str]()
        while listening is not None and listening.coming and most > 0:
            most -= 1
            event = listening.coming.popleft()
            listening.heard.put_nowait(event)
            if isinstance(event, Resync):
                self.whole.clear()
            if isinstance(event, MessageCreated) and event.idempotency_key:
                sent[event.idempotency_key] = event.message.id
            self.last_told = max(self.last_told or "0", event.id or "0", key=int)
        await settled()
        for local_id, id in sent.items():
            assert self.store.confirmed(local_id) == id, f"{self.name} does not know that {local_id} is {id}"

    async def leave(self) -> None:
        """End where there is no line: nothing that waits for an answer gets one."""
        while self.wire.calls:
            for call in tuple(self.wire.calls):
                self.wire.lose(call)
            await settled()
        await self.close()

    def again(self) -> Console:
        """Another console of the same person, on what this one left; what it sent may still be on its way."""
        again = Console(self.world, self.place, self.wire.key, self.kind, self.shelf)
        again.wire.strays = self.wire.strays
        return again

    async def close(self) -> None:
        """End."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.desk.close()
        self.outbox.close()

    def _begin(self, doing: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(doing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
