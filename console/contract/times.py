"""Moments as the wire and every zone can have them. No shape is imported here: the first frame needs these before."""

from __future__ import annotations

from datetime import UTC, datetime

EARLIEST = datetime(2, 1, 1, tzinfo=UTC)
LATEST = datetime(9998, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC)


def to_wire_time(at: datetime) -> str:
    """ISO-8601 in UTC with milliseconds and `Z`."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(at: datetime) -> datetime:
    """A time in UTC, of which one without a zone is taken to be. Raises ValueError where there is no such time in UTC.

    The outermost years are drawn in to `EARLIEST` and `LATEST`: from there no zone leads out of the calendar.
    """
    try:
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except OverflowError:
        raise ValueError("this time is not within the calendar") from None
    return min(max(at, EARLIEST), LATEST)
