"""Where a server answered is known at the next start, and forgotten for none other."""

from __future__ import annotations

import asyncio
from pathlib import Path

from console.client.trpc import Mount
from console.state.database import Database
from console.state.log import Log
from console.state.mounts import Mounts
from console.state.workspace import Server, Workspace
from tests.client.fakes import HostedProduct, running
from tests.state.values import START

HERE, THERE = "https://here.example", "https://there.example"


def test_the_last_mount_of_a_server_is_known_whatever_the_profile(tmp_path: Path) -> None:
    path = tmp_path / "console.sqlite"
    database = Database(path, "default", HERE)
    assert Mounts(database).known() is None
    Mounts(database).keep(Mount("/trpc", "none"))
    Mounts(database).keep(Mount("/api/trpc", "superjson"))
    database.close()

    again, other = Database(path, "work", HERE), Database(path, "default", THERE)
    assert Mounts(again).known() == Mount("/api/trpc", "superjson")
    assert Mounts(other).known() is None
    again.close()
    other.close()


def test_what_another_hand_wrote_is_not_known(tmp_path: Path) -> None:
    database = Database(tmp_path / "console.sqlite", "default", HERE)
    with database.writing() as connection:
        connection.execute("insert into mounts values (?, '/trpc', 'xml')", (HERE,))
    assert Mounts(database).known() is None
    database.close()


def test_what_cannot_be_kept_is_left(tmp_path: Path) -> None:
    database = Database(tmp_path / "console.sqlite", "default", HERE)
    database.close()
    Mounts(database).keep(Mount("/trpc", "none"))


async def test_a_server_is_asked_where_it_answers_at_the_first_start_alone(tmp_path: Path) -> None:
    async with running(HostedProduct(mount="/trpc")) as server:

        async def probes() -> list[str]:
            """A start, as far as the first question; on what paths the server was looked for."""
            server.heard.clear()
            log = Log(tmp_path, now=lambda: START, profile="default")
            opened = Workspace(
                Server(server.url, "plato_k", "auto", "auto", is_metered=False),
                *(tmp_path, "default", log),
                now=lambda: START,
                hold_seconds=0,
                told=lambda error: None,
            )
            following = asyncio.create_task(opened.follower.run())
            while not any("v1.connect" in heard.path for heard in server.heard):  # noqa: ASYNC110
                await asyncio.sleep(0.001)
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
            await opened.close()
            log.close()
            return [heard.path for heard in server.heard if heard.path.endswith("__probe__")]

        assert await probes() == ["/api/trpc/__probe__", "/trpc/__probe__"]
        assert await probes() == []
