"""SQLite as we use it: WAL, durable commits, foreign keys, transactions begun by us and not by the driver."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from sqlalchemy import Engine

DATABASE = "workspace.db"
_WAIT_SECONDS = 10
PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA cache_size = -8000",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA secure_delete = ON",  # what was deleted is overwritten, also where SQLite was not built to do so
)
Purpose = Literal["read", "write"]


def open_engine(directory: Path, purpose: Purpose, connections: int = 1) -> Engine:
    """The database in `directory`: to write, or to read, for which no transaction is begun."""
    from sqlalchemy import create_engine, event

    engine = create_engine(
        f"sqlite:///{directory / DATABASE}",
        pool_size=connections,
        max_overflow=0,
        hide_parameters=True,  # what people wrote must not stand in an error
        connect_args={"timeout": _WAIT_SECONDS, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: Any) -> None:
        # The driver would begin transactions only at the first write, and commit behind our back.
        connection.isolation_level = None
        for pragma in PRAGMAS:
            connection.execute(pragma)
        connection.create_function("begins", 2, _begins, deterministic=True)
        if purpose != "write":
            connection.execute("PRAGMA query_only = ON")

    @event.listens_for(engine, "begin")
    def begun(connection: Any) -> None:
        if purpose == "write":
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _begins(text: str, words: str) -> bool:
    """Whether in a text of words, one space between them, all the words of a list are begun, one a line."""
    within = " " + text
    return all(f" {word}" in within for word in words.split("\n"))
