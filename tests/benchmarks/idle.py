"""What a console asks of a server while nobody does anything: requests a minute, live and polling.

python -m tests.benchmarks.idle [MINUTES [SPEED]]

A real server behind a line that counts; the console as it is without its screen, its clock SPEED times as fast. Ten
conversations are known and one is open.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Collection
from pathlib import Path
from tempfile import TemporaryDirectory

from console.client.api import Api
from console.contract.inputs import CustomerInput
from tests.support.console import conversation_with
from tests.support.fast_clock import FastClock
from tests.support.faulty_line import faulty_line
from tests.support.headless import console
from tests.support.server import running_server

CONVERSATIONS = 10


async def main(minutes: int = 12, speed: float = 60.0) -> None:
    """Print the requests of each minute, both ways of following."""
    for name, without in (("live", ()), ("polling", ("events",))):
        with TemporaryDirectory() as folder:
            asked, carried = await _counted(Path(folder), without, minutes, speed)
        shown = " ".join(f"{count:>3}" for count in asked)
        print(f"{name:8} requests in each minute: {shown}", flush=True)  # noqa: T201
        print(f"{'':8} bytes in the last minute: {carried:,}", flush=True)  # noqa: T201


async def _counted(here: Path, without: Collection[str], minutes: int, speed: float) -> tuple[list[int], int]:
    """The requests of each minute after the conversation was opened, and the bytes of the last minute, both ways."""
    clock, asked, carried = FastClock(speed), list[int](), 0
    async with running_server(here / "server", without=without) as server, faulty_line(server.url) as line:
        key = server.key()
        async with Api(server.url, key) as beside:
            ids = [
                await conversation_with(beside, CustomerInput(external_id=str(number), name=f"Customer {number}"), "Hi")
                for number in range(CONVERSATIONS)
            ]
        async with console(line.url, here / "console", key, clock=clock) as it:
            await it.desk.open(ids[0])
            for _ in range(minutes):
                before, carried = line.requests, sum(line.carried.values())
                await clock.sleep(60)
                asked.append(line.requests - before)
                carried = sum(line.carried.values()) - carried
    return asked, carried


if __name__ == "__main__":
    asyncio.run(main(*(kind(text) for kind, text in zip((int, float), sys.argv[1:], strict=False))))
