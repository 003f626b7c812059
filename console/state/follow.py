"""Following the server: events with resume, else polling, and a line status that is true at any time."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from contextlib import aclosing, suppress
from datetime import datetime, timedelta
from typing import Literal

from console.client.api import Api
from console.client.errors import ApiError, Forbidden, NotFound, Unauthorized
from console.contract.events import Resync
from console.errors import Connect360Error
from console.state.changes import LineChanged
from console.state.delivery import Sleep
from console.state.desk import Desk
from console.state.rows import LineStatus
from console.state.store import Store
from console.text import safe

State = Literal["connecting", "live", "polling", "reconnecting", "offline", "refused"]

_DELAYS = (
    0.25,
    0.5,
    1.0,
)  # seconds before each attempt, the last one again and again, so that a restart goes unnoticed
_PATIENT_DELAY = 5.0
_PATIENT_AFTER = timedelta(minutes=5)  # of trying in vain
_OFFLINE_AFTER = timedelta(seconds=5)  # of trying in vain; until then it is "reconnecting"
_THREAD_EVERY = 5.0  # seconds between two polls of the open thread
_LIST_EVERY = 3  # polls of the thread to one of the list


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
    ) -> None:
        self._api = api
        self._store = store
        self._desk = desk
        self._now = now
        self._sleep = sleep
        self._chance = chance
        self._failures = 0
        self._broken_since: datetime | None = None
        self._asked_to_wait = 0.0  # seconds, by the server
        self._must_load = True  # what is shown may have changed unheard
        self._loading: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Follow until the server refuses the key, or for ever; the line status says how it stands."""
        try:
            while True:
                try:
                    await self._attempt()
                    self._broke(None)
                except (Unauthorized, Forbidden) as error:
                    self._tell("refused", error)
                    return
                except Connect360Error as error:  # StateError too: what was left unsent could not be taken over yet
                    self._broke(error)
                await self._sleep(self._delay())
        finally:
            await self._stop_loading()

    async def _attempt(self) -> None:
        """Follow on one connection, or poll, until that breaks."""
        if self._store.identity is None:
            await self._desk.start()
        identity = self._store.identity
        if identity is not None and "events" in identity.features:
            await self._stream()
        else:
            await self._poll()

    async def _stream(self) -> None:
        last = self._store.last_event_id
        if last is None:
            self._must_load = True  # nothing says from where to go on
        async with aclosing(self._api.events.follow(last, on_alive=self._alive)) as stream:
            async for event in stream:
                self._store.apply(event)
                if isinstance(event, Resync):
                    self._must_load = True
                    self._load()

    async def _poll(self) -> None:
        polls = 0
        while True:
            if polls % _LIST_EVERY == 0:
                await self._desk.reload_list()
            if self._desk.open_id is not None:
                with suppress(NotFound):
                    await self._desk.reload(self._desk.open_id)
            self._alive("polling")
            polls += 1
            await self._sleep(_THREAD_EVERY)

    def _alive(self, state: State = "live") -> None:
        """Something came from the server."""
        came_back = self._store.line.state != state
        if came_back:
            self._failures, self._broken_since = 0, None
        self._tell(state, None)
        if came_back:
            self._desk.resume()
            if self._must_load:
                self._load()
            elif (id := self._desk.open_id) is not None and self._store.thread(id).is_loading:
                self._load(id)  # it was opened while there was no line

    def _broke(self, error: Connect360Error | None) -> None:
        """The line broke; without an error the server ended it in good order, as one that is shutting down does."""
        if self._broken_since is None:
            self._broken_since = self._now()
        self._failures += 1
        self._asked_to_wait = (error.retry_after or 0.0) if isinstance(error, ApiError) else 0.0
        is_long = self._now() - self._broken_since >= _OFFLINE_AFTER
        trying: State = "connecting" if self._store.line.state == "connecting" else "reconnecting"
        self._tell("offline" if is_long else trying, error)

    def _delay(self) -> float:
        """Seconds before the next attempt, with jitter so that a hundred consoles do not come back at once."""
        is_patient = self._broken_since is not None and self._now() - self._broken_since >= _PATIENT_AFTER
        delay = _PATIENT_DELAY if is_patient else _DELAYS[min(self._failures, len(_DELAYS)) - 1]
        return max(delay, self._asked_to_wait) * (0.8 + 0.4 * self._chance())

    def _load(self, id: str | None = None) -> None:
        """Load one thread, or everything, beside the stream, which goes on: what comes by both ends the same."""
        if self._loading is not None:
            self._loading.cancel()
        self._loading = asyncio.create_task(self._refresh() if id is None else self._open(id))

    async def _refresh(self) -> None:
        with suppress(Connect360Error):  # the stream tells of it; coming back loads again
            await self._desk.refresh()
            self._must_load = False

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
        since = self._broken_since or (before.since if before.state == state else self._now())
        problem = safe.line(str(error), limit=300) if error else None
        latency = self._api.latency_ms if state in ("live", "polling") else None
        self._store.apply(LineChanged(LineStatus(state, since, latency, problem)))
