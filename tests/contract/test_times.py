"""Times from outside: whatever a server says, every zone can show it or it is refused as any wrong value is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from pydantic import TypeAdapter, ValidationError

from console.contract.base import Time
from console.state.triage import triage_of

TIME: TypeAdapter[datetime] = TypeAdapter(Time)
ZONES = [timezone(timedelta(hours=hours)) for hours in (-23, -12, 0, 14, 23)]


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_time_outside_the_calendar_is_a_wrong_value(text: str) -> None:
    with pytest.raises(ValidationError, match="calendar"):
        TIME.validate_python(text)
    assert triage_of({"snoozedUntil": text}).snoozed_until is None


@pytest.mark.parametrize(
    "text",
    ["0001-01-01T00:00:00Z", "0001-12-31T23:00:00-02:00", "9999-12-31T23:59:59Z", "9999-01-01T00:00:00", "9998-12-31"],
)
def test_every_zone_can_show_the_ends_of_time(text: str) -> None:
    snoozed = triage_of({"snoozedUntil": text}).snoozed_until
    assert snoozed is not None
    for at in (TIME.validate_python(text), snoozed):
        assert [at.astimezone(zone) == at for zone in ZONES] == [True] * len(ZONES)


def test_an_ordinary_time_is_the_same_moment_in_utc() -> None:
    at = TIME.validate_python("2026-11-17T16:00:00.123+02:00")
    assert (at, at.tzinfo) == (datetime(2026, 11, 17, 14, 0, 0, 123_000, tzinfo=UTC), UTC)
