"""The person's own database: drafts, and what was written and is not yet known to have arrived."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from console.errors import StateError

VERSION = 1

_PATIENCE_TO_OPEN = 2.0  # seconds for another console that opens it too
_PATIENCE = 150  # milliseconds: the whole console stands still for as long

_SCHEMA = f"""
create table drafts (
    profile text not null,
    conversation_id text not null,
    note integer not null,
    written text not null,
    incomplete integer not null,
    primary key (profile, conversation_id, note)
) without rowid;
create table outbox (
    place integer primary key,
    local_id text not null unique,
    profile text not null,
    owner text not null,
    conversation_id text not null,
    written text not null,
    state text not null,
    at text not null,
    problem text
);
pragma user_version = {VERSION};
"""


def open_database(path: Path, *, durable: bool) -> sqlite3.Connection:
    """Open the database at `path`, made if need be, for this user alone; `durable` waits for the disk at each write.

    Raises StateError of a file that is damaged, of a newer version of the console, or not ours to write.
    """
    with telling(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=True)
        path.chmod(0o600)
        connection = sqlite3.connect(path, timeout=_PATIENCE_TO_OPEN, isolation_level=None)
    try:
        with telling(path):
            connection.execute("pragma journal_mode = wal")
            connection.execute(f"pragma synchronous = {'full' if durable else 'normal'}")
            _migrate(connection, path)
            connection.execute(f"pragma busy_timeout = {_PATIENCE}")
    except StateError:
        connection.close()
        raise
    return connection


@contextmanager
def telling(path: Path) -> Iterator[None]:
    """Tell what went wrong with the file at `path` as a StateError."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise StateError(f"{path} is held by another program. Nothing was written: try again.") from error
        raise StateError(f"{path} cannot be written: {error}. Free some space or mend its permissions.") from error
    except sqlite3.DatabaseError as error:
        raise StateError(f"{path} is damaged: {error}. Move it away, and a new one is made.") from error
    except OSError as error:
        raise StateError(f"{path} cannot be used: {error.strerror}. Mend its permissions.") from error


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("begin immediate")  # two consoles may start at once
    try:
        (version,) = connection.execute("pragma user_version").fetchone()
        if version > VERSION:
            raise StateError(f"{path} was written by a newer console. Update this one, or move the file away.")
        if version == 0:
            for statement in filter(str.strip, _SCHEMA.split(";")):
                connection.execute(statement)
        connection.execute("commit")
    finally:
        if connection.in_transaction:
            connection.execute("rollback")
