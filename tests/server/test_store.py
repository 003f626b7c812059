"""The store: migrations, the one writer, and what a crash or a full disk may not do."""

from __future__ import annotations

import asyncio
import multiprocessing
import sqlite3
import stat
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, inspect, select, text
from sqlalchemy.exc import OperationalError

from console.errors import SettingsError
from console.server.clock import as_milliseconds, utc_now
from console.server.files import FileStore
from console.server.refusal import Refusal, bad_request
from console.server.store.database import Store, write_once
from console.server.store.engine import DATABASE, open_engine
from console.server.store.migrate import MIGRATIONS, migrate, upgrade
from console.server.store.prepared import driver_of
from console.server.store.schema import HEAD, answers, attachments, metadata, workspaces
from console.server.store.writer import BATCH, Committed, Transaction
from console.server.sweeping import sweep


def adding(name: str) -> Callable[[Transaction], str]:
    """A mutation that makes a workspace of this name."""

    def mutation(transaction: Transaction) -> str:
        values = {"id": name, "name": name, "created_at": transaction.now}
        transaction.connection.execute(workspaces.insert(), values)
        transaction.woken.add(name)
        return name

    return mutation


def count(connection: Connection) -> int:
    """How many workspaces there are."""
    return int(connection.execute(select(func.count()).select_from(workspaces)).scalar_one())


@pytest.fixture
async def committed() -> list[Committed]:
    """What the writer told after its batches."""
    return []


@pytest.fixture
async def store(tmp_path: Path, committed: list[Committed]) -> AsyncIterator[Store]:
    """An open store."""
    opened = Store(tmp_path, committed.append)
    yield opened
    await asyncio.to_thread(opened.close)


def test_the_migrations_end_where_the_tables_say_and_make_exactly_those(tmp_path: Path) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.config import Config
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD
    migrate(tmp_path)
    engine = open_engine(tmp_path, "write")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": _is_a_table_of_ours})
        assert compare_metadata(context, metadata) == []
        for table in metadata.sorted_tables:  # what the comparison leaves out
            found = inspect(connection).get_pk_constraint(table.name)["constrained_columns"]
            assert found == [column.name for column in table.primary_key.columns]
            kept = {tuple(key["constrained_columns"]) for key in inspect(connection).get_foreign_keys(table.name)}
            assert kept == {tuple(key.column_keys) for key in table.foreign_key_constraints}
    engine.dispose()


def _is_a_table_of_ours(name: str | None, kind: str, _parents: object) -> bool:
    searched = ("message_search", "conversation_search")  # SQLite's own tables, behind the indexes of words
    return kind != "table" or not (name or "").startswith(searched)


def test_every_unique_index_and_foreign_key_has_the_workspace_in_it() -> None:
    for table in metadata.sorted_tables:
        if table.name == "workspaces":
            continue
        unique = [index.columns.keys() for index in table.indexes if index.unique]
        keys = [[*table.primary_key.columns.keys()], *unique]
        for columns in keys:
            assert "workspace_id" in columns or table.name == "keys", (table.name, columns)
        for foreign in table.foreign_key_constraints:
            assert foreign.column_keys[0] == "workspace_id", (table.name, foreign.column_keys)


def _start(directory: str) -> None:
    migrate(Path(directory))


def test_processes_that_start_at_once_make_the_tables_once(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    starting = [spawn.Process(target=_start, args=(str(tmp_path),)) for _ in range(2)]
    for process in starting:
        process.start()
    for process in starting:
        process.join(60)
    assert [process.exitcode for process in starting] == [0, 0]
    with closing(sqlite3.connect(tmp_path / DATABASE)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(HEAD,)]


def test_tables_of_a_newer_version_are_left_alone(tmp_path: Path) -> None:
    migrate(tmp_path)
    with closing(sqlite3.connect(tmp_path / DATABASE)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SettingsError, match="newer version"):
        migrate(tmp_path)


def test_an_upgrade_reads_out_of_kept_answers_what_they_tell_of(tmp_path: Path) -> None:
    upgrade(tmp_path, "0001")
    kept = [
        ("send", '{"id":"msg_1","conversationId":"conv_1"}'),
        ("make", '{"id":"conv_1"}'),
        ("mark", '{"unreadCount":0}'),
    ]
    with closing(sqlite3.connect(tmp_path / DATABASE)) as connection, connection:
        connection.execute("INSERT INTO workspaces VALUES ('ws', 'Northwind', 0)")
        connection.executemany(
            "INSERT INTO answers (workspace_id, key_id, idempotency_key, question, answer, created_at)"
            " VALUES ('ws', 'key', ?, '', ?, 0)",
            kept,
        )
    migrate(tmp_path)
    with closing(sqlite3.connect(tmp_path / DATABASE)) as connection:
        told = connection.execute("SELECT idempotency_key, conversation_id FROM answers").fetchall()
    assert sorted(told, key=str) == [("make", "conv_1"), ("mark", None), ("send", "conv_1")]


def test_commits_are_durable_and_foreign_keys_hold(tmp_path: Path) -> None:
    migrate(tmp_path)
    engine = open_engine(tmp_path, "write")
    with engine.connect() as connection:
        pragmas = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    engine.dispose()
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


async def test_a_write_is_answered_once_others_can_read_it(store: Store, committed: list[Committed]) -> None:
    assert await store.write(adding("a")) == "a"
    assert await store.read(count) == 1
    assert store.look(count) == 1
    assert committed == [Committed(frozenset({"a"}), ())]


async def test_writes_that_wait_together_share_a_transaction_and_keep_their_order(
    store: Store, committed: list[Committed]
) -> None:
    names = [f"w{number:03d}" for number in range(3 * BATCH)]
    ended = await asyncio.gather(*(store.write(adding(name)) for name in names))
    assert ended == names
    assert await store.read(lambda connection: list(connection.execute(select(workspaces.c.id)).scalars())) == names
    assert len(committed) < len(names)
    assert frozenset().union(*(batch.workspaces for batch in committed)) == frozenset(names)


async def test_a_write_that_fails_leaves_nothing_and_the_others_alone(store: Store, committed: list[Committed]) -> None:
    def failing(transaction: Transaction) -> None:
        adding("half")(transaction)
        raise bad_request("No.")

    ended = await asyncio.gather(
        store.write(adding("a")),
        store.write(failing),
        store.write(adding("a")),
        store.write(adding("b")),
        return_exceptions=True,
    )
    assert ended[0] == "a"
    assert isinstance(ended[1], Refusal)
    assert type(ended[2]).__name__ == "IntegrityError"
    assert ended[3] == "b"
    assert await store.read(count) == 2
    assert "half" not in frozenset().union(*(batch.workspaces for batch in committed))


async def test_when_the_database_drops_a_batch_all_of_it_fails_and_the_writer_lives(store: Store) -> None:
    def breaking(transaction: Transaction) -> None:
        transaction.connection.exec_driver_sql("ROLLBACK")  # as SQLite does by itself on a full disk

    begun, held = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def holding(_: Transaction) -> None:
        loop.call_soon_threadsafe(begun.set)
        asyncio.run_coroutine_threadsafe(held.wait(), loop).result(10)

    first = asyncio.ensure_future(store.write(holding))
    await begun.wait()
    together = [asyncio.ensure_future(store.write(one)) for one in (adding("a"), breaking, adding("b"))]
    await asyncio.sleep(0)
    held.set()
    await first
    ended = await asyncio.gather(*together, return_exceptions=True)
    assert [type(end) for end in ended] == [OperationalError] * 3
    assert await store.read(count) == 0
    assert await store.write(adding("c")) == "c"


async def test_an_error_of_the_database_tells_nothing_of_what_was_written(store: Store) -> None:
    await store.write(adding("a secret name"))
    with pytest.raises(Exception, match="UNIQUE") as failed:
        await store.write(adding("a secret name"))
    assert "a secret name" not in str(failed.value)


async def test_a_cancelled_write_leaves_the_writer_at_work(store: Store) -> None:
    writing = asyncio.ensure_future(store.write(adding("a")))
    await asyncio.sleep(0)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert await store.write(adding("b")) == "b"
    assert await store.read(count) in (1, 2)


async def test_what_was_given_before_the_end_is_still_written(tmp_path: Path) -> None:
    store = Store(tmp_path, lambda _: None)
    writing = [asyncio.ensure_future(store.write(adding(f"w{number}"))) for number in range(10)]
    await asyncio.sleep(0)
    await asyncio.to_thread(store.close)
    assert await asyncio.gather(*writing) == [f"w{number}" for number in range(10)]


async def test_readers_cannot_write(store: Store) -> None:
    with pytest.raises(OperationalError, match="readonly"):
        await store.read(lambda connection: connection.execute(workspaces.delete()))


async def test_a_reading_is_of_one_moment_while_others_write(store: Store) -> None:
    def twice(connection: Connection) -> tuple[int, int]:
        before = count(connection)
        asyncio.run_coroutine_threadsafe(store.write(adding("later")), loop).result(10)
        return before, count(connection)

    loop = asyncio.get_running_loop()
    assert await store.read(twice) == (0, 0)
    assert await store.read(count) == 1


async def test_another_process_writes_beside_a_running_store(store: Store, tmp_path: Path) -> None:
    await asyncio.gather(
        *(store.write(adding(f"a{number}")) for number in range(20)),
        *(asyncio.to_thread(write_once, tmp_path, adding(f"b{number}")) for number in range(5)),
    )
    assert await store.read(count) == 25


def test_the_database_is_the_owners_alone(tmp_path: Path) -> None:
    from console.server.keyring import private_directory

    directory = private_directory(tmp_path / "data")
    migrate(directory)
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) & 0o077 for file in directory.iterdir()} == {0}


async def test_a_start_with_nothing_to_write_waits_for_no_other_writer(tmp_path: Path) -> None:
    migrate(tmp_path)
    with closing(sqlite3.connect(tmp_path / DATABASE, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        store = Store(tmp_path, lambda _: None)
        assert await store.read(count) == 0
        other.execute("ROLLBACK")
    await asyncio.to_thread(store.close)


async def test_a_sweep_is_of_many_short_writes_and_looks_at_nothing_that_stays(
    store: Store, tmp_path: Path, committed: list[Committed]
) -> None:
    old = as_milliseconds(utc_now()) - 2 * 24 * 60 * 60 * 1000
    ran: list[str] = []

    def fill(transaction: Transaction) -> None:
        adding("ws")(transaction)
        for number in range(450):
            for at in (old, transaction.now):
                row = {"workspace_id": "ws", "created_at": at}
                key = {"key_id": "key", "idempotency_key": f"{at} {number}", "question": "", "answer": "{}"}
                transaction.connection.execute(answers.insert(), row | key)
                file = {"id": f"{at} {number}", "s3_key": f"ws/{at} {number}", "name": "", "type": "", "place": 0}
                transaction.connection.execute(attachments.insert(), row | file)
        driver_of(transaction.connection).set_trace_callback(ran.append)

    def left(connection: Connection) -> list[int]:
        tables = (answers, attachments)
        return [int(connection.execute(select(func.count()).select_from(one)).scalar_one()) for one in tables]

    def plans(connection: Connection) -> list[str]:
        steps = [statement for statement in ran if statement.startswith("DELETE")]
        return [row[3] for one in steps for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {one}")]

    await store.write(fill)
    committed.clear()
    await sweep(store, FileStore(tmp_path / "files"))
    assert await store.read(left) == [450, 450]
    assert [len(batch.files) for batch in committed] == [200, 200, 50]
    assert sum(statement.startswith("DELETE FROM answers") for statement in ran) == 3
    assert {plan for plan in await store.read(plans) if plan.startswith("SCAN")} == set()
