"""Following the server: events with resume, else polling, and a line status that is true at any time."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from contextlib import aclosing, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Literal

from console.client.api import Api
from console.client.errors import ApiError, Forbidden, NotFound, NotUnderstood, TimedOut, Unauthorized
from console.client.resources.events import SILENCE_SECONDS
from console.contract.events import Resync
from console.errors import Connect360Error
from console.state import backoff
from console.state.changes import LineChanged
from console.state.delivery import Sleep
from console.state.desk import Desk
from console.state.polls import Polls
from console.state.rows import LineStatus
from console.state.side_by_side import side_by_side
from console.state.store import Store
from console.state.sweep import Sweep
from console.text import safe

State = Literal["connecting", "live", "polling", "reconnecting", "offline", "refused"]

_WATCH_EVERY = 2.0  # seconds between two looks at the clock
_OFFLINE_AFTER = timedelta(seconds=5)  # of trying in vain; until then it is "reconnecting"
_LONG_AWAY = timedelta(minutes=10)  # after which a server that tells nothing is read anew, not bit by bit
_AGAIN = (5.0, 30.0, 120.0)  # seconds before what could not be read is asked for again, though there is a line
_DEAF_AFTER = 3  # streams on which nothing came
_PROBE_EVERY = 300.0  # seconds between two looks whether events come through by now


class Follower:
    """Keeps the store up to date for as long as `run` runs. `chance` is between 0 and 1, for the jitter."""

    def __init__(
        self,
        api: Api,
        store: Store,
        desk: Desk,
        *,
        now: Callable[[], datetime],
        sleep: Sleep = asyncio.sleep,
        chance: Callable[[], float] = random.random,
        is_metered: bool = False,
    ) -> None:
        self._api = api
        self._store = store
        self._desk = desk
        self._now = now
        self._sleep = sleep
        self._chance = chance
        self._failures = 0
        self._broken_since: datetime | None = None
        self._asked_to_wait: float | None = None  # seconds, by the server
        self._heard: datetime | None = None  # when what is on screen was known to be so
        self._pieces = 0  # that came on this stream, its head among them
        self._deaf = 0  # streams in a row on which no more than a head came
        self._place: str | None = None  # in the stream, before it brought an event
        self._sweep: Sweep | None = None  # what is still to be read of what may have changed unheard
        self._loading: asyncio.Task[None] | None = None
        self._polls = Polls(
            api,
            store,
            desk,
            now=now,
            sleep=sleep,
            chance=chance,
            is_metered=is_metered,
            on_answer=self._answered,
            on_pace=self._paced,
        )

    async def run(self) -> None:
        """Follow until the server refuses the key, or for ever; the line status says how it stands."""
        try:
            while not await self._is_refused():
                await self._stop_loading()
                self._failures, self._asked_to_wait, self._broken_since = 0, None, self._now()
                self._tell("connecting" if self._store.line.state == "connecting" else "reconnecting", None)
        finally:
            await self._stop_loading()

    def stir(self) -> None:
        """A person does something: a server that tells nothing by itself is asked sooner for a while."""
        self._polls.stir()

    async def _is_refused(self) -> bool:
        """Follow until the key is refused; or until the machine slept, and the line is dead, whatever it seems."""
        async with side_by_side(self._follow(), self._watch()) as (following, watching):
            await asyncio.wait((following, watching), return_when=asyncio.FIRST_COMPLETED)
            if following.done():
                following.result()
            else:
                watching.result()
            return following.done()

    async def _follow(self) -> None:
        while True:
            try:
                await self._attempt()
                self._broke(None)
            except (Unauthorized, Forbidden) as error:
                self._tell("refused", error)
                return
            except Connect360Error as error:  # StateError too: what was left unsent could not be taken over yet
                self._broke(error)
            await self._sleep(
                backoff.delay(self._failures, self._broken_for(), self._chance(), asked=self._asked_to_wait)
            )

    async def _watch(self) -> None:
        """Keep the status true while nobody says anything; ends when the clock ran on as it does in a sleep."""
        while True:
            before = self._now()
            await self._sleep(_WATCH_EVERY)
            passed = (self._now() - before).total_seconds()
            if passed > _WATCH_EVERY + SILENCE_SECONDS:
                return
            line = self._store.line
            if line.state == "reconnecting" and self._is_long_broken():
                self._store.apply(LineChanged(replace(line, state="offline")))
            elif line.state == "polling" and self._is_late():
                self._store.apply(LineChanged(replace(line, as_of=self._heard)))

    async def _attempt(self) -> None:
        """Follow on one connection, or poll, until that breaks."""
        is_first = self._store.identity is None
        if is_first:
            await self._desk.start()
        if not self._store.has("events"):
            await self._polls.run(looks=not is_first)
        if self._deaf >= _DEAF_AFTER:
            await self._poll_until_heard()
        await self._stream()

    async def _stream(self) -> None:
        self._pieces = 0
        if self._last is None:  # nothing says from where to go on
            self._store.apply(Resync())
            self._sweep = self._desk.sweep()
        try:
            following = self._api.events.follow(self._last, on_alive=self._alive, on_place=self._stand)
            async with aclosing(following) as stream:
                async for event in stream:
                    self._store.apply(event)
                    if isinstance(event, Resync):
                        self._sweep = self._desk.sweep()
                        self._load()
        except (TimedOut, NotUnderstood, NotFound):
            self._deaf = 0 if self._pieces > 1 else self._deaf + 1
            raise

    @property
    def _last(self) -> str | None:
        """After which event the stream goes on."""
        return self._store.last_event_id or self._place

    def _stand(self, place: str) -> None:
        """From here on everything is told, though nothing was yet."""
        self._place = place

    async def _poll_until_heard(self) -> None:
        """Poll while something on the way, as some proxies do, holds the events back and lets calls through."""
        async with side_by_side(self._polls.run(looks=True), self._probe()) as (polling, probing):
            await asyncio.wait((polling, probing), return_when=asyncio.FIRST_COMPLETED)
            for ended in (polling, probing):
                if ended.done():
                    ended.result()
        self._deaf = 0

    async def _probe(self) -> None:
        """Try the events now and then, until they come through."""
        while not await self._is_through():
            await self._sleep(_PROBE_EVERY)

    async def _is_through(self) -> bool:
        """Whether more than a head comes on a stream."""
        through, pieces = asyncio.Event(), count(1)

        def on_alive() -> None:
            if next(pieces) > 1:
                through.set()

        async with side_by_side(self._hear(on_alive), through.wait()) as tasks:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return through.is_set()

    async def _hear(self, on_alive: Callable[[], None]) -> None:
        with suppress(Connect360Error):
            async with aclosing(self._api.events.follow(self._last, on_alive=on_alive)) as stream:
                async for _ in stream:
                    pass  # it comes again where it is taken in

    def _alive(self) -> None:
        self._pieces += 1
        self._came("live")

    def _answered(self) -> None:
        self._came("polling")

    def _paced(self) -> None:
        if self._store.line.state == "polling":
            self._tell("polling", None)

    def _came(self, state: State) -> None:
        """Something came from the server."""
        came_back = self._store.line.state != state
        away = self._now() - self._heard if self._heard else None
        self._heard = self._now()
        if came_back:
            self._failures, self._broken_since, self._asked_to_wait = 0, None, None
        self._tell(state, None)
        if came_back:
            self._desk.resume()
            if state == "polling" and (away is None or away > _LONG_AWAY):
                self._sweep = self._desk.sweep()
            if self._sweep is not None:
                self._load()
            elif (id := self._desk.open_id) is not None and self._store.thread(id).is_loading:
                self._load(id)  # it was opened while there was no line

    def _broke(self, error: Connect360Error | None) -> None:
        """The line broke; without an error the server ended it in good order, as one that is shutting down does."""
        if self._broken_since is None:
            self._broken_since = self._now()
        self._failures += 1
        self._asked_to_wait = error.retry_after if isinstance(error, ApiError) else None
        trying: State = "connecting" if self._store.line.state == "connecting" else "reconnecting"
        self._tell("offline" if self._is_long_broken() else trying, error)

    def _is_long_broken(self) -> bool:
        return self._broken_for() >= _OFFLINE_AFTER.total_seconds()

    def _broken_for(self) -> float:
        """Seconds since the line broke."""
        return (self._now() - self._broken_since).total_seconds() if self._broken_since else 0.0

    def _is_late(self) -> bool:
        """Whether what is on screen is older than the polls are apart, and their answers take."""
        grace = timedelta(seconds=self._polls.every + 2 * _WATCH_EVERY)
        return self._heard is not None and self._now() - self._heard > grace

    def _load(self, id: str | None = None) -> None:
        """Load one thread, or what is to be read, beside the stream that goes on: what comes by both ends the same."""
        if self._loading is not None:
            self._loading.cancel()
        self._loading = asyncio.create_task(self._refresh() if id is None else self._open(id))

    async def _refresh(self) -> None:
        for pause in (*_AGAIN, None):
            try:
                await self._desk.refresh(self._sweep)
            except Connect360Error as error:  # if it was the line, coming back loads what is left
                if pause is None:
                    return
                asked = error.retry_after if isinstance(error, ApiError) else None
                await self._sleep(max(pause, backoff.wait(asked, self._chance())))
            else:
                self._sweep = None
                return

    async def _open(self, id: str) -> None:
        with suppress(Connect360Error):  # as above
            await self._desk.open(id)

    async def _stop_loading(self) -> None:
        if self._loading is not None:
            self._loading.cancel()
            await asyncio.gather(self._loading, return_exceptions=True)

    def _tell(self, state: State, error: Connect360Error | None) -> None:
        """Say how the line stands. `since` is when that state began, of a broken line when it broke."""
        before = self._store.line
        is_told = state == "live" or (state == "polling" and not self._is_late())
        line = LineStatus(
            state=state,
            since=self._broken_since or (before.since if before.state == state else self._now()),
            latency_ms=self._api.latency_ms if state == "live" else None,
            problem=safe.line(str(error), limit=300) if error else None,
            every=self._polls.every if state == "polling" else None,
            as_of=None if is_told else self._heard,
        )
        self._store.apply(LineChanged(line))
