"""All writing: one thread, a queue, one transaction a batch, a savepoint a mutation, answers after the commit.

A transaction a request would wait for the disk each time; a batch waits once for all that gathered meanwhile.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from console.server.attempt import Attempt
from console.server.clock import Clock, as_milliseconds, utc_now
from console.server.ids import Ids
from console.server.store.indexing import index_new
from console.server.store.prepared import driver_of, run

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

T = TypeVar("T")

BATCH = 64


@dataclass(slots=True)
class Transaction:
    """What a mutation works in: it must do all its reading and writing through here, and nothing else that lasts."""

    connection: Connection
    ids: Ids
    now: int
    woken: set[str] = field(default_factory=set)  # workspaces that have new events
    files: list[str] = field(default_factory=list)  # keys of files that nothing names any more


Mutation = Callable[[Transaction], T]


@dataclass(slots=True)
class _Job(Generic[T]):
    """A mutation on its way, and where its answer goes."""

    mutation: Mutation[T]
    future: asyncio.Future[T]
    answer: T | None = None
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class Committed:
    """What a batch left to be done by others once it was on disk."""

    workspaces: frozenset[str]
    files: tuple[str, ...]


class Writer:
    """The one thread that writes. `on_commit` is called in the loop, after each batch and before its answers."""

    def __init__(self, engine: Engine, on_commit: Callable[[Committed], None], clock: Clock = utc_now) -> None:
        self._engine = engine
        self._connection = engine.connect()
        self._on_commit = on_commit
        self._clock = clock
        self._ids = Ids()
        self._jobs: deque[_Job[Any]] = deque()
        self._bell: SimpleQueue[bool] = SimpleQueue()  # true that there are jobs, false that there will be no more
        self._is_rung = False
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)

    def start(self) -> None:
        """Begin to take mutations."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what was given, then end. Blocks until then, so never in the loop."""
        self._bell.put(False)
        self._thread.join()
        self._connection.close()
        self._engine.dispose()

    async def write(self, mutation: Mutation[T]) -> T:
        """What `mutation` returned, once it is on disk. Raises what it raised; then nothing of it was kept.

        Cancelled, it may have happened all the same.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._jobs.append(_Job(mutation, future))
        if not self._is_rung:
            # Not before the loop has been through all that came with it: the thread would fight it for the interpreter,
            # and a batch of one costs as much as one of thirty.
            self._is_rung = True
            loop.call_soon(self._ring)
        return await future

    def _ring(self) -> None:
        self._is_rung = False
        self._bell.put(True)

    def _run(self) -> None:
        goes_on = True
        while goes_on:
            goes_on = self._bell.get()
            while jobs := self._gather():
                committed = self._commit(self._connection, jobs)
                # One wake-up of the loop for all: each costs a system call and a fight for the interpreter.
                jobs[0].future.get_loop().call_soon_threadsafe(self._answer, jobs, committed)

    def _gather(self) -> list[_Job[Any]]:
        """A batch: what is waiting, without waiting for more."""
        jobs: list[_Job[Any]] = []
        while self._jobs and len(jobs) < BATCH:
            jobs.append(self._jobs.popleft())
        return jobs

    def _commit(self, connection: Connection, jobs: list[_Job[Any]]) -> Committed:
        """Run the jobs in one transaction: all fail if it cannot be committed."""
        batch = Attempt()
        woken: set[str] = set()
        files: list[str] = []
        with batch, connection.begin():
            for job in jobs:
                transaction = Transaction(connection, self._ids, as_milliseconds(self._clock()))
                self._perform(transaction, job)
                if job.error is not None and not _is_open(connection):
                    raise job.error
                if job.error is None:
                    woken |= transaction.woken
                    files += transaction.files
            index_new(connection)
        if batch.error is None:
            return Committed(frozenset(woken), tuple(files))
        for job in jobs:
            job.error = batch.error
        return Committed(frozenset(), ())

    def _perform(self, transaction: Transaction, job: _Job[Any]) -> None:
        attempt = Attempt()
        with attempt, _savepoint(transaction.connection):
            job.answer = job.mutation(transaction)
        job.error = attempt.error

    def _answer(self, jobs: list[_Job[Any]], committed: Committed) -> None:
        """In the loop: tell whoever listens, then whoever asked."""
        if committed.workspaces or committed.files:
            self._on_commit(committed)
        for job in jobs:
            if job.future.done():
                continue
            if job.error is not None:
                job.future.set_exception(job.error)
            else:
                job.future.set_result(job.answer)


def _is_open(connection: Connection) -> bool:
    """Whether the transaction is still there. SQLite drops it on a full disk, and no commit tells."""
    return driver_of(connection).in_transaction


@contextmanager
def _savepoint(connection: Connection) -> Iterator[None]:
    """Undo what the block wrote if it raises. By hand: begin_nested() costs as much as an insert."""
    run(connection, "SAVEPOINT mutation")
    try:
        yield
    except BaseException:
        run(connection, "ROLLBACK TO mutation")
        run(connection, "RELEASE mutation")
        raise
    run(connection, "RELEASE mutation")
