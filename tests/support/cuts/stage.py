"""Where it is played: a server, lanes on it with a line and a console each, and a clock that all of them share."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Iterable
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from console.client.api import Api
from console.contract.inputs import CustomerInput, GetOrCreateConversation
from console.server.store.engine import DATABASE
from console.state.changes import ThreadOpened, Touched
from tests.support.cuts.views import View, differences, view
from tests.support.fast_clock import FastClock
from tests.support.faulty_line import Exchange, Fault, FaultyLine, How
from tests.support.headless import Console
from tests.support.server import RunningServer, running_server

SPEED = 30.0
"""How much faster than life. Five seconds without a line, after which a person is told, are a sixth of one."""

PATIENCE = 20.0  # seconds, of life
_HEARS_WITHIN = 5.0  # of life
_AGAIN = 0.02
ALL_WAYS: tuple[How, ...] = ("cut", "reset", "close", "truncate")


@dataclass
class Tally:
    """What was seen: how often each end was come to, and what should not have been."""

    outcomes: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.outcomes + other.outcomes, self.wrong + other.wrong)

    def check(self, claim: object, what: str) -> None:
        """Note what is wrong unless the claim holds."""
        if not claim:
            self.wrong.append(what)


class Lane:
    """One console on a line of its own. `direct` is a colleague's way to the same workspace beside the line."""

    def __init__(self, stage: Stage, name: str, workspace: str) -> None:
        self._stage = stage
        self.folder = stage.folder / name
        self._key = stage.server.key(workspace=workspace)
        self.line = FaultyLine(stage.server.url)
        self.delay = 0.0
        self.rate: int | None = None
        self.direct = Api(stage.server.url, stage.server.key("admin", "Omar Haddad", workspace))
        self.it = self._console()
        self._following: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Follow, on a whole line."""
        self.mend()
        self._following = asyncio.create_task(self.it.follower.run())
        await self.until(lambda: self.is_live)

    @property
    def is_live(self) -> bool:
        """Whether the console says that it hears what happens."""
        return self.it.store.line.state in ("live", "polling")

    def plain(self, sentence: str) -> str:
        """A sentence that is the same in every lane."""
        return sentence.replace(self.line.url, "the server")

    async def until(self, claim: Callable[[], object], seconds: float = PATIENCE) -> None:
        """Wait until something is true of the console: mostly the store tells, the rest is asked for now and then."""
        touched = asyncio.Event()

        def listener(_: Touched) -> None:
            touched.set()

        unwatch = self.it.store.watch(listener)
        try:
            async with asyncio.timeout(seconds):
                while not claim():
                    with suppress(TimeoutError):
                        await asyncio.wait_for(touched.wait(), _AGAIN)
                    touched.clear()
                    if self._following is not None and self._following.done():
                        self._following.result()
        finally:
            unwatch()

    async def strike(self, exchange: Exchange) -> None:
        """Wait until the fault was there, then let the line go again."""
        async with asyncio.timeout(PATIENCE):
            await exchange.struck.wait()
        self.mend()

    def mend(self) -> None:
        """Let the line carry again, as slowly as it does."""
        self.line.mend()
        self.line.delay, self.line.rate = self.delay, self.rate

    async def restart(self) -> None:
        """Close the console and open another on the same files."""
        await self._leave()
        self.it = self._console()
        await self.open()

    async def shows(self, true: View) -> list[str]:
        """What the console shows otherwise than it is, in words, once it has had time to hear of everything."""
        with suppress(TimeoutError):
            await self.until(
                lambda: self.is_live and not [*differences(view(self.it, true.threads), true)], _HEARS_WITHIN
            )
        return [*differences(view(self.it, true.threads), true)]

    async def anew(self, *ids: str) -> View:
        """What a console shows that knew nothing and asked for everything: all conversations, and these threads."""
        it = Console(
            self._stage.server.url, self._key, self.folder / f"anew-{time.monotonic_ns()}", clock=self._stage.clock
        )
        try:
            await it.desk.start()
            await it.desk.refresh()
            for id in ids:
                it.store.apply(ThreadOpened(id))  # and not read by anybody
                await it.desk.reload(id)
            return view(it, ids)
        finally:
            await it.close()

    async def close(self) -> None:
        """End all of it."""
        await self._leave()
        await self.direct.close()
        await self.line.close()

    def _console(self) -> Console:
        return Console(self.line.url, self._key, self.folder, clock=self._stage.clock, timeout=self._stage.timeout)

    async def _leave(self) -> None:
        if self._following is not None:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)
        await self.it.close()


class Stage:
    """A server with lanes on it, whose consoles wait `timeout` seconds of life for an answer."""

    def __init__(self, folder: Path, server: RunningServer, clock: FastClock, timeout: float) -> None:
        self.folder = folder
        self.server = server
        self.clock = clock
        self.timeout = timeout
        self._count = 0

    @asynccontextmanager
    async def lanes(self, count: int, *, together: bool = False, numbered_from: int = 0) -> AsyncIterator[list[Lane]]:
        """So many open lanes, each in a workspace of its own or all `together` in one, its events `numbered_from`."""
        self._count += 1
        names = [f"{self._count}-{number}" for number in range(count)]
        lanes = [Lane(self, name, f"Workspace {self._count if together else name}") for name in names]
        try:
            if numbered_from:
                await _count_on(self.server.directory, lanes[0].direct, numbered_from)
            await asyncio.gather(*(lane.open() for lane in lanes))
            yield lanes
        finally:
            await asyncio.gather(*(lane.close() for lane in lanes))


@asynccontextmanager
async def staged(folder: Path, *, without: Collection[str] = (), timeout: float = 15.0) -> AsyncIterator[Stage]:
    """A stage on an empty server that lacks these features."""
    clock = FastClock(SPEED, longest=0.5)
    async with running_server(folder / "server", without=without, clock=clock.now, ping_seconds=600.0) as server:
        yield Stage(folder, server, clock, timeout)


def faults(exchange: Exchange, hows: Iterable[How] = ALL_WAYS) -> list[Fault]:
    """Every fault of these kinds at every place of a recorded exchange."""
    return [Fault(how, place) for how in hows for place in exchange.places()]


async def _count_on(directory: Path, direct: Api, number: int) -> None:
    """Have one event, whose number is this: the next ones are numbered from there on."""
    customer = CustomerInput(external_id="web-before")
    await direct.conversations.get_or_create(GetOrCreateConversation(customer=customer))
    workspace = (await direct.session.get()).workspace.id
    with closing(sqlite3.connect(directory / DATABASE)) as connection, connection:
        connection.execute("UPDATE events SET id = ? WHERE workspace_id = ?", (number, workspace))
