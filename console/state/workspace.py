"""All that is open of a workspace: the line, what is known, what is written, the verbs. No first frame needs it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple

from console.client.api import Api
from console.client.wire import Exchange, Opened
from console.errors import StateError
from console.state.database import Database
from console.state.desk import Desk
from console.state.drafts import Drafts
from console.state.follow import Follower
from console.state.learnt import Learning
from console.state.local_list import LocalList
from console.state.log import Log
from console.state.mounts import Mounts
from console.state.outbox import Outbox
from console.state.store import Store


class Server(NamedTuple):
    """Where a workspace is, and how it is spoken to."""

    base_url: str
    key: str
    trpc_path: str
    transformer: Literal["auto", "none", "superjson"]
    is_metered: bool


class Workspace:
    """A workspace with one key. Make it where a loop runs, and close it at the end. Raises SettingsError, StateError.

    `told` is given what went wrong with what is kept of the list.
    """

    def __init__(
        self,
        server: Server,
        state_dir: Path,
        profile: str,
        log: Log,
        *,
        now: Callable[[], datetime],
        hold_seconds: float,
        told: Callable[[StateError], None],
    ) -> None:
        self._log = log
        self.store = Store(now())
        self._learning = Learning(self.store, now=now)
        self._api = Api(
            server.base_url,
            server.key,
            trpc_path=server.trpc_path,
            transformer=server.transformer,
            on_wire=self._hear_wire,
        )
        with ExitStack() as opened:
            database = Database(state_dir / "console.sqlite", profile, self._api.base_url)
            opened.callback(database.close)
            mounts = Mounts(database)
            self._api.believe(mounts.known(), mounts.keep)
            self.drafts, outbox = Drafts(database), Outbox(database)
            opened.callback(outbox.close)
            self._opened = opened.pop_all()
        self.store.overhear(log.change)
        self.desk = Desk(self._api, self.store, self.drafts, outbox, now=now, hold_seconds=hold_seconds)
        self.follower = Follower(self._api, self.store, self.desk, now=now, is_metered=server.is_metered)
        self._known = LocalList(database, self.store, is_used=lambda: not self.desk.has_lists, told=told)
        self._known.load()
        self.store.overhear(self._known.hear)

    async def close(self) -> None:
        """Keep what is written, give back what was opened."""
        self._known.close()
        await self.desk.close()
        await self._api.close()
        self._opened.close()

    def _hear_wire(self, told: Opened | Exchange) -> None:
        self._log.wire(told)
        self._learning.wire(told)
