"""Bring a data directory to the newest tables, also when two processes start on it at once."""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from console.errors import SettingsError
from console.server.only_server import served_by_another
from console.server.store.engine import DATABASE, open_engine
from console.server.store.schema import HEAD

MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = "migrate.lock"


def migrate(directory: Path) -> None:
    """Make or upgrade the tables in `directory`. Raises SettingsError for those that we cannot read."""
    try:
        _migrate(directory)
    except sqlite3.Error as error:
        raise SettingsError(f"{directory / DATABASE} cannot be used: {error}. Put a copy back in its place.") from None
    except OSError as error:
        raise SettingsError(f"{directory} cannot be used for data: {error.strerror}.") from None


def _migrate(directory: Path) -> None:
    if _version(directory) == HEAD:
        return
    with _alone(directory):
        version = _version(directory)
        if version == HEAD:
            return
        if version is not None and version > HEAD:
            raise SettingsError(f"A newer version of this program wrote {directory}. Upgrade, then start again.")
        if version is not None and served_by_another(directory):
            raise SettingsError(f"A server of an older version runs on {directory}. Stop it, then try again.")
        _copy(directory, version)
        upgrade(directory)


def _version(directory: Path) -> str | None:
    """Where the tables stand, found without importing alembic, which costs a third of the start."""
    if not (directory / DATABASE).exists():
        return None
    with closing(sqlite3.connect(directory / DATABASE, timeout=10)) as connection:
        known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
        found = connection.execute("SELECT version_num FROM alembic_version").fetchone() if known else None
    return found[0] if found else None


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """One process at a time; the lock goes with its process."""
    with (directory / _LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _copy(directory: Path, version: str | None) -> None:
    """Keep what an upgrade starts from, beside it: with what its log holds, and for its owner's eyes alone."""
    if version is None:
        return
    kept = directory / f"{DATABASE}.before-{HEAD}"
    kept.touch(mode=0o600)
    try:
        with closing(sqlite3.connect(directory / DATABASE)) as source, closing(sqlite3.connect(kept)) as copy:
            source.backup(copy)
    except sqlite3.Error as error:
        raise SettingsError(f"No copy can be kept of {directory} before its upgrade: {error}. Make room.") from error


def upgrade(directory: Path, revision: str = HEAD) -> None:
    """Bring the tables to a revision, whatever stands there. Raises SettingsError when that fails: they stay."""
    from alembic import command
    from alembic.config import Config
    from sqlalchemy.exc import DBAPIError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    engine = open_engine(directory, "write")
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
    except DBAPIError as error:
        raise SettingsError(
            f"The tables in {directory} cannot be upgraded: {error.orig}."
            " Make room, end what uses them, then start again."
        ) from None
    finally:
        engine.dispose()
