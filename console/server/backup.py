"""A copy of a data directory in one file, made while its server runs.

The file is a tar archive of a data directory as it was at one moment: the database, the secret without which its keys
would open nothing, and the uploaded files that the database names. Unpacked into an empty directory it can be served.
"""

from __future__ import annotations

import os
import sqlite3
import tarfile
import tempfile
from contextlib import closing, suppress
from pathlib import Path

from console.errors import FileError
from console.server.auth import SECRET
from console.server.service import FOLDER
from console.server.store.engine import DATABASE

_WAIT_SECONDS = 10


def back_up(directory: Path, target: Path, *, overwrite: bool = False) -> None:
    """Write `target` whole or not at all, for its owner's eyes alone. Raises FileError."""
    _check_free(target, overwrite)
    try:
        # Beside the target: what is renamed must be on the same disk, and the data's own may be the one that is full.
        with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as scratch:
            database, archive = Path(scratch) / DATABASE, Path(scratch) / "archive"
            _copy(directory / DATABASE, database)
            _pack(directory, database, archive)
            _check_free(target, overwrite)
            archive.replace(target)
        _sync(target.parent)
    except OSError as error:
        raise FileError(f"{target} cannot be written: {error.strerror or 'unknown reason'}.") from error
    except sqlite3.Error as error:
        raise FileError(f"The data in {directory} cannot be copied to {target}: {error}.") from error


def _check_free(target: Path, overwrite: bool) -> None:
    if not overwrite and os.path.lexists(target):
        raise FileError(f"{target} is there already. Choose another name, or add --overwrite.")


def _copy(source: Path, target: Path) -> None:
    """The database as it is at this moment. In one step: writers go on meanwhile, and what they write is not in it."""
    with (
        closing(sqlite3.connect(source, timeout=_WAIT_SECONDS)) as original,
        closing(sqlite3.connect(target)) as copy,
    ):
        copy.execute("PRAGMA synchronous = OFF")  # it is read once and thrown away
        original.backup(copy)


def _pack(directory: Path, database: Path, archive: Path) -> None:
    descriptor = os.open(archive, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        with tarfile.open(fileobj=file, mode="w") as tar:
            _add_folder(tar, directory, ".")
            _add_file(tar, database, DATABASE)
            _add_file(tar, directory / SECRET, SECRET)
            folders = [FOLDER]
            _add_folder(tar, directory, FOLDER)
            for key in _file_keys(database):
                name = f"{FOLDER}/{key}"
                folder = name.rpartition("/")[0]
                if folder not in folders:
                    folders.append(folder)
                    _add_folder(tar, directory, folder)
                # A file that was deleted since the database was copied has gone with whoever it belonged to.
                with suppress(FileNotFoundError):
                    _add_file(tar, directory / name, name)
        file.flush()
        os.fsync(file.fileno())


def _file_keys(database: Path) -> list[str]:
    with closing(sqlite3.connect(database)) as connection:
        return [key for (key,) in connection.execute("SELECT s3_key FROM attachments ORDER BY s3_key")]


def _add_file(tar: tarfile.TarFile, path: Path, name: str) -> None:
    with path.open("rb") as file:
        entry = tar.gettarinfo(arcname=name, fileobj=file)
        entry.mode = 0o600
        tar.addfile(entry, file)


def _add_folder(tar: tarfile.TarFile, directory: Path, name: str) -> None:
    """Shut to others, also where it is unpacked."""
    entry = tar.gettarinfo(directory, arcname=name)
    entry.mode = 0o700
    tar.addfile(entry)


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
