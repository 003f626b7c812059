"""The open store of a server: migrated, one writer, a few readers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from sqlalchemy.exc import OperationalError

from console.errors import SettingsError
from console.server.clock import Clock, as_milliseconds, utc_now
from console.server.ids import Ids
from console.server.store.engine import open_engine
from console.server.store.indexing import index_all
from console.server.store.migrate import migrate
from console.server.store.readers import Readers
from console.server.store.writer import Committed, Mutation, Transaction, Writer

if TYPE_CHECKING:
    from sqlalchemy import Connection

T = TypeVar("T")
P = ParamSpec("P")

READERS = 3


class Store:
    """Reads and writes of one data directory. Queries are functions of a connection, mutations of a transaction."""

    def __init__(self, directory: Path, on_commit: Callable[[Committed], None], clock: Clock = utc_now) -> None:
        migrate(directory)
        index_all(directory)
        self._readers = Readers(open_engine(directory, "read", READERS), READERS)
        self._looking = open_engine(directory, "read").connect()
        self._writer = Writer(open_engine(directory, "write"), on_commit, clock)
        self._writer.start()

    async def read(self, query: Callable[Concatenate[Connection, P], T], /, *arguments: P.args, **named: P.kwargs) -> T:
        """What `query` returns, of one consistent moment."""

        return await self._readers.read(lambda connection: query(connection, *arguments, **named))

    def look(self, query: Callable[Concatenate[Connection, P], T], /, *arguments: P.args, **named: P.kwargs) -> T:
        """What a query of a row or two returns, at once and in the caller's thread, which must always be the same."""
        return query(self._looking, *arguments, **named)

    async def write(self, mutation: Mutation[T]) -> T:
        """What `mutation` returns, once it is on disk."""
        return await self._writer.write(mutation)

    def close(self) -> None:
        """Finish what was begun. Blocks until then."""
        self._writer.stop()
        self._readers.stop()
        self._looking.close()
        self._looking.engine.dispose()


def write_once(directory: Path, mutation: Mutation[T], clock: Clock = utc_now) -> T:
    """A mutation from outside a server, also while one runs: for the person at the machine. Raises SettingsError."""
    migrate(directory)
    engine = open_engine(directory, "write")
    try:
        with engine.begin() as connection:
            return mutation(Transaction(connection, Ids(), as_milliseconds(clock())))
    except OperationalError as error:
        raise SettingsError(f"The data in {directory} cannot be used: {error.orig}. Try again.") from None
    finally:
        engine.dispose()
