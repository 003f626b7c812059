"""What happened on the wire, as values for whoever keeps a log: never a query, an input, a key, or a file's name."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import perf_counter
from types import TracebackType
from typing import Self

from console.client.errors import Forbidden
from console.client.mount import PROBE
from console.contract.procedures import AI_STREAM, ASSET, PROCEDURES, UPLOAD
from console.values import dataclass

_ASSETS = ASSET.path.partition("{")[0]
_ENDPOINTS = {UPLOAD.path: "upload", AI_STREAM.path: "ai-stream"}
_CALLS = {one.path: one.path for one in PROCEDURES.values()} | {PROBE: "probe"}
_ENDS: dict[type[BaseException], str] = {asyncio.CancelledError: "cancelled", GeneratorExit: "left"}

_attempt: ContextVar[int] = ContextVar("attempt", default=1)


@dataclass(frozen=True, slots=True)
class Opened:
    """A stream that opened, `after` the event with this id."""

    what: str
    method: str
    status: int
    milliseconds: int
    attempt: int
    after: str | None


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request that is over. `up` and `down` are the bytes of the bodies as they went over the line.

    `error` is the kind of what ended it, "cancelled", or "left" of a stream that nobody wanted to hear further.
    `events` is None where it was no stream of events. `lacking` is the permission that it was refused for the want of.
    """

    what: str
    method: str
    status: int | None
    error: str | None
    milliseconds: int
    attempt: int
    up: int
    down: int
    events: int | None = None
    lacking: str | None = None


OnWire = Callable[[Opened | Exchange], None]
"""Hears of what happened on the wire. It must not raise, and not take long."""


class Meter:
    """Measures one request while the block runs, and tells of it at the end."""

    def __init__(self, tell: OnWire | None, method: str, path: str) -> None:
        self.status: int | None = None
        self.up = self.down = 0
        self._tell = tell
        self._method, self._path = method, path
        self._events: int | None = None

    def __enter__(self) -> Self:
        self._began = perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._tell is None:
            return
        ended = _ENDS.get(kind, kind.__name__) if kind is not None else None
        self._tell(
            Exchange(
                named(self._path),
                self._method,
                self.status,
                ended,
                self._milliseconds(),
                _attempt.get(),
                self.up,
                self.down,
                self._events,
                error.permission if isinstance(error, Forbidden) else None,
            )
        )

    def opened(self, after: str | None = None) -> None:
        """It is a stream of events, and it has begun."""
        self._events = 0
        if self._tell is not None and self.status is not None:
            opened = Opened(named(self._path), self._method, self.status, self._milliseconds(), _attempt.get(), after)
            self._tell(opened)

    def heard(self) -> None:
        """The stream brought an event."""
        self._events = (self._events or 0) + 1

    def _milliseconds(self) -> int:
        return round((perf_counter() - self._began) * 1000)


@contextmanager
def attempt(number: int) -> Iterator[None]:
    """Requests in this block are the `number`th attempt of their call."""
    before = _attempt.set(number)
    try:
        yield
    finally:
        _attempt.reset(before)


def named(path: str) -> str:
    """What a path calls, in words of ours alone: "other" for whatever is in no table."""
    if path.startswith(_ASSETS):
        return "asset"
    return _ENDPOINTS.get(path) or _CALLS.get(path.rpartition("/")[2], "other")
