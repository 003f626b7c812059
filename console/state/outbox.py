"""The outbox: a message is written down here before it is sent, and crossed out when the server has it.

Each console locks a file of its own beside the database for as long as it lives, so that of two consoles of one profile
neither takes over what the other is about to send, and one that starts takes over what a dead one left.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from ulid import ULID

from console.errors import StateError
from console.state.database import open_database, telling
from console.state.rows import Written
from console.state.written import from_text, to_text

LetterState = Literal["held", "sending", "failed", "unknown"]


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that is not known to have arrived."""

    local_id: str
    conversation_id: str
    written: Written
    state: LetterState
    at: datetime  # when it was written
    problem: str | None = None


class Outbox:
    """The unsent messages of one profile. Every method raises StateError for a file that cannot be used."""

    def __init__(self, path: Path, profile: str) -> None:
        self._path = path
        self._profile = profile
        self._owner = str(ULID())
        self._is_closed = False
        self._connection = open_database(path, durable=True)
        try:
            with telling(path):
                self._lock = _lock(self._lock_path(self._owner))
        except StateError:
            self._connection.close()
            raise

    def put(self, letter: Letter) -> None:
        """Write a new message down, or what has become of it."""
        with telling(self._path):
            self._connection.execute(
                "insert into outbox (local_id, profile, owner, conversation_id, written, state, at, problem)"
                " values (?, ?, ?, ?, ?, ?, ?, ?)"
                " on conflict (local_id) do update set state = excluded.state, problem = excluded.problem",
                (
                    letter.local_id,
                    self._profile,
                    self._owner,
                    letter.conversation_id,
                    to_text(letter.written),
                    letter.state,
                    letter.at.isoformat(),
                    letter.problem,
                ),
            )

    def remove(self, local_id: str) -> None:
        """Cross a message out: it arrived, or was taken back."""
        with telling(self._path):
            self._connection.execute("delete from outbox where local_id = ?", (local_id,))

    def take_over(self) -> tuple[Letter, ...]:
        """What consoles that have ended left behind, in the order of its writing; it is ours from now on."""
        with telling(self._path):
            self._connection.execute("begin immediate")
            try:
                owners = self._connection.execute(
                    "select distinct owner from outbox where profile = ?", (self._profile,)
                ).fetchall()
                ended = [owner for (owner,) in owners if owner != self._owner and self._has_ended(owner)]
                self._connection.executemany(
                    "update outbox set owner = ? where profile = ? and owner = ?",
                    [(self._owner, self._profile, owner) for owner in ended],
                )
                self._connection.execute("commit")
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("rollback")
            rows = self._connection.execute(
                "select local_id, conversation_id, written, state, at, problem from outbox"
                " where profile = ? and owner = ? order by place",
                (self._profile, self._owner),
            ).fetchall()
        letters = []
        for local_id, conversation_id, written, state, at, problem in rows:
            with suppress(
                StateError
            ):  # changed by another hand: it stays where it is, and must not keep us from working
                letter = Letter(
                    local_id,
                    conversation_id,
                    from_text(written, self._path),
                    state,
                    datetime.fromisoformat(at),
                    problem,
                )
                letters.append(letter)
        return tuple(letters)

    def close(self) -> None:
        """Close the file; what is still in it is there for the next console. A second time does nothing."""
        if self._is_closed:
            return
        self._is_closed = True
        self._connection.close()
        self._lock_path(self._owner).unlink(missing_ok=True)
        os.close(self._lock)

    def _lock_path(self, owner: str) -> Path:
        return self._path.with_name(f"{self._path.name}-{owner}.lock")

    def _has_ended(self, owner: str) -> bool:
        """Whether the console that held this lock is gone; its file is cleared away then."""
        path = self._lock_path(owner)
        try:
            lock = _lock(path, create=False)
        except FileNotFoundError:
            return True
        except BlockingIOError:
            return False
        path.unlink(missing_ok=True)
        os.close(lock)
        return True


def _lock(path: Path, *, create: bool = True) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | (os.O_CREAT if create else 0), 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
