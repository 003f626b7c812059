"""Polling a server that tells nothing by itself: what is on screen often, the rest seldom, in a rhythm (`polling`)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from console.client.api import Api
from console.client.errors import ApiError, Forbidden, LineError, NotFound, TooManyRequests, Unauthorized
from console.state import backoff
from console.state.changes import Touched
from console.state.delivery import Sleep
from console.state.desk import Desk
from console.state.polling import Ask, Rhythm, next_other
from console.state.side_by_side import side_by_side
from console.state.store import Store
from console.state.sweep import Sweep

_ON_SCREEN: tuple[Ask, ...] = ("thread", "list")


class Polls:
    """Finds what events would have told, one call at a time. `on_answer` is called for each of what is on screen."""

    def __init__(
        self,
        api: Api,
        store: Store,
        desk: Desk,
        *,
        now: Callable[[], datetime],
        sleep: Sleep,
        chance: Callable[[], float],
        is_metered: bool,
        on_answer: Callable[[], None],
        on_pace: Callable[[], None],
    ) -> None:
        self._api = api
        self._store = store
        self._desk = desk
        self._now = now
        self._sleep = sleep
        self._chance = chance
        self._on_answer = on_answer
        self._on_pace = on_pace
        self._rhythm = Rhythm(is_metered)
        self._open_id: str | None = None  # whose poll the rhythm knows of
        self._others: dict[str, float] = {}  # when each was asked for last
        self._sweep: Sweep | None = None
        self._stirring = asyncio.Event()

    @property
    def every(self) -> float:
        """Seconds between two polls of what is on screen, as things are now."""
        return self._rhythm.every(self._seconds())

    async def run(self, *, looks: bool) -> None:
        """Poll until the line breaks; `looks`: first of all what is on screen. Raises ApiError."""
        unwatch = self._store.watch(self._see)
        try:
            if looks:
                await self._desk.look()
            self.stir()
            self._open_id = self._desk.open_id
            for ask in (*_ON_SCREEN, "sweep"):
                self._asked(ask)
            self._on_answer()
            while True:
                await self._next()
        finally:
            unwatch()

    def stir(self) -> None:
        """Something happened: what follows from it is found sooner."""
        self._rhythm = self._rhythm.stir(self._seconds())
        self._stirring.set()

    def _see(self, touched: Touched) -> None:
        if touched.rows or touched.threads or touched.outline:  # found, or done here: opened, sent, tidied up
            self.stir()

    async def _next(self) -> None:
        """Make the call whose time has come, or wait for it."""
        if self._desk.open_id != self._open_id:  # opening has asked for it just now
            self._open_id = self._desk.open_id
            self._asked("thread")
        ask, seconds = self._rhythm.next(self._seconds(), self._asks())
        self._on_pace()
        if seconds > 0:
            await self._pause(seconds)
            return
        try:
            with suppress(NotFound):  # its conversation is gone, and by now that is known
                await self._ask(ask)
        except TooManyRequests as error:
            await self._sleep(max(backoff.wait(error.retry_after, self._chance()), self.every))
            return
        except (Unauthorized, Forbidden, LineError):
            raise
        except ApiError:
            if ask in _ON_SCREEN:
                raise
            self._sweep = None  # what cannot be read there must not end what can be read elsewhere
        self._asked(ask, self._api.latency_ms)
        if ask in _ON_SCREEN:
            self._on_answer()

    def _asks(self) -> tuple[Ask, ...]:
        """What can be asked for, what is on screen first."""
        on_screen: tuple[Ask, ...] = ()
        if self._open_id is not None and not self._store.is_gone(self._open_id):
            on_screen = ("thread",)
        if self._desk.has_lists:
            return (*on_screen, "list", "sweep")
        if len(self._store.outline) > (self._open_id in self._store.outline):
            return (*on_screen, "other")
        return on_screen or ("list",)  # something must tell whether there is a line

    def _other_ids(self) -> list[str]:
        """The known conversations that are not open, newest activity first."""
        return [id for id in self._store.outline.newest_ids() if id != self._open_id]

    async def _ask(self, ask: Ask) -> None:
        match ask:
            case "thread":
                if self._open_id is not None:
                    await self._desk.reload(self._open_id)
            case "list":
                await self._desk.reload_list()
            case "sweep":
                self._sweep = self._sweep or self._desk.sweep()
                if not await self._sweep.step():
                    self._sweep = None
            case "other":
                if (id := next_other(self._other_ids(), self._others)) is not None:
                    self._others[id] = self._seconds()
                    await self._desk.reload(id)

    def _asked(self, ask: Ask, latency_ms: int | None = None) -> None:
        latency = None if latency_ms is None else latency_ms / 1000
        self._rhythm = self._rhythm.answered(ask, self._seconds(), latency=latency, chance=self._chance())

    async def _pause(self, seconds: float) -> None:
        """Wait that long, or until something happens."""
        self._stirring.clear()
        async with side_by_side(self._sleep(seconds), self._stirring.wait()) as tasks:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)

    def _seconds(self) -> float:
        return self._now().timestamp()
