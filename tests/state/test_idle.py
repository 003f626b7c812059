"""A console that nobody touches, on a real server behind a line that counts: while it is live it asks for nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

from console.client.api import Api
from console.state.database import Database
from console.state.desk import Desk
from console.state.drafts import Drafts
from console.state.follow import Follower
from console.state.outbox import Outbox
from console.state.store import Store
from tests.state.values import Clock, until, words
from tests.support.console import JANE, conversation_with
from tests.support.faulty_line import FaultyLine, faulty_line
from tests.support.server import running_server
from tests.support.waiting import answer_of

MINUTES = 10
PING = 0.05


async def quiet(line: FaultyLine, clock: Clock) -> None:
    """Let a minute pass in which nothing is asked."""

    async def minute() -> int:
        before = line.requests
        await clock.advance(60)
        return line.requests - before

    await answer_of(minute, lambda asked: asked == 0)


async def test_what_follows_a_live_server_asks_for_nothing_while_nothing_happens(tmp_path: Path) -> None:
    async with running_server(tmp_path / "server", ping_seconds=PING) as server, faulty_line(server.url) as line:
        key, clock = server.key(), Clock()
        async with Api(server.url, key) as beside, Api(line.url, key) as api:
            id = await conversation_with(beside, JANE, "Hello")
            store = Store(clock.now())
            database = Database(tmp_path / "console.sqlite", "default")
            desk = Desk(
                *(api, store, Drafts(database), Outbox(database)), now=clock.now, hold_seconds=5, sleep=clock.sleep
            )
            following = asyncio.create_task(Follower(api, store, desk, now=clock.now, sleep=clock.sleep).run())
            await until(store, lambda: store.line.state == "live")
            await desk.open(id)
            desk.reply(id, words("On its way"))
            await clock.advance(5)
            await until(store, lambda: [entry.delivery for entry in store.thread(id).entries] == ["sent"] * 2)
            await quiet(line, clock)
            asked, came = line.requests, line.carried["back"]
            for _ in range(MINUTES):
                await clock.advance(60)
            await answer_of(lambda: asyncio.sleep(0, line.carried["back"] - came), lambda bytes_: bytes_ > 0)
            assert line.requests == asked, "the server pinged, and nothing was asked"
            await desk.reload(id)
            assert line.requests == asked + 1, "what is asked is counted"
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
            await desk.close()
            database.close()
