"""One person's console without a screen: everything from the line up to the verbs, on a real server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from console.client.api import Api
from console.contract.inputs import CustomerInput
from console.state.database import Database
from console.state.desk import Desk
from console.state.drafts import Drafts
from console.state.follow import Follower
from console.state.outbox import Outbox
from console.state.rows import ConversationRow, Delivery
from console.state.store import Store
from tests.state.values import until
from tests.support.fast_clock import FastClock

JANE = CustomerInput(external_id="web-1", name="Jane Cooper", email="jane@example.com")


class Console:
    """A console on the server at `url`, its files in `folder`. It follows when its follower is run."""

    def __init__(
        self,
        url: str,
        key: str,
        folder: Path,
        hold: float = 0.0,
        *,
        clock: FastClock | None = None,
        timeout: float = 15.0,
    ) -> None:
        clock = clock or FastClock()
        self.api = Api(url, key, timeout=timeout)
        self.store = Store(clock.now())
        self.database = Database(folder / "console.sqlite", "default")
        self.drafts, self.outbox = Drafts(self.database), Outbox(self.database)
        self.desk = Desk(
            *(self.api, self.store, self.drafts, self.outbox), now=clock.now, hold_seconds=hold, sleep=clock.sleep
        )
        self.follower = Follower(self.api, self.store, self.desk, now=clock.now, sleep=clock.sleep)

    async def until(self, claim: Callable[[], object], seconds: float = 10.0) -> None:
        """Wait until the claim holds of what this console knows."""
        await until(self.store, claim, seconds)

    def row(self, id: str) -> ConversationRow:
        """A conversation that must be known."""
        row = self.store.row(id)
        assert row is not None
        return row

    def texts(self, id: str) -> list[str]:
        """What the messages of a thread say."""
        return ["".join(entry.bodies) for entry in self.store.thread(id).entries]

    def deliveries(self, id: str) -> list[Delivery]:
        """What became of the messages of a thread."""
        return [entry.delivery for entry in self.store.thread(id).entries]

    async def close(self) -> None:
        """End as a program that is told to."""
        await self.desk.close()
        await self.api.close()
        self.outbox.close()
        self.database.close()


@asynccontextmanager
async def console(
    url: str, folder: Path, key: str, *, hold: float = 0.0, clock: FastClock | None = None
) -> AsyncIterator[Console]:
    """A console that follows the server at `url` while the block runs."""
    made = Console(url, key, folder, hold, clock=clock)
    following = asyncio.create_task(made.follower.run())
    try:
        await made.until(lambda: made.store.line.state in ("live", "polling", "refused"))
        yield made
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        await made.close()
