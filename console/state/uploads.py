"""Files on their way to the server for what is being written: each goes by itself, and fails by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import count
from pathlib import Path

from console.client.errors import Dropped, TimedOut, Unreachable
from console.errors import Connect360Error
from console.state.pace import Paced
from console.state.rows import FileCard
from console.text.safe import SafeLine, line, name
from console.values import dataclass

Progress = Callable[[int, int], None]
"""Hears of the bytes sent and the bytes in all."""

AT_ONCE = 4
"""Requests under way; the others wait for their turn. A server of ours takes eight of one key."""

Send = Callable[[Path, Progress], Awaitable[FileCard]]
"""Uploads one file. Raises Connect360Error."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file for a reply or a note: on its way, or with a `problem` one that did not get there.

    `total` is 0 until it goes, and of an empty file.
    """

    id: int
    conversation_id: str
    note: bool
    path: Path
    name: SafeLine
    sent: int = 0
    total: int = 0
    problem: SafeLine | None = None

    @property
    def percent(self) -> int:
        """How much of it has left, in whole percents."""
        return 100 * self.sent // self.total if self.total else 0


Ended = Callable[[Upload, FileCard | None], None]
"""Hears that a file arrived, or with None that it failed. An arrival that it cannot keep is one that failed."""


class Uploads:
    """All that are under way or failed, in the order in which they were attached; those that arrived are gone from it.

    A failed one is kept with its path until it is tried again, which reads the file anew, or taken off.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._uploads: dict[int, Upload] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._ids = count(1)
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._ended: Ended = lambda upload, card: None
        self._pace = Paced(lambda: None)

    def watch(self, changed: Callable[[], None], ended: Ended) -> None:
        """Have `changed` called for what is to be shown anew, at most ten times a second while bytes flow."""
        self._pace.stop()
        self._pace, self._ended = Paced(changed), ended

    def of(self, conversation_id: str, note: bool) -> tuple[Upload, ...]:
        """Those that are meant for this reply, or this note."""
        return tuple(
            one for one in self._uploads.values() if one.conversation_id == conversation_id and one.note == note
        )

    def conversations(self) -> frozenset[str]:
        """Where a file is on its way to, or failed to get to."""
        return frozenset(one.conversation_id for one in self._uploads.values())

    @property
    def under_way(self) -> int:
        """How many are going up, or wait for their turn."""
        return len(self._tasks)

    def begin(self, conversation_id: str, note: bool, path: Path) -> None:
        """Upload a file, beside those that are on their way."""
        self._start(Upload(next(self._ids), conversation_id, note, path, name(path.name)))

    def retry(self, conversation_id: str, note: bool) -> None:
        """Upload those again that failed here."""
        for upload in self.of(conversation_id, note):
            if upload.problem is not None:
                self._start(replace(upload, sent=0, total=0, problem=None))

    def take_off(self, upload: Upload) -> None:
        """Want a file no longer; the request of one that is on its way is broken off."""
        self._uploads.pop(upload.id, None)
        if task := self._tasks.get(upload.id):
            task.cancel()
        self._pace.now()

    async def close(self) -> None:
        """Break off all of them, telling nobody."""
        self.watch(lambda: None, lambda upload, card: None)
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._uploads.clear()

    def _start(self, upload: Upload) -> None:
        self._uploads[upload.id] = upload
        self._tasks[upload.id] = asyncio.create_task(self._run(upload))
        self._pace.now()

    async def _run(self, upload: Upload) -> None:
        try:
            async with self._turns:
                card = await self._send(upload.path, lambda sent, total: self._moved(upload.id, sent, total))
            arrived = self._uploads.pop(upload.id)
            try:
                self._ended(arrived, card)
            except Connect360Error as error:  # it could not be put with its draft
                self._fail(arrived, error)
        except Connect360Error as error:
            self._fail(self._uploads[upload.id], error)
        finally:
            self._tasks.pop(upload.id, None)
            self._pace.now()

    def _moved(self, id: int, sent: int, total: int) -> None:
        before = self._uploads.get(id)
        if before is None:
            return
        now = self._uploads[id] = replace(before, sent=sent, total=total)
        if (now.percent, now.total) != (before.percent, before.total):
            self._pace.soon()

    def _fail(self, upload: Upload, error: Connect360Error) -> None:
        failed = self._uploads[upload.id] = replace(upload, problem=_why(upload, error))
        self._ended(failed, None)


def _why(upload: Upload, error: Connect360Error) -> SafeLine:
    """What went wrong, behind the file's name. A file that may have arrived unheard does no harm: nothing shows it."""
    match error:
        case Unreachable():
            return SafeLine("there is no line to the server")
        case TimedOut():
            return SafeLine("the server did not answer in time")
        case Dropped():
            return SafeLine("the line broke")
    said = str(error).removesuffix(".")
    return line(f"it {said.removeprefix(f'{upload.name} ')}" if said.startswith(f"{upload.name} ") else said, 300)
