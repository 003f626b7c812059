"""All reading: a few threads, each with a connection of its own, open from the start to the end."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar

from console.server.attempt import Attempt
from console.server.store.prepared import driver_of

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

T = TypeVar("T")
_Job = tuple[Callable[["Connection"], Any], "asyncio.Future[Any]"]


class Readers:
    """Runs queries, each in one consistent moment. Raises what opening a connection raises, at once and not later."""

    def __init__(self, engine: Engine, count: int) -> None:
        self._engine = engine
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._connections = [engine.connect() for _ in range(count)]
        self._threads = [
            threading.Thread(target=self._run, args=(connection,), name="reader", daemon=True)
            for connection in self._connections
        ]
        for thread in self._threads:
            thread.start()

    async def read(self, query: Callable[[Connection], T]) -> T:
        """What `query` returns. Raises what it raises."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._queue.put((query, future))
        return await future

    def stop(self) -> None:
        """Finish what was asked, then end. Blocks until then, so never in the loop."""
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join()
        for connection in self._connections:
            connection.close()
        self._engine.dispose()

    def _run(self, connection: Connection) -> None:
        while (job := self._queue.get()) is not None:
            query, future = job
            answer, attempt = None, Attempt()
            with attempt, _one_moment(connection):
                answer = query(connection)
            future.get_loop().call_soon_threadsafe(_answer, future, answer, attempt.error)


def _answer(future: asyncio.Future[Any], answer: Any, error: Exception | None) -> None:
    if future.done():  # whoever asked has left
        return
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(answer)


@contextmanager
def _one_moment(connection: Connection) -> Iterator[None]:
    """A transaction of the driver's own, which statements see that go around SQLAlchemy too."""
    driver = driver_of(connection)
    driver.execute("BEGIN")
    try:
        yield
    finally:
        driver.rollback()
        if connection.in_transaction():
            connection.rollback()
