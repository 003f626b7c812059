"""The events of a workspace, read once for all who follow it: two hundred listeners cost one reading of the tables."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from console.server.store import events
from console.server.store.database import Store
from console.server.store.events import Following

_MOST = 16
"""How many pages are held at most, each of some megabytes at worst: listeners that come back stand at many places."""


class Feed:
    """Pages of events by where they begin. Its methods belong to the loop's thread."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pages: dict[tuple[str, int], asyncio.Task[Following]] = {}

    async def after(self, workspace_id: str, last: int) -> Following:
        """What came after the event numbered `last`: as new as the last `forget`, or newer."""
        place = (workspace_id, last)
        page = self._pages.get(place)
        if page is None:
            while len(self._pages) >= _MOST:
                del self._pages[next(iter(self._pages))]
            page = self._pages[place] = asyncio.ensure_future(self._store.read(events.after, workspace_id, last))
            page.add_done_callback(lambda done: self._drop_failed(place, done))
        return await asyncio.shield(page)

    def forget(self, workspaces: Collection[str]) -> None:
        """Something happened in these workspaces: read again, also what is being read just now."""
        for place in [place for place in self._pages if place[0] in workspaces]:
            del self._pages[place]

    def _drop_failed(self, place: tuple[str, int], done: asyncio.Task[Following]) -> None:
        if (done.cancelled() or done.exception() is not None) and self._pages.get(place) is done:
            del self._pages[place]
