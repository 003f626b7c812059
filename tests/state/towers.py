"""A follower on a fake server, with a clock of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from console.client.errors import Dropped, Unreachable
from console.contract.events import ConversationUpdated
from console.state.database import Database
from console.state.desk import Desk
from console.state.drafts import Drafts
from console.state.follow import Follower
from console.state.outbox import Outbox
from console.state.rows import LineStatus
from console.state.store import Store
from tests.state.fake_api import FakeApi
from tests.state.values import FEATURES, Clock, conversation, session

AWAY = Unreachable("The server cannot be reached. Check the address.")
BROKEN = Dropped("The line to the server broke.")


class Tower:
    """What stands around a follower, and all that was said of the line."""

    def __init__(self, folder: Path, features: tuple[str, ...], **given: Any) -> None:
        self.api = FakeApi()
        self.api.answers("session", *[session(features)] * 9)
        self.clock = Clock()
        self.store = Store(self.clock.now())
        self.database = Database(folder / "console.sqlite", "default")
        self.drafts, self.outbox = Drafts(self.database), Outbox(self.database)
        self.around: dict[str, Any] = {"now": self.clock.now, "sleep": self.clock.sleep}
        self.desk = Desk(self.api.as_api(), self.store, self.drafts, self.outbox, hold_seconds=0, **self.around)
        self.follower = self.follow(**{"chance": lambda: 0.5} | given)
        self.lines: list[LineStatus] = []
        self.store.watch(lambda touched: self.lines.append(self.store.line) if touched.line else None)
        self.running: asyncio.Task[None] | None = None

    def follow(self, **given: Any) -> Follower:
        """A follower, instead of the one that there is."""
        self.follower = Follower(self.api.as_api(), self.store, self.desk, **self.around, **given)
        return self.follower

    def run(self) -> asyncio.Task[None]:
        self.running = asyncio.create_task(self.follower.run())
        return self.running

    def states(self) -> list[str]:
        """How the line stood, one after the other."""
        states: list[str] = []
        for line in self.lines:
            if not states or states[-1] != line.state:
                states.append(line.state)
        return states

    def asked(self) -> list[str]:
        """What was asked of the server since the last time, by name."""
        asked = [name for name, _ in self.api.calls]
        self.api.calls.clear()
        return asked


@asynccontextmanager
async def tower(folder: Path, features: tuple[str, ...] = FEATURES, **given: Any) -> AsyncIterator[Tower]:
    """A tower, taken down at the end."""
    made = Tower(folder, features, **given)
    try:
        yield made
    finally:
        if made.running is not None:
            made.running.cancel()
            await asyncio.gather(made.running, return_exceptions=True)
        await made.desk.close()
        made.outbox.close()
        made.database.close()


def open_line() -> asyncio.Future[Any]:
    """A line that stays open until the future is given a result, or an error."""
    return asyncio.get_running_loop().create_future()


def told(id: str, name: str = "Renamed") -> ConversationUpdated:
    return ConversationUpdated(id=id, conversation=conversation("c", updated=int(id), name=name))
