"""Deleting a conversation, whatever hangs below it."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from console.contract.inputs import ConversationId
from console.server.keyring import private_directory
from console.server.procedures import conversations as procedures
from console.server.store.database import Store
from console.server.store.prepared import driver_of
from console.server.store.schema import conversations
from console.server.store.writer import Transaction
from tests.server.workspace import Desk, caller_in

PARAMETERS = 100
"""How many parameters a statement may have here: SQLite's own bound of some ten thousands is slow to reach."""


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """A workspace whose statements may have few parameters."""

    def bound(transaction: Transaction) -> None:
        driver_of(transaction.connection).setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, PARAMETERS)

    store = Store(private_directory(tmp_path / "data"), lambda _: None)
    await store.write(bound)
    yield Desk(store, await caller_in(store, "here"))
    store.close()


async def test_more_conversations_than_a_statement_has_parameters_are_deleted_whole(desk: Desk) -> None:
    top = await desk.conversation()
    kept = await desk.conversation("Kept")
    below = range(3 * PARAMETERS)

    def fill(transaction: Transaction) -> None:
        row = transaction.connection.execute(select(conversations).where(conversations.c.id == top.id)).mappings().one()
        # Each second one below the one before, so that the tree is wide and deep.
        parents = [top.id if place % 2 else f"conv_{place - 1}" if place else top.id for place in below]
        rows = [{**row, "id": f"conv_{place}", "parent_id": parents[place]} for place in below]
        transaction.connection.execute(conversations.insert(), rows)

    await desk.store.write(fill)
    answer = await desk.write(procedures.delete_conversation, ConversationId(id=top.id))
    assert answer.deleted == len(below) + 1
    left = await desk.store.read(lambda connection: connection.execute(select(conversations.c.id)).scalars().all())
    assert left == [kept.id]
