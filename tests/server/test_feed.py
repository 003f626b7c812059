"""The feed: what all who follow a workspace read together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from console.server.feed import Feed
from console.server.store.database import Store
from console.server.store.events import emit_deleted
from console.server.store.keys import NewKey, create
from console.server.store.writer import Transaction


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """An open store with two workspaces."""
    opened = Store(tmp_path, lambda _: None)
    for name in ("north", "south"):
        key = NewKey(name, "Maya", f"maya@{name}.example", "admin", f"hash of {name}")
        await opened.write(lambda transaction, key=key: create(transaction, key))  # type: ignore[misc]
    yield opened
    await asyncio.to_thread(opened.close)


async def ids(store: Store) -> list[str]:
    """The workspaces."""
    query = text("SELECT id FROM workspaces ORDER BY name")
    return list(await store.read(lambda connection: connection.execute(query).scalars().all()))


async def happens(store: Store, workspace_id: str) -> None:
    """One more event."""

    def mutation(transaction: Transaction) -> None:
        emit_deleted(transaction, workspace_id, ["conv_1"])

    await store.write(mutation)


async def test_all_who_stand_at_one_place_get_one_page(store: Store) -> None:
    north, south = await ids(store)
    feed = Feed(store)
    await happens(store, north)
    mine, theirs = await asyncio.gather(feed.after(north, 0), feed.after(north, 0))
    assert mine is theirs
    assert [told.id for told in mine.told] == [1]
    assert (await feed.after(south, 0)).told == ()
    assert (await feed.after(north, 1)).told == ()


async def test_what_happened_is_read_again_also_by_who_asks_while_the_old_is_read(store: Store) -> None:
    north, _ = await ids(store)
    feed = Feed(store)
    begun = asyncio.ensure_future(feed.after(north, 0))
    await asyncio.sleep(0)
    await happens(store, north)
    feed.forget({north})
    assert [told.id for told in (await feed.after(north, 0)).told] == [1]
    await begun


async def test_a_reading_that_failed_is_tried_anew(store: Store) -> None:
    north, _ = await ids(store)
    feed = Feed(store)
    await happens(store, north)
    await store.write(lambda transaction: transaction.connection.exec_driver_sql("ALTER TABLE events RENAME TO e"))
    for _ in range(2):
        with pytest.raises(OperationalError):
            await feed.after(north, 0)
    await store.write(lambda transaction: transaction.connection.exec_driver_sql("ALTER TABLE e RENAME TO events"))
    assert len((await feed.after(north, 0)).told) == 1


async def test_one_listener_that_leaves_spoils_nothing_for_the_others(store: Store) -> None:
    north, _ = await ids(store)
    feed = Feed(store)
    await happens(store, north)
    leaving, staying = (asyncio.ensure_future(feed.after(north, 0)) for _ in range(2))
    await asyncio.sleep(0)
    leaving.cancel()
    assert len((await staying).told) == 1


async def test_no_more_pages_are_held_than_a_few(store: Store) -> None:
    north, _ = await ids(store)
    feed = Feed(store)
    first = await feed.after(north, 0)
    for place in range(1, 100):
        await feed.after(north, place)
    assert await feed.after(north, 0) is not first
    assert await feed.after(north, 99) is await feed.after(north, 99)
