"""What the writer does for one customer costs the same however many there are: everybody else waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import SelectBase

from console.server.procedures.claims import CONVERSATIONS_OF_GUESTS
from console.server.procedures.customers import TAKEN_PART_IN
from console.server.store.database import Store
from console.server.store.engine import open_engine

PLANS = {
    "where a customer takes part": (
        TAKEN_PART_IN,
        (
            "conversations_by_customer (workspace_id=? AND customer_id=?)",
            "participants_by_customer (workspace_id=? AND kind=? AND person_id=?)",
        ),
    ),
    "the conversations of a guest": (
        CONVERSATIONS_OF_GUESTS,
        (
            "conversations_by_customer (workspace_id=? AND customer_id=?)",
            "customers_by_fingerprint (workspace_id=? AND fingerprint=?)",
        ),
    ),
}
VALUES = {"workspace": "w", "customer": "c", "fingerprint": "f", "guest": "g", "email": "e", "phone": "p"}


@pytest.mark.parametrize("name", PLANS)
async def test_they_are_found_by_index(tmp_path: Path, name: str) -> None:
    statement, indexes = PLANS[name]
    plan = await _plan(tmp_path, statement)
    assert len([step for step in plan if step.startswith(("SEARCH", "SCAN"))]) == len(indexes), plan
    for index in indexes:
        assert any(step.endswith(index) for step in plan), plan


async def _plan(directory: Path, statement: SelectBase) -> Sequence[str]:
    store = Store(directory, lambda _: None)
    await asyncio.to_thread(store.close)
    engine = open_engine(directory, "read")
    with engine.connect() as connection:
        compiled = statement.params(VALUES).compile(engine, compile_kwargs={"literal_binds": True})
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}")]
    engine.dispose()
    return plan
