"""Where a server answered at an earlier start: what a console need not ask before its first question."""

from __future__ import annotations

from contextlib import suppress

from console.client.trpc import Mount
from console.errors import StateError
from console.state.database import Database


class Mounts:
    """What is remembered of the server that a database is opened for."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def known(self) -> Mount | None:
        """The mount that was found last. Raises StateError."""
        with self._database.reading() as connection:
            row = connection.execute(
                "select path, transformer from mounts where server = ?", (self._database.server,)
            ).fetchone()
        return Mount(*row) if row is not None and row[1] in ("none", "superjson") else None

    def keep(self, mount: Mount) -> None:
        """Remember it instead. Where that cannot be, it is found again at the next start."""
        with suppress(StateError), self._database.writing(durable=False) as connection:
            connection.execute(
                "insert into mounts (server, path, transformer) values (?, ?, ?)"
                " on conflict (server) do update set path = excluded.path, transformer = excluded.transformer",
                (self._database.server, mount.path, mount.transformer),
            )
