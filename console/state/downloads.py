"""Files on their way from the server to a folder of the person's, each by itself, until whole or broken off."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import count
from pathlib import Path

from console.client.errors import ApiError, LineError, TimedOut, Unreachable
from console.errors import Connect360Error
from console.state.pace import Paced
from console.state.rows import FileCard
from console.text.safe import SafeLine, line, name
from console.values import dataclass

Progress = Callable[[int, int | None], None]
"""Hears of the bytes that came and the bytes in all, as far as the server says."""

Fetch = Callable[[FileCard, Path, Progress], Awaitable[None]]
"""Saves one file. Raises Connect360Error."""


@dataclass(frozen=True, slots=True)
class Download:
    """A file that is being saved as `to`."""

    id: int
    file: FileCard
    to: Path
    received: int = 0
    total: int | None = None

    @property
    def percent(self) -> int | None:
        """How much of it has come, in whole percents; None where the whole is not known."""
        return min(100, 100 * self.received // self.total) if self.total else None


Ended = Callable[[SafeLine, bool], None]
"""Hears what to say of one that ended, and whether it failed."""


class Downloads:
    """Those that are under way, the newest last. What is broken off leaves nothing, and can be begun anew."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._downloads: dict[int, Download] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._ids = count(1)
        self._ended: Ended = lambda said, failed: None
        self.save_key = "w"  # of what a person presses to begin one
        self._pace = Paced(lambda: None)

    def watch(self, changed: Callable[[], None], ended: Ended) -> None:
        """Have `changed` called for what is to be shown anew, at most ten times a second while bytes flow."""
        self._pace.stop()
        self._pace, self._ended = Paced(changed), ended

    @property
    def under_way(self) -> tuple[Download, ...]:
        """Those that are being saved now."""
        return tuple(self._downloads.values())

    def begin(self, file: FileCard, to: Path) -> None:
        """Save a file, beside those that are on their way."""
        download = Download(next(self._ids), file, to)
        self._downloads[download.id] = download
        self._tasks[download.id] = asyncio.create_task(self._run(download))
        self._pace.now()

    def stop(self) -> Download | None:
        """Break the newest off, and nothing of it stays."""
        if not self._downloads:
            return None
        _, download = self._downloads.popitem()
        self._tasks[download.id].cancel()
        self._pace.now()
        return download

    async def close(self) -> None:
        """Break all of them off, telling nobody."""
        self.watch(lambda: None, lambda said, failed: None)
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, download: Download) -> None:
        told = name(download.to.name)
        try:
            await self._fetch(download.file, download.to, lambda got, total: self._moved(download.id, got, total))
            self._ended(line(f"Saved {told}."), False)
        except LineError as error:
            self._ended(line(f"{told} was not saved: {_why(error)}. {self.save_key} tries again.", 400), True)
        except ApiError as error:
            self._ended(line(f"{told} was not saved. {error}", 400), True)
        except Connect360Error as error:
            self._ended(line(str(error), 400), True)
        finally:
            self._downloads.pop(download.id, None)
            self._tasks.pop(download.id, None)
            self._pace.now()

    def _moved(self, id: int, received: int, total: int | None) -> None:
        before = self._downloads.get(id)
        if before is None:
            return
        now = self._downloads[id] = replace(before, received=received, total=total)
        if now.percent != before.percent or now.percent is None:
            self._pace.soon()


def _why(error: LineError) -> str:
    """What happened on the line, in a few words."""
    match error:
        case Unreachable():
            return "there is no line to the server"
        case TimedOut():
            return "the server did not answer in time"
    return "the line broke"
