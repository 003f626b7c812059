"""A screen that nobody touches, on a live server behind a line that counts: none of its timers asks for anything."""

from __future__ import annotations

import asyncio
from pathlib import Path

from console.client.api import Api
from tests.support.console import JANE, console_on, conversation_with
from tests.support.faulty_line import faulty_line
from tests.support.server import running_server
from tests.support.waiting import answer_of

MINUTES = 10
PING = 0.05


async def test_a_live_screen_asks_for_nothing_after_the_last_key(tmp_path: Path) -> None:
    async with running_server(tmp_path / "server", ping_seconds=PING) as server, faulty_line(server.url) as line:
        async with Api(server.url, server.key("admin")) as beside:
            await conversation_with(beside, JANE, "Hello")
        server.url = line.url
        async with console_on(server, tmp_path) as console:
            await console.until(lambda: console.names == ["Jane Cooper"])
            await console.press("j", "enter", "r")
            await console.write("half an answer")
            await console.press("escape")
            await console.until(lambda: console.main.row and console.main.row.unread == 0)
            await console.until(console.main.drafts.conversations)

            async def passing() -> int:
                before = line.requests
                console.main._tick()
                await console.pilot.pause()
                return line.requests - before

            await answer_of(passing, lambda asked: asked == 0)
            asked, came = line.requests, line.carried["back"]
            for _ in range(MINUTES):
                await passing()
            await answer_of(lambda: asyncio.sleep(0, line.carried["back"] - came), lambda bytes_: bytes_ > 0)
            assert line.requests == asked
            await console.press("e")
            await console.until(lambda: line.requests > asked)
