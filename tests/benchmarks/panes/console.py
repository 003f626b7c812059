"""The console on a stage: `python -m tests.benchmarks.panes.console`, its clock stopped, with a line to who measures.

On that line come commands as JSON, a line each, and each is answered so. What is to be shown goes into the store by its
one door, as the server's answers do; the terminal has no part in it.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import socket
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from console.app import ConsoleApp
from console.cli import pauses
from console.config import Secret, Settings
from console.driver import SafeDriver
from console.state.changes import ConversationsAnswered, MessagesAnswered
from console.state.settled import MESSAGES, Settled
from console.state.store import Store
from tests.benchmarks.panes import made

LINE = "STAGE_LINE"
"""The environment's name for the number of the open socket."""
_BATCH = 100
_TICK = 0.005


class Recorded(SafeDriver):
    """Writes down the frames that it is given, before they are painted, where that is asked for."""

    def _take(self, frame: str) -> None:
        with Path(os.environ["FRAMES"]).open("a", encoding="utf-8") as record:
            record.write(json.dumps(frame) + "\n")
        super()._take(frame)


class Staged:
    """A console and what may be asked of it."""

    def __init__(self, app: ConsoleApp) -> None:
        self.app = app
        self._ticking: asyncio.Task[None] | None = None
        self._late: list[float] = []
        self._settled = Settled()

    @property
    def store(self) -> Store:
        """What the console knows."""
        assert self.app._main is not None
        return self.app._main.store

    async def obey(self) -> None:
        """Answer command after command until the line is closed."""
        reader, writer = await asyncio.open_connection(sock=socket.socket(fileno=int(os.environ[LINE])))
        while text := await reader.readline():
            given = json.loads(text)
            command: Callable[..., Awaitable[dict[str, Any]]] = getattr(self, given.pop("do"))
            writer.write(json.dumps(await command(**given)).encode() + b"\n")
            await writer.drain()

    async def ready(self) -> dict[str, Any]:
        """Wait until the line is live and what the server lists was read."""
        while self.app._main is None or self.store.line.state != "live" or self._is_loading():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        return {}

    def _is_loading(self) -> bool:
        follower = self.app._follower
        loading = follower._loading if follower else None
        return loading is None or not loading.done()

    async def fill(self, conversations: int = 0, messages: int = 0) -> dict[str, Any]:
        """Have so many conversations, and so many messages in the open long thread; how many are known then."""
        begun = time.perf_counter()
        for start in range(0, conversations, _BATCH):
            shapes = made.conversations(range(max(start, 1), min(start + _BATCH, conversations)))
            self.store.apply(ConversationsAnswered(shapes, self.store.asking()))
            del shapes
            self._settled.grown(len(self.store.outline))
        self._settled.ended(len(self.store.outline))
        id, settled = made.conversation_id(made.LONG), Settled(MESSAGES)
        while messages and (cursor := self.store.cursor(id)) is not None:
            page = made.page(messages, int(cursor))
            self.store.apply(MessagesAnswered(id, page, cursor))
            settled.grown(len(self.store.thread(id).entries))
            if self.store.cursor(id) == cursor:
                break
        gc.collect()
        return {
            "conversations": len(self.store.outline),
            "messages": sum(1 for _ in self.store.messages(id)),
            "seconds": time.perf_counter() - begun,
        }

    async def memory(self) -> dict[str, Any]:
        """Resident now and at most, in bytes; and the processor's time so far, in seconds."""
        gc.collect()
        return {"now": _memory("VmRSS"), "most": _memory("VmHWM"), "cpu": time.process_time()}

    async def cpu(self) -> dict[str, Any]:
        """The processor's time so far, in seconds."""
        return {"cpu": time.process_time()}

    async def tick(self) -> dict[str, Any]:
        """Begin to watch the loop: how late it comes back from a short sleep."""
        self._late = []
        self._ticking = asyncio.create_task(self._tick())
        return {}

    async def late(self) -> dict[str, Any]:
        """Stop watching; how late the loop was each time, in seconds."""
        if self._ticking is not None:
            self._ticking.cancel()
            self._ticking = None
        return {"late": self._late}

    async def _tick(self) -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(_TICK)
            self._late.append(time.perf_counter() - before - _TICK)


def _memory(name: str) -> int:
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition(f"{name}:")[2].split()[0]) * 1024


async def main() -> int:
    """Run the console until it is left."""
    given = json.loads(os.environ["STAGE"])
    settings = Settings(
        api_key=Secret("p360_benchmark"),
        base_url=given["url"],
        trpc_path="/api/trpc",
        transformer="none",
        state_dir=Path(given["state"]),
        hold_seconds=0,
        ai_agent="agent_1",
    )
    app = ConsoleApp(settings, clock=lambda: made.NOW)
    if "FRAMES" in os.environ:
        app.driver_class = Recorded
    beside = (asyncio.create_task(Staged(app).obey()), asyncio.create_task(pauses.take(lambda: app.typed, 0)))
    await app.run_async()
    for task in beside:
        task.cancel()
    if app._exception is not None:
        raise app._exception
    return app.return_code or 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
