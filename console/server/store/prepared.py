"""Statements that are compiled once and run on the driver itself.

What SQLAlchemy does at each execution costs ten times what SQLite takes for an insert. On the way of every send and
every page that is most of the time, so there its statements are used for their text alone.
"""

from __future__ import annotations

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.sql.base import Executable

_DIALECT = sqlite.dialect(paramstyle="named")
_LIST = "ids"
_NOTHING: Mapping[str, Any] = {}


class Prepared:
    """A statement, of which every parameter must be given each time. Raises SQLAlchemy's errors, without values.

    An expanding parameter, of which there may be one, is named `ids`.
    """

    def __init__(self, clause: Executable | Callable[[], Executable]) -> None:
        self._source = clause
        self._by_count: dict[int, str] = {}
        self._row: Callable[[Iterable[Any]], Any] | None = None

    @cached_property
    def _clause(self) -> Any:
        return self._source() if callable(self._source) else self._source

    @cached_property
    def _compiled(self) -> Any:
        return self._clause.compile(dialect=_DIALECT)

    @cached_property
    def text(self) -> str:
        """The statement in SQLite's words."""
        return str(self._compiled)

    @cached_property
    def _constants(self) -> dict[str, Any]:
        """What the statement itself gives as parameters."""
        return {name: bind.value for name, bind in self._compiled.binds.items() if not bind.required}

    def run(self, connection: Connection, values: Mapping[str, Any]) -> sqlite3.Cursor:
        """Run it; the cursor has what it returns."""
        return run(connection, self.text, {**self._constants, **values} if self._constants else values)

    def run_for(self, connection: Connection, ids: Iterable[str], values: Mapping[str, Any]) -> sqlite3.Cursor:
        """Run it for a list of ids."""
        listed = {f"{_LIST}_{place}": one for place, one in enumerate(ids, 1)}
        return run(connection, self._text_for(len(listed)), {**self._constants, **values, **listed})

    def first(self, connection: Connection, values: Mapping[str, Any]) -> Any:
        """The first row by the names of its columns, None without one."""
        cursor = self.run(connection, values)
        row = cursor.fetchone()
        cursor.close()  # SQLite begins no checkpoint while a statement is left half read
        return None if row is None else self._named(cursor)(row)

    def scalar(self, connection: Connection, values: Mapping[str, Any]) -> Any:
        """The first column of the first row, None without one."""
        cursor = self.run(connection, values)
        row = cursor.fetchone()
        cursor.close()
        return None if row is None else row[0]

    def all(self, connection: Connection, values: Mapping[str, Any]) -> list[Any]:
        """All rows by the names of their columns."""
        cursor = self.run(connection, values)
        return list(map(self._named(cursor), cursor))

    def all_for(self, connection: Connection, ids: Iterable[str], values: Mapping[str, Any]) -> list[Any]:
        """All rows of a list of ids, by the names of their columns."""
        cursor = self.run_for(connection, ids, values)
        return list(map(self._named(cursor), cursor))

    def _text_for(self, count: int) -> str:
        text = self._by_count.get(count)
        if text is None:
            wanted: dict[str, Any] = dict.fromkeys(self._compiled.binds)
            clause = self._clause.params(wanted | self._constants | {_LIST: [""] * count})
            text = str(clause.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True}))
            self._by_count[count] = text
        return text

    def _named(self, cursor: sqlite3.Cursor) -> Callable[[Iterable[Any]], Any]:
        if self._row is None:
            names = [column[0] for column in cursor.description]
            self._row = cast("Any", namedtuple("Row", names, rename=True))._make
        assert self._row is not None
        return self._row


def run(connection: Connection, text: str, values: Mapping[str, Any] = _NOTHING) -> sqlite3.Cursor:
    """Run a statement in SQLite's words. Raises SQLAlchemy's errors, without values."""
    try:
        return driver_of(connection).execute(text, values)
    except sqlite3.Error as error:
        raise DBAPIError.instance(text, None, error, sqlite3.Error, hide_parameters=True) from error


def driver_of(connection: Connection) -> sqlite3.Connection:
    """SQLite's own connection under one of SQLAlchemy's."""
    return cast("sqlite3.Connection", connection.connection.dbapi_connection)
