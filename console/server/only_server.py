"""One server to a data directory: presence and rates are counted in its memory, and an upgrade must find it stopped."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from console.errors import SettingsError

_LOCK = "server.lock"


@contextmanager
def only_server(directory: Path) -> Iterator[None]:
    """Hold a directory while the block runs. The system lets go of it when the process ends, however it ends.

    Raises SettingsError when another process holds it.
    """
    descriptor = os.open(directory / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            number = lock.read()
            raise SettingsError(
                f"A server runs on {directory} already (process {number}). Stop it, or choose another with --data."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def served_by_another(directory: Path) -> bool:
    """Whether another process holds the directory."""
    try:
        with (directory / _LOCK).open() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return lock.read() != str(os.getpid())
    except FileNotFoundError:
        pass
    return False
