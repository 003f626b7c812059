"""A desk on a fake server, with a clock of its own and files that another one may take over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

from console.client.errors import (
    TimedOut,
)
from console.contract.shapes import Message
from console.state.changes import LineChanged
from console.state.database import Database
from console.state.desk import Desk
from console.state.drafts import Drafts
from console.state.outbox import Outbox
from console.state.rows import Entry, FileCard, LineStatus
from console.state.store import Store
from console.text.safe import SafeLine
from tests.state.fake_api import FakeApi
from tests.state.values import FEATURES, Clock, session

BARE = tuple(feature for feature in FEATURES if feature not in ("idempotency", "internal-notes"))
LOST = TimedOut("No answer came.", may_have_arrived=True)
PHOTO = FileCard("att_1", SafeLine("photo.jpg"), 3, SafeLine("image/jpeg"), "key/photo.jpg")


class Room:
    """A desk with everything around it, on files in a folder that a second one may take over."""

    def __init__(self, folder: Path, *, features: tuple[str, ...] = FEATURES, hold: float = 5.0) -> None:
        self.api = FakeApi()
        self.api.answers("session", session(features))
        self.clock = Clock()
        self.store = Store(self.clock.now())
        self.store.apply(LineChanged(LineStatus("live", self.clock.now())))
        self.database = Database(folder / "console.sqlite", "default")
        self.drafts, self.outbox = Drafts(self.database), Outbox(self.database)
        self.desk = Desk(
            self.api.as_api(),
            self.store,
            self.drafts,
            self.outbox,
            now=self.clock.now,
            hold_seconds=hold,
            sleep=self.clock.sleep,
        )

    def entries(self, id: str = "c") -> list[Entry]:
        return list(self.store.thread(id).entries)

    def shown(self, id: str = "c") -> list[tuple[str, str]]:
        return [("".join(entry.bodies), entry.delivery) for entry in self.entries(id)]

    def line(self, state: Literal["live", "reconnecting", "offline"]) -> None:
        """The line is told to be so; where it is live again, the desk goes on."""
        self.store.apply(LineChanged(LineStatus(state, self.clock.now())))
        if state == "live":
            self.desk.resume()

    def sent(self) -> list[str]:
        return ["".join((given.content or {}).values()) for given, _ in self.api.given("send")]

    def crash(self) -> None:
        """End as a killed process ends: nothing is tidied up, and the lock is let go."""
        self.outbox.close()
        self.database.close()


def never() -> asyncio.Future[Message]:
    """An answer that does not come, unless somebody gives it."""
    return asyncio.get_running_loop().create_future()


@asynccontextmanager
async def room(folder: Path, **given: Any) -> AsyncIterator[Room]:
    made = Room(folder, **given)
    await made.desk.start()
    await made.desk.open("c")
    try:
        yield made
    finally:
        await made.desk.close()
        made.crash()
