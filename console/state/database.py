"""The person's own database: drafts, what was written and is not yet known to have arrived, the local list, and where
each server answers.

One connection of one console; what belongs together is written in one transaction, so that a crash at any point leaves
either all of it or nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from console.errors import StateError

VERSION = 3

_PATIENCE_TO_OPEN = 2.0  # seconds for another console that opens it too
_PATIENCE = 150  # milliseconds: the whole console stands still for as long

_MIGRATIONS: tuple[str, ...] = (
    """
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
    """,
    # The server that a text is for: what was written for one is never sent to another. Of before, none is known.
    """
    alter table drafts add column server text not null default '';
    alter table outbox add column server text not null default '';
    alter table outbox add column seen text;
    alter table outbox add column after text;
    create table conversations (
        profile text not null,
        server text not null,
        id text not null,
        record text not null,
        primary key (profile, server, id)
    ) without rowid;
    """,
    """
    create table mounts (
        server text primary key,
        path text not null,
        transformer text not null
    ) without rowid;
    """,
)


class Database:
    """The database at `path`, made if need be, for this user alone, as one console of `profile` on `server` sees it.

    Raises StateError of a file that is damaged, of a newer version of the console, or not ours to write.
    """

    def __init__(self, path: Path, profile: str, server: str = "") -> None:
        self.path = path
        self.profile = profile
        self.server = server
        self._is_closed = False
        self._then: list[Callable[[], object]] = []
        with telling(path):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(mode=0o600, exist_ok=True)
            path.chmod(0o600)
            self._connection = sqlite3.connect(path, timeout=_PATIENCE_TO_OPEN, isolation_level=None)
        try:
            with telling(path):
                self._connection.execute("pragma journal_mode = wal")
                self._migrate()
                self._connection.execute(f"pragma busy_timeout = {_PATIENCE}")
        except StateError:
            self._connection.close()
            raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection, for queries. Raises StateError."""
        with telling(self.path):
            yield self._connection

    @contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[sqlite3.Connection]:
        """The connection in a transaction, which the outermost block commits; `durable` waits for the disk.

        Raises StateError, and then nothing of it was written.
        """
        if not self._is_closed and self._connection.in_transaction:
            yield self._connection
            return
        with telling(self.path):
            self._connection.execute(f"pragma synchronous = {'full' if durable else 'normal'}")
            self._connection.execute("begin immediate")
            try:
                yield self._connection
                self._connection.execute("commit")
                for do in self._then:
                    do()
            finally:
                self._then.clear()
                if self._connection.in_transaction:
                    self._connection.execute("rollback")

    def when_kept(self, do: Callable[[], object]) -> None:
        """Have `do` called when what is being written was committed, and never if it could not be."""
        self._then.append(do)

    def close(self) -> None:
        """Close it. A second time does nothing."""
        if not self._is_closed:
            self._is_closed = True
            self._connection.close()

    def _version(self) -> int:
        (version,) = self._connection.execute("pragma user_version").fetchone()
        return int(version)

    def _migrate(self) -> None:
        if self._version() == VERSION:
            return  # as at almost every start, which then does not wait for the disk
        self._connection.execute("begin immediate")  # two consoles may start at once
        try:
            version = self._version()
            if version > VERSION:
                raise StateError(f"{self.path} was written by a newer console. Update this one, or move the file away.")
            for migration in _MIGRATIONS[version:]:
                for statement in filter(str.strip, migration.split(";")):
                    self._connection.execute(statement)
            self._connection.execute(f"pragma user_version = {VERSION}")
            self._connection.execute("commit")
        finally:
            if self._connection.in_transaction:
                self._connection.execute("rollback")


@contextmanager
def telling(path: Path) -> Iterator[None]:
    """Tell what went wrong with the file at `path` as a StateError."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise StateError(f"{path} is held by another program. Nothing was written: try again.") from error
        raise StateError(
            f"Nothing was written. Free some space, or mend permissions: {path} cannot be written ({error})."
        ) from error
    except sqlite3.DatabaseError as error:
        raise StateError(f"{path} is damaged: {error}. Move it away, and a new one is made.") from error
    except OSError as error:
        raise StateError(f"{path} cannot be used: {error.strerror}. Mend its permissions.") from error
