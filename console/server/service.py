"""What all routes of a running server share: the store, who may call, who listens, which agents there are."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import OperationalError

from console.contract.permissions import Permission
from console.contract.procedures import Procedure
from console.contract.shapes import Agent
from console.server.attempt import Attempt
from console.server.auth import VISIT, Caller, Hasher, Visit, caller_of, key_in, same, unknown_key
from console.server.broadcast import Hub
from console.server.clock import Clock, as_milliseconds, utc_now
from console.server.feed import Feed
from console.server.files import FileStore
from console.server.limiter import Limiter
from console.server.refusal import UNREADABLE, Refusal
from console.server.reporting import report
from console.server.store import events, keys
from console.server.store.database import Store
from console.server.store.writer import Committed
from console.server.sweeping import sweep_hourly

if TYPE_CHECKING:
    from console.server.ai.model import ModelSettings

FOLDER = "files"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_USED_AGAIN_AFTER = 60_000


@dataclass(frozen=True, slots=True)
class Config:
    """How a server runs. `hosts` are the names it answers to, None for any; `pace` is seconds between quoted words."""

    directory: Path
    rate: float = 50.0
    hosts: frozenset[str] | None = LOOPBACK
    ping_seconds: float = 15.0
    watch_seconds: float = 0.4
    presence_seconds: float = 30.0
    clock: Clock = utc_now
    models: tuple[ModelSettings, ...] = ()
    pace: float = 0.015


class Service:
    """A server at work on one data directory."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.hub = Hub(config.presence_seconds)
        self.agents: tuple[Agent, ...] = ()
        self.follow_ups: dict[str, Callable[[Caller, Any, Any], None]] = {}
        self.files = FileStore(config.directory / FOLDER)
        self.limiter = Limiter(config.rate)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._discards: set[asyncio.Task[Any]] = set()
        self._noted: dict[str, int] = {}
        self._hasher = Hasher(config.directory)
        self.store = Store(config.directory, self._committed, config.clock)
        self.feed = Feed(self.store)

    def now(self) -> int:
        """The moment, as the tables keep it."""
        return as_milliseconds(self.config.clock())

    async def run(self) -> None:
        """Begin: keep an eye on keys and on what other processes write, and clear what nobody needs."""
        self.in_background(self._watch())
        self.in_background(sweep_hourly(self.store, self.files))

    async def close(self) -> None:
        """End: streams, background work, the store, and last the files that its last changes left behind."""
        self.hub.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.to_thread(self.store.close)
        await asyncio.gather(*self._discards, return_exceptions=True)

    def in_background(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something that no answer waits for; what goes wrong in it is logged."""
        self._begin(work, self._tasks)

    def caller(self, headers: Mapping[str, str]) -> Caller:
        """Who calls. Raises the documented refusal of a key that is missing, unknown, expired or revoked.

        Keys that are no good are counted by address, and only they: a good one behind the same proxy is not held up.
        """
        hashed = self._hasher.hash(key_in(headers))
        visit = VISIT.get(None) or Visit("")
        try:
            # On the loop's thread: one row by index costs less than a hop to another thread.
            record = self.store.look(keys.key_by_hash, hashed)
        except OperationalError as error:
            report("a key could not be looked up", error)
            raise Refusal("SERVICE_UNAVAILABLE", UNREADABLE) from None
        now = self.now()
        if record is None or not same(record.hash, hashed) or not record.is_good(now):
            self.limiter.count(visit.address)
            raise unknown_key()
        if now - max(record.last_used_at or 0, self._noted.get(record.id, 0)) >= _USED_AGAIN_AFTER:
            self._noted[record.id] = now  # also if it cannot be written: a full disk is not asked again by every call
            self._note_use(record)
        visit.caller = caller = caller_of(record)
        return caller

    def authorize(self, headers: Mapping[str, str], wanted: Permission | frozenset[Permission] | None) -> Caller:
        """Who calls, and that they may: for a REST endpoint. Raises the refusal that says otherwise."""
        caller = self.caller(headers)
        self.limiter.count(caller.key_id)
        caller.require(wanted)
        return caller

    def after(self, procedure: Procedure[Any, Any], caller: Caller, wanted: Any, made: Any) -> None:
        """What a mutation sets off once it is on disk."""
        follow_up = self.follow_ups.get(procedure.name)
        if follow_up is not None:
            follow_up(caller, wanted, made)

    def _note_use(self, record: keys.KeyRecord) -> None:
        async def note() -> None:
            await self.store.write(lambda transaction: keys.used(transaction, record.workspace_id, record.id))

        self.in_background(note())

    def wake(self, workspaces: Collection[str]) -> None:
        """Something happened there: whoever follows reads on, and nobody what was read before."""
        self.feed.forget(workspaces)
        self.hub.wake(workspaces)

    def _committed(self, batch: Committed) -> None:
        """Have the listeners look, and drop the files that nothing names any more."""
        self.wake(batch.workspaces)
        if batch.files:
            self._begin(asyncio.to_thread(self.files.discard, batch.files), self._discards)

    async def _watch(self) -> None:
        """End the streams of keys that are no longer good, and wake listeners for what another process wrote."""
        last: dict[str, int] = {}
        while True:
            await asyncio.sleep(self.config.watch_seconds)
            listening = self.hub.keys()
            if not listening:
                continue
            attempt = Attempt()
            with attempt:
                good = await self.store.read(keys.good_keys, listening, self.now())
                self.hub.refuse(listening - good, unknown_key())
                newest = await self.store.read(events.newest, sorted(self.hub.workspaces()))
                self.wake({workspace for workspace, number in newest.items() if last.get(workspace) != number})
                last = newest
            if attempt.error is not None:  # a full disk, a lock held too long: it passes, and keys must be watched
                report("keys could not be watched", attempt.error)

    def _begin(self, work: Coroutine[Any, Any, None], among: set[asyncio.Task[Any]]) -> None:
        task = asyncio.create_task(work)
        among.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        self._discards.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            report("background work failed", error)
