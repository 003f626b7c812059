"""The run itself: a server under load, killed at random moments, started again on the same data and port."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from console.server.keyring import create_keys, holder, private_directory
from tests.support.killing.claims import check_dead, check_events, check_told
from tests.support.killing.follower import Follower
from tests.support.killing.line import Line
from tests.support.killing.writers import Writer
from tests.support.server_process import ServerProcess, server_process

WRITERS = 4
_MOST_SENT = 120  # requests between two kills
_MOST_SECONDS = 0.02  # from the last of them to the kill: a mutation takes a few milliseconds
_EARLY = 0.1  # of the kills hit a server again while it starts
_START_SECONDS = 0.9
_END = "the end"


@dataclass
class Figures:
    """What was seen."""

    kills: int = 0
    kills_in_start: int = 0
    acknowledged: int = 0
    retried: int = 0
    made_unacknowledged: int = 0
    events: int = 0
    resumed: int = 0


@dataclass
class _Pace:
    """Tells when so many requests more were sent."""

    left: int = 0
    reached: asyncio.Event = field(default_factory=asyncio.Event)

    def sending(self) -> None:
        """A request goes out."""
        self.left -= 1
        if self.left <= 0:
            self.reached.set()

    async def after(self, requests: int) -> None:
        """Until so many more were sent."""
        self.left = requests
        self.reached.clear()
        await self.reached.wait()


async def kill_and_check(
    directory: Path, *, times: int, seed: int, on_kill: Callable[[Figures], None] = lambda figures: None
) -> Figures:
    """Kill a server so many times under load and check what it left. Raises AssertionError for anything lost."""
    random, pace, figures = Random(seed), _Pace(), Figures()
    holders = [holder(f"Writer {number} <w{number}@example.com>", "admin") for number in range(WRITERS + 1)]
    *keys, watching = create_keys(private_directory(directory), "Workspace", holders)
    async with server_process(directory, "--rate", "0") as server, asyncio.TaskGroup() as tasks:
        lines = [Line(server.url, key) for key in keys]
        writers = [
            Writer(f"w{number}", line, Random(random.random()), server.listening, pace.sending)
            for number, line in enumerate(lines)
        ]
        follower = Follower(Line(server.url, watching), server.listening)
        over = asyncio.Event()
        following = tasks.create_task(follower.follow(_END))
        writing = [tasks.create_task(writer.write(over)) for writer in writers]
        for _ in range(times):
            await pace.after(random.randint(1, _MOST_SENT))
            await _moment(random.uniform(0, _MOST_SECONDS))
            await _kill(server, writers, random, figures)
            on_kill(figures)
        over.set()
        await asyncio.gather(*writing)
        await writers[0].create(_END)
        await following
        await check_told(lines[0], writers)
        for line in lines:
            line.close()
    check_events(directory, writers, follower)
    figures.acknowledged = sum(writer.acknowledged.total() for writer in writers)
    figures.retried = sum(len(writer.retried) for writer in writers)
    figures.events, figures.resumed = follower.last, follower.resumed
    return figures


async def _kill(server: ServerProcess, writers: Sequence[Writer], random: Random, figures: Figures) -> None:
    """End the process as a power cut would, now and then once more while it starts; look; start it again."""
    await server.end()
    figures.kills += 1
    figures.made_unacknowledged += await asyncio.to_thread(check_dead, server.directory, writers)
    if random.random() < _EARLY:
        await server.spawn()
        await _moment(random.uniform(0, _START_SECONDS))
        await server.end()
        figures.kills_in_start += 1
    await server.start()


async def _moment(seconds: float) -> None:
    """A random while, which is what is tested: no event tells when a process dies."""
    passed = asyncio.Event()
    asyncio.get_running_loop().call_later(seconds, passed.set)
    await passed.wait()
