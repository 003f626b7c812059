"""Times as the tables keep them: whole milliseconds since 1970, in UTC."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache

Clock = Callable[[], datetime]

_START = datetime(1970, 1, 1, tzinfo=UTC)
_START_OF_UTC = _START.replace(tzinfo=None)
_MILLISECOND = timedelta(milliseconds=1)


def utc_now() -> datetime:
    """The clock of a server that nobody has given another."""
    return datetime.now(UTC)


def as_milliseconds(at: datetime) -> int:
    """A moment as the tables keep it."""
    return (at - _START) // _MILLISECOND


def as_time(milliseconds: int) -> datetime:
    """A kept moment as the contract has it."""
    return _START + milliseconds * _MILLISECOND


def as_text(milliseconds: int) -> str:
    """A kept moment as it is spoken on the wire."""
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{_minute(minutes)}{rest // 1000:02}.{rest % 1000:03}Z"


@lru_cache(1_000)
def _minute(minutes: int) -> str:
    return (_START_OF_UTC + timedelta(minutes=minutes)).isoformat(timespec="minutes") + ":"


def as_optional_time(milliseconds: int | None) -> datetime | None:
    """A kept moment, if there is one."""
    return None if milliseconds is None else as_time(milliseconds)
