"""The outbox: a message is written down here before it is sent, and crossed out when the server has it.

Each console locks a file of its own beside the database for as long as it lives, so that of two consoles of one profile
neither takes over what the other is about to send, and one that starts takes over what a dead one left.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from typing import Literal

from console.errors import StateError
from console.state.database import Database, telling
from console.state.rows import Written
from console.state.written import from_text, to_text
from console.values import dataclass

LetterState = Literal["held", "waiting", "stopped", "sending", "failed", "unknown"]
"""held: may be taken back for a while yet. waiting: it is to leave, and has not. stopped: the thread moved on, so the
person is asked first. sending: it was handed to the network. failed: it did not arrive, and why. unknown: it left, and
nothing tells whether it arrived."""

_OWNER_BYTES = 13  # as long in hex as the names of those that are in use already


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that is not known to have arrived."""

    local_id: str
    conversation_id: str
    written: Written
    state: LetterState
    at: datetime  # when it was written
    problem: str | None = None
    seen: str | None = None  # the newest message that its writer had seen; "" in an empty thread
    after: str | None = None  # the newest one that we knew when it was handed to the network; "" likewise


class Outbox:
    """The unsent messages of one profile on one server. Every method raises StateError for a file that cannot be used.

    `is_second`: another console of this profile was open before.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._of = (database.profile, database.server)
        self._owner = token_hex(_OWNER_BYTES)
        self._is_closed = False
        with telling(database.path):
            self._first = _try_lock(self._beside(f"-{database.profile}.lock"), create=True)
            coming = self._beside(f"-{self._owner}.new")  # unlocked, one that starts beside us would clear it away
            self._lock = _try_lock(coming, create=True)
            coming.rename(self._lock_path(self._owner))
        self.is_second = self._first is None

    @contextmanager
    def together(self) -> Iterator[None]:
        """What is written into the database meanwhile is kept as one, drafts too, or nothing of it."""
        with self._database.writing():
            yield

    def put(self, letter: Letter) -> None:
        """Write a new message down, or what has become of it.

        Only that it is handed to the network waits for the disk: were anything else lost with the machine's power, the
        next console would find it one step before, and nothing would be sent that was not to be.
        """
        with self._database.writing(durable=letter.state == "sending") as connection:
            connection.execute(
                "insert into outbox (local_id, profile, server, owner, conversation_id, written, state, at, problem,"
                " seen, after) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                " on conflict (local_id) do update set state = excluded.state, problem = excluded.problem,"
                " seen = excluded.seen, after = excluded.after",
                (
                    letter.local_id,
                    *self._of,
                    self._owner,
                    letter.conversation_id,
                    to_text(letter.written),
                    letter.state,
                    letter.at.isoformat(),
                    letter.problem,
                    letter.seen,
                    letter.after,
                ),
            )

    def remove(self, local_id: str) -> None:
        """Cross a message out: it arrived, or was taken back. Were that lost, the next console would look for it."""
        with self._database.writing(durable=False) as connection:
            connection.execute("delete from outbox where local_id = ?", (local_id,))

    def take_over(self) -> tuple[Letter, ...]:
        """What consoles that have ended left behind, in the order of its writing; it is ours from now on."""
        for path in self._database.path.parent.glob(f"{self._database.path.name}-{'?' * len(self._owner)}.lock"):
            self._has_ended(path.name.removesuffix(".lock")[-len(self._owner) :])
        with self._database.writing() as connection:
            rows = connection.execute(
                "select distinct owner from outbox where profile = ? and server in (?, '')", self._of
            ).fetchall()
            ended = [owner for (owner,) in rows if owner != self._owner and self._has_ended(owner)]
            connection.executemany(
                "update outbox set owner = ?, server = ? where profile = ? and server in (?, '') and owner = ?",
                [(self._owner, self._database.server, *self._of, owner) for owner in ended],
            )
        with self._database.reading() as connection:
            kept = connection.execute(
                "select local_id, conversation_id, written, state, at, problem, seen, after from outbox"
                " where profile = ? and server = ? and owner = ? order by place",
                (*self._of, self._owner),
            ).fetchall()
        letters = []
        for local_id, conversation_id, written, state, at, *rest in kept:
            with suppress(StateError):  # changed by another hand: it stays, and must not keep us from working
                text = from_text(written, self._database.path)
                letters.append(Letter(local_id, conversation_id, text, state, datetime.fromisoformat(at), *rest))
        return tuple(letters)

    def close(self) -> None:
        """Give the locks back; what is still in it is there for the next console. A second time does nothing."""
        if self._is_closed:
            return
        self._is_closed = True
        self._lock_path(self._owner).unlink(missing_ok=True)
        for lock in (self._lock, self._first):
            if lock is not None:
                os.close(lock)

    def _beside(self, ending: str) -> Path:
        return self._database.path.with_name(self._database.path.name + ending)

    def _lock_path(self, owner: str) -> Path:
        return self._beside(f"-{owner}.lock")

    def _has_ended(self, owner: str) -> bool:
        """Whether the console that held this lock is gone; its file is cleared away then."""
        path = self._lock_path(owner)
        try:
            lock = _try_lock(path, create=False)
        except FileNotFoundError:
            return True
        if lock is None:
            return False
        path.unlink(missing_ok=True)
        os.close(lock)
        return True


def _try_lock(path: Path, *, create: bool) -> int | None:
    """The file at `path`, locked by us until it is closed; None where another console holds it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | (os.O_CREAT if create else 0), 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
